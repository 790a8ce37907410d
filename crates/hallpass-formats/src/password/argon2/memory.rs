//! The memory that Argon2 fills, kept by each thread from one hash to the next.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::{Block, Params};

/// Blocks (of one KiB) that a thread keeps: what Django's default parameters need.
const KEPT_BLOCKS: usize = 102_400;

/// Blocks of all threads together.
static COUNT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static BLOCKS: RefCell<Blocks> = const { RefCell::new(Blocks(Vec::new())) };
}

/// The bytes that all threads of this process have taken for Argon2 and not given back.
///
/// A thread keeps the 100 MiB of Django's default parameters from its first hash to its end.
#[must_use]
pub fn argon2_memory() -> usize {
    COUNT.load(Ordering::Relaxed).saturating_mul(Block::SIZE)
}

/// Lends the thread's memory to one hash. What is in it does not matter: Argon2 writes before it reads.
/// Nothing if the system has not that much.
pub(super) fn with<T>(params: &Params, hash: impl FnOnce(&mut [Block]) -> T) -> Option<T> {
    BLOCKS.with_borrow_mut(|blocks| {
        let lent = blocks.at_least(params.block_count())?;
        let result = hash(lent);
        forget_beginnings(lent, params.p_cost());
        if blocks.0.len() > KEPT_BLOCKS {
            blocks.give_back();
        }
        Some(result)
    })
}

/// One thread's blocks, counted for as long as they are there.
struct Blocks(Vec<Block>);

impl Blocks {
    fn at_least(&mut self, needed: usize) -> Option<&mut [Block]> {
        let missing = needed.saturating_sub(self.0.len());
        if missing > 0 {
            self.0.try_reserve_exact(missing).ok()?;
            self.0.resize(needed, Block::new());
            COUNT.fetch_add(missing, Ordering::Relaxed);
        }
        self.0.get_mut(..needed)
    }

    fn give_back(&mut self) {
        COUNT.fetch_sub(self.0.len(), Ordering::Relaxed);
        self.0 = Vec::new();
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        self.give_back();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_until_its_thread_ends() {
        let hash = || {
            let params = Params::new(64, 1, 1, None).unwrap();
            assert!(with(&params, |_| ()).is_some());
            argon2_memory()
        };
        let before = argon2_memory();
        let during = std::thread::spawn(hash).join().unwrap();
        assert_eq!(during - before, 64 * 1024);
        assert_eq!(argon2_memory(), before);
    }
}
