//! Histories in the memory of one process.
//!
//! DRF keeps them in Django's cache, by default a `LocMemCache` that throws away a third of its entries when there are
//! more than 300. Here the bound is one of bytes. Histories of users and of clients, and those of different periods,
//! lie in pools of their own; when the bound is reached, the largest pool forgets whom it has not let through for
//! longest. So a flood from many addresses makes addresses forgotten and never users, and whoever comes from more
//! addresses than can be remembered is let through more often than the rate says. Refusing everybody new instead
//! would let one person with an IPv6 network lock out all others.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::history::History;
use super::{Rate, Throttled};

/// How much longer than its period a history is kept while there is room: a throttle's own clock may go slower.
const GRACE: Duration = Duration::from_secs(60);

/// What an entry takes besides its key and its times, roughly: two maps and their spare room.
const ENTRY_BYTES: usize = 250;

/// How many outdated histories are dropped whenever one is written: more than one, so that they never pile up.
const DROPPED_PER_WRITE: usize = 2;

const BETWEEN_WARNINGS: Duration = Duration::from_secs(60);

/// The histories of one process.
#[derive(Debug)]
pub(super) struct Memory {
    limit: usize,
    pools: Mutex<Pools>,
}

#[derive(Debug, Default)]
struct Pools {
    /// By whether they are of users, and their period in seconds.
    by_kind: BTreeMap<(bool, u32), Pool>,
    bytes: usize,
    warned: Option<Instant>,
}

impl Memory {
    /// Takes about so many bytes at most.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            pools: Mutex::default(),
        }
    }

    /// Judges a request at `now` by the history under `key`, and remembers it if it is let through.
    pub(super) fn count(&self, key: String, is_user: bool, rate: Rate, now: f64) -> Throttled {
        let mut pools = self.pools.lock();
        let verdict = pools.count(key, is_user, rate, now);
        pools.shrink_to(self.limit);
        verdict
    }
}

impl Pools {
    fn count(&mut self, key: String, is_user: bool, rate: Rate, now: f64) -> Throttled {
        let mut history = self
            .take_of_other_period(&key, is_user, rate)
            .unwrap_or_default();
        let pool = self.by_kind.entry((is_user, rate.seconds())).or_default();
        let before = pool.bytes;
        let verdict = pool.count(key, &mut history, rate, now);
        self.bytes = self.bytes - before + pool.bytes;
        verdict
    }

    /// Throttles of one scope share a history, as in DRF, though their periods may differ.
    fn take_of_other_period(&mut self, key: &str, is_user: bool, rate: Rate) -> Option<History> {
        let others = self
            .by_kind
            .iter_mut()
            .filter(|((of_users, period), _)| *of_users == is_user && *period != rate.seconds());
        for (_, pool) in others {
            let before = pool.bytes;
            if let Some(history) = pool.remove(key) {
                self.bytes = self.bytes - before + pool.bytes;
                return Some(history);
            }
        }
        None
    }

    fn shrink_to(&mut self, limit: usize) {
        while self.bytes > limit {
            let largest = self.by_kind.values_mut().max_by_key(|pool| pool.bytes);
            // The history that was just written stays, however long it is.
            let Some(pool) = largest.filter(|pool| pool.histories.len() > 1) else {
                return;
            };
            let before = pool.bytes;
            let was_live = pool.forget_first();
            self.bytes = self.bytes - before + pool.bytes;
            if was_live {
                self.warn();
            }
        }
    }

    fn warn(&mut self) {
        let now = Instant::now();
        if self.warned.is_none_or(|last| now - last > BETWEEN_WARNINGS) {
            self.warned = Some(now);
            tracing::warn!(
                "throttles have more callers than throttle_memory holds: those who were let through longest ago \
                 are forgotten early"
            );
        }
    }
}

/// Histories that live equally long, so that the first one written is the first to be outdated.
#[derive(Debug, Default)]
struct Pool {
    histories: HashMap<Arc<str>, Kept>,
    by_turn: BTreeMap<u64, Arc<str>>,
    next_turn: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    history: History,
    turn: u64,
    expires: Instant,
}

