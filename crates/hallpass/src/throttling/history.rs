//! The sliding log: when a caller was last let through, newest first.
//!
//! DRF 3.16's `SimpleRateThrottle.allow_request` and `wait`, with their arithmetic: an entry exactly one period old
//! is dropped, and a request that is refused is not counted.

use std::collections::VecDeque;

use super::{Rate, Throttled};

/// The times at which one caller was let through, in seconds, newest first.
#[derive(Debug, Default)]
pub(super) struct History(VecDeque<f64>);

impl History {
    /// Judges a request at `now`, and remembers it if it is let through.
    pub(super) fn count(&mut self, rate: Rate, now: f64) -> Throttled {
        let outdated = now - f64::from(rate.seconds());
        while self.0.back().is_some_and(|oldest| *oldest <= outdated) {
            self.0.pop_back();
        }
        if has_room(self.0.len(), rate) {
            self.0.push_front(now);
            return Throttled::Allow;
        }
        Throttled::Refuse(wait(rate, self.0.len(), self.0.back().copied(), now))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<f64>()
    }
}

fn has_room(remembered: usize, rate: Rate) -> bool {
    i64::try_from(remembered).is_ok_and(|remembered| remembered < rate.requests())
}

/// Seconds until a refused caller may come back; unknown when the rate was lowered below what is remembered.
pub(super) fn wait(rate: Rate, remembered: usize, oldest: Option<f64>, now: f64) -> Option<f64> {
    let period = f64::from(rate.seconds());
    let left = oldest.map_or(period, |oldest| period - (now - oldest));
    let remembered = i64::try_from(remembered).unwrap_or(i64::MAX);
    let available = rate.requests().saturating_sub(remembered).saturating_add(1);
    // At most the million and one of a rate: exact.
    (available > 0).then(|| left / available as f64)
}
