//! Passwords that were found to be right a short while ago, so that a client that sends its Basic credentials with
//! every request costs one hash and not thousands.
//!
//! Only the tag of a stored password and the password together is kept. When the stored password changes the tag is
//! another one, so that the old password is not recalled; whether the user is active is asked each time.

use std::time::{Duration, Instant};

use quick_cache::sync::Cache;

use super::tag::Tag;

/// Clients whose credentials are remembered at once.
const MOST: usize = 10_000;

pub(super) struct Remembered {
    since: Cache<Tag, Instant>,
    time: Duration,
}

impl Remembered {
    /// `None` when nothing is to be remembered.
    pub(super) fn new(seconds: i64) -> Option<Self> {
        let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
        Some(Self {
            since: Cache::new(MOST),
            time: Duration::from_secs(seconds),
        })
    }

    pub(super) fn recalls(&self, tag: &Tag) -> bool {
        let since = self.since.get(tag);
        since.is_some_and(|since| since.elapsed() < self.time)
    }

    pub(super) fn remember(&self, tag: Tag) {
        self.since.insert(tag, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::super::tag::TagKeys;
    use super::*;

    #[test]
    fn it_lasts_for_the_time_allowed() {
        let keys = TagKeys::generate();
        let tag = keys.of_password("stored", "password");
        let mut remembered = Remembered::new(60).unwrap();
        assert!(!remembered.recalls(&tag));
        remembered.remember(tag);
        assert!(remembered.recalls(&tag));
        assert!(!remembered.recalls(&keys.of_password("changed", "password")));
        remembered.time = Duration::ZERO;
        assert!(!remembered.recalls(&tag));
        assert!(Remembered::new(0).is_none());
    }
}