impl Pool {
    /// Judges by the history under `key`; where there is none, by `history`, which another pool may have had.
    fn count(&mut self, key: String, history: &mut History, rate: Rate, now: f64) -> Throttled {
        if let Some(kept) = self.histories.get_mut(key.as_str()) {
            let before = kept.history.bytes();
            let verdict = kept.history.count(rate, now);
            self.bytes = self.bytes - before + kept.history.bytes();
            if verdict == Throttled::Allow {
                kept.expires = expiry(rate);
                let name = self.by_turn.remove(&kept.turn);
                kept.turn = self.next_turn;
                self.by_turn.extend(name.map(|name| (kept.turn, name)));
                self.next_turn += 1;
            }
            return verdict;
        }
        let verdict = history.count(rate, now);
        if !history.is_empty() {
            self.drop_outdated();
            self.insert(key.into(), std::mem::take(history), rate);
        }
        verdict
    }

    fn remove(&mut self, key: &str) -> Option<History> {
        let (name, kept) = self.histories.remove_entry(key)?;
        self.by_turn.remove(&kept.turn);
        self.bytes -= ENTRY_BYTES + name.len() + kept.history.bytes();
        Some(kept.history)
    }

    fn insert(&mut self, name: Arc<str>, history: History, rate: Rate) {
        let turn = self.next_turn;
        self.next_turn += 1;
        self.bytes += ENTRY_BYTES + name.len() + history.bytes();
        self.by_turn.insert(turn, Arc::clone(&name));
        let expires = expiry(rate);
        self.histories.insert(
            name,
            Kept {
                history,
                turn,
                expires,
            },
        );
    }

    fn drop_outdated(&mut self) {
        let now = Instant::now();
        for _ in 0..DROPPED_PER_WRITE {
            let first = self.by_turn.values().next();
            let first = first.and_then(|name| self.histories.get(name));
            if first.is_none_or(|kept| kept.expires > now) {
                return;
            }
            self.forget_first();
        }
    }

    /// Whether what was forgotten would still have counted.
    fn forget_first(&mut self) -> bool {
        let first = self.by_turn.pop_first();
        let first = first.and_then(|(_, name)| self.histories.remove_entry(&name));
        let Some((name, kept)) = first else {
            return false;
        };
        self.bytes -= ENTRY_BYTES + name.len() + kept.history.bytes();
        kept.expires > Instant::now() + GRACE
    }
}

fn expiry(rate: Rate) -> Instant {
    Instant::now() + Duration::from_secs(rate.seconds().into()) + GRACE
}

#[cfg(test)]
mod tests {
    use super::{Memory, Rate, Throttled};

    const LIMIT: usize = 100_000;

    fn is_allowed(memory: &Memory, key: &str, is_user: bool, rate: Rate) -> bool {
        memory.count(key.to_owned(), is_user, rate, 1000.0) == Throttled::Allow
    }

    #[test]
    fn a_flood_of_clients_stays_within_the_limit_and_spares_users_and_other_periods() {
        let memory = Memory::new(LIMIT);
        let once = Rate::per_day(1);
        assert!(is_allowed(&memory, "throttle_user_7", true, once));
        assert!(is_allowed(&memory, "minute", false, Rate::per_minute(1)));
        assert!(is_allowed(&memory, "first", false, once));
        for number in 0..5_000 {
            assert!(is_allowed(
                &memory,
                &format!("throttle_anon_{number}"),
                false,
                once
            ));
            assert!(memory.pools.lock().bytes <= LIMIT);
        }
        assert!(!is_allowed(&memory, "throttle_user_7", true, once));
        assert!(!is_allowed(&memory, "minute", false, Rate::per_minute(1)));
        assert!(!is_allowed(&memory, "throttle_anon_4999", false, once));
        assert!(
            is_allowed(&memory, "first", false, once),
            "the oldest of the flood is forgotten"
        );
    }

    #[test]
    fn the_count_of_bytes_is_what_is_there() {
        let memory = Memory::new(20_000);
        for number in 0..2_000_u32 {
            let key = format!("{}", number % 97);
            memory.count(key, number % 3 == 0, Rate::per_hour(40), f64::from(number));
        }
        let pools = memory.pools.lock();
        let counted: usize = pools
            .by_kind
            .values()
            .flat_map(|pool| &pool.histories)
            .map(|(name, kept)| super::ENTRY_BYTES + name.len() + kept.history.bytes())
            .sum();
        assert_eq!(pools.bytes, counted);
        for pool in pools.by_kind.values() {
            assert_eq!(pool.by_turn.len(), pool.histories.len());
        }
    }

    #[test]
    fn one_long_history_is_kept_whole() {
        let memory = Memory::new(1_000);
        let rate = Rate::per_day(500);
        let mut allowed = 0;
        for _ in 0..600 {
            allowed += usize::from(is_allowed(&memory, "busy", false, rate));
        }
        assert_eq!(allowed, 500);
    }
}
