//! PBKDF2 with HMAC-SHA256 as a chain of iterations that can be put aside, and several chains advanced side by side.
//!
//! Each iteration needs the result of the one before it, so one chain keeps a processor's SHA unit waiting for most of
//! the time. Of two chains that are advanced in turn, one is computed while the other waits: both together take little
//! longer than one alone. The primitive is `sha2`'s block function; here is only the loop of RFC 8018 around it, whose
//! first iteration is the `pbkdf2` crate's.

use std::slice;

use pbkdf2::pbkdf2_hmac_array;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

/// As many chains are worth being advanced side by side. A processor looks ahead over about two blocks: four chains
/// finish 7 % more in the same time (measured on Zen 4), and each of them takes twice as long.
pub const SIDE_BY_SIDE: usize = 2;

/// The state of SHA-256 before the first block (FIPS 180-4, 5.3.3).
const INITIAL: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
const BLOCK_LENGTH: usize = 64;
const HASH_LENGTH: usize = 32;

type State = [u32; 8];
type Block = [u8; BLOCK_LENGTH];

/// One derivation of 32 bytes, as far as it has come.
pub(super) struct Chain {
    lane: Lane,
    left: u32,
}

/// What an iteration reads and writes.
#[derive(Clone, Copy)]
struct Lane {
    /// SHA-256 after the first block of HMAC's inner hash, which is the same in each iteration.
    inner: State,
    /// The same of the outer hash.
    outer: State,
    /// The second block of either: the hash before it, then padding that never changes.
    block: Block,
    state: State,
    /// All results so far, added up bit by bit.
    sum: State,
}

impl Chain {
    /// The derivation's beginning; at least one iteration is run.
    pub(super) fn new(password: &[u8], salt: &[u8], iterations: u32) -> Chain {
        let first = pbkdf2_hmac_array::<Sha256, HASH_LENGTH>(password, salt, 1);
        let mut block = [0; BLOCK_LENGTH];
        block[..HASH_LENGTH].copy_from_slice(&first);
        block[HASH_LENGTH] = 0x80;
        let bits = (BLOCK_LENGTH + HASH_LENGTH) as u64 * 8;
        block[BLOCK_LENGTH - 8..].copy_from_slice(&bits.to_be_bytes());
        let mut sum = [0; 8];
        for (word, bytes) in sum.iter_mut().zip(first.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        let key = key(password);
        let lane = Lane {
            inner: keyed(&key, 0x36),
            outer: keyed(&key, 0x5c),
            block,
            state: INITIAL,
            sum,
        };
        Chain {
            lane,
            left: iterations.saturating_sub(1),
        }
    }

    /// Whether all iterations are done.
    pub(super) fn is_complete(&self) -> bool {
        self.left == 0
    }

    /// The derived bytes, after whatever iterations are left.
    pub(super) fn complete(mut self) -> [u8; HASH_LENGTH] {
        advance([&mut self], u32::MAX);
        let mut hash = [0; HASH_LENGTH];
        write(&self.lane.sum, &mut hash);
        hash
    }
}

/// Advances all of them by `iterations`, or by fewer if one is complete before that.
pub(super) fn advance<const N: usize>(chains: [&mut Chain; N], iterations: u32) {
    let left = chains.iter().map(|chain| chain.left).min().unwrap_or(0);
    let iterations = left.min(iterations);
    let mut lanes = chains.each_ref().map(|chain| chain.lane);
    for _ in 0..iterations {
        iterate(&mut lanes);
    }
    for (chain, lane) in chains.into_iter().zip(lanes) {
        chain.lane = lane;
        chain.left -= iterations;
    }
}

/// One iteration of each. Between the blocks of one half nothing else is computed: with each lane's bytes put in order
/// right after its block, the processor got through a third less.
fn iterate<const N: usize>(lanes: &mut [Lane; N]) {
    for lane in &mut *lanes {
        lane.state = lane.inner;
        compress256(&mut lane.state, slice::from_ref(&lane.block));
    }
    for lane in &mut *lanes {
        write(&lane.state, &mut lane.block);
        lane.state = lane.outer;
    }
    for lane in &mut *lanes {
        compress256(&mut lane.state, slice::from_ref(&lane.block));
    }
    for lane in &mut *lanes {
        write(&lane.state, &mut lane.block);
        for (sum, word) in lane.sum.iter_mut().zip(lane.state) {
            *sum ^= word;
        }
    }
}

fn write(state: &State, bytes: &mut [u8]) {
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
}

/// HMAC's key of one block: a longer password is hashed first.
fn key(password: &[u8]) -> Block {
    if password.len() > BLOCK_LENGTH {
        return key(&Sha256::digest(password));
    }
    let mut key = [0; BLOCK_LENGTH];
    for (byte, of_password) in key.iter_mut().zip(password) {
        *byte = *of_password;
    }
    key
}

/// SHA-256 after the block that HMAC puts first.
fn keyed(key: &Block, pad: u8) -> State {
    let mut state = INITIAL;
    compress256(&mut state, &[key.map(|byte| byte ^ pad)]);
    state
}

#[cfg(test)]
mod tests;
