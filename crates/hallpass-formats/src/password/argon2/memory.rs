//! The memory that Argon2 fills, kept by each thread from one hash to the next.

use std::cell::RefCell;

use argon2::{Block, Params};

/// Blocks (of one KiB) that a thread keeps: what Django's default parameters need.
const KEPT_BLOCKS: usize = 102_400;

thread_local! {
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Lends the thread's memory to one hash. What is in it does not matter: Argon2 writes before it reads.
/// Nothing if the system has not that much.
pub(super) fn with<T>(params: &Params, hash: impl FnOnce(&mut [Block]) -> T) -> Option<T> {
    BLOCKS.with_borrow_mut(|blocks| {
        let needed = params.block_count();
        if blocks.len() < needed {
            blocks.try_reserve_exact(needed - blocks.len()).ok()?;
            blocks.resize(needed, Block::new());
        }
        let lent = blocks.get_mut(..needed)?;
        let result = hash(lent);
        forget_beginnings(lent, params.p_cost());
        if blocks.len() > KEPT_BLOCKS {
            *blocks = Vec::new();
        }
        Some(result)
    })
}

/// Clears the two blocks at the start of each lane. They are made from the password alone, so that with
/// a single pass they would let whoever reads this memory try passwords at no cost.
fn forget_beginnings(blocks: &mut [Block], lanes: u32) {
    let lanes = usize::try_from(lanes).unwrap_or(usize::MAX).max(1);
    let lane_length = (blocks.len() / lanes).max(1);
    for lane in blocks.chunks_mut(lane_length) {
        for block in lane.iter_mut().take(2) {
            *block = Block::new();
        }
    }
}
