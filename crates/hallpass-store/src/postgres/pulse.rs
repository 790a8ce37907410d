//! How long questions may take: one clock for all that are under way.
//!
//! A timer for each question would be set and taken back on every request, and wake the runtime each time. Here one
//! task beats for as long as somebody asks, and whoever waits for an answer counts the beats.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Notify;

/// A question is given up this much later than allowed, or twice.
const BEAT: Duration = Duration::from_millis(50);

#[derive(Debug, Default)]
pub(super) struct Pulse(Arc<Heart>);

#[derive(Debug, Default)]
struct Heart {
    beats: AtomicU64,
    beat: Notify,
    /// Whether anybody has begun to wait since the last beat.
    wanted: AtomicBool,
    beating: AtomicBool,
}

impl Pulse {
    /// What `work` answers; `None` if it takes longer than `limit`, soon after that.
    pub(super) async fn within<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let heart = &self.0;
        // The first beat may come at once.
        let beats = limit.as_millis().div_ceil(BEAT.as_millis()) + 1;
        let beats = u64::try_from(beats).unwrap_or(u64::MAX);
        let last = heart.beats.load(Ordering::Relaxed).saturating_add(beats);
        let mut work = pin!(work);
        loop {
            // Before it is asked whether the heart beats: when it stops it tells whoever waits.
            let mut beat = pin!(heart.beat.notified());
            self.keep_beating();
            let answer = poll_fn(|context| match work.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending => beat.as_mut().poll(context).map(|()| None),
            });
            let answer = answer.await;
            if answer.is_some() || heart.beats.load(Ordering::Relaxed) >= last {
                return answer;
            }
        }
    }

    fn keep_beating(&self) {
        let heart = &self.0;
        heart.wanted.store(true, Ordering::Relaxed);
        let beats = || heart.beating.load(Ordering::SeqCst);
        if !beats() && !heart.beating.swap(true, Ordering::SeqCst) {
            tokio::spawn(beat(Beating(Arc::clone(heart))));
        }
    }
}

/// Beats until nobody has asked for a whole beat.
async fn beat(beating: Beating) {
    let Beating(heart) = &beating;
    loop {
        tokio::time::sleep(BEAT).await;
        heart.beats.fetch_add(1, Ordering::Relaxed);
        let wanted = heart.wanted.swap(false, Ordering::Relaxed);
        heart.beat.notify_waiters();
        if !wanted {
            return;
        }
    }
}

/// Taken back however the task ends: with its runtime, too.
struct Beating(Arc<Heart>);

impl Drop for Beating {
    fn drop(&mut self) {
        self.0.beating.store(false, Ordering::SeqCst);
        self.0.beat.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};
    use std::time::Instant;
    use tokio::runtime::{Builder, Runtime};

    fn runtime() -> Runtime {
        Builder::new_current_thread().enable_time().build().unwrap()
    }

    #[test]
    fn an_answer_in_time_is_given() {
        let pulse = Pulse::default();
        let limit = Duration::from_secs(60);
        let slow = async {
            tokio::time::sleep(BEAT * 3).await;
            2
        };
        runtime().block_on(async {
            assert_eq!(pulse.within(limit, ready(1)).await, Some(1));
            assert_eq!(pulse.within(limit, slow).await, Some(2));
        });
    }

    #[test]
    fn what_never_comes_is_given_up_after_the_limit_and_not_before() {
        let pulse = Pulse::default();
        let limit = BEAT * 2;
        runtime().block_on(async {
            // However the beats fall.
            for part in 0..5 {
                let since = Instant::now();
                assert_eq!(pulse.within(limit, pending::<()>()).await, None);
                assert!(since.elapsed() >= limit);
                tokio::time::sleep(BEAT * part / 5).await;
            }
        });
    }

    #[test]
    fn it_stops_when_nobody_asks_and_goes_on_when_somebody_does() {
        let pulse = Pulse::default();
        runtime().block_on(async {
            assert_eq!(pulse.within(BEAT, ready(())).await, Some(()));
            while pulse.0.beating.load(Ordering::SeqCst) {
                tokio::time::sleep(BEAT).await;
            }
            assert_eq!(pulse.within(BEAT, pending::<()>()).await, None);
        });
    }

    /// The task that beats belongs to the runtime that asked first.
    #[test]
    fn another_runtime_makes_it_beat_again() {
        let pulse = Arc::new(Pulse::default());
        let first = runtime();
        first.block_on(pulse.within(BEAT, ready(())));
        let waits = std::thread::spawn({
            let pulse = Arc::clone(&pulse);
            move || runtime().block_on(pulse.within(BEAT, pending::<()>()))
        });
        std::thread::sleep(BEAT / 2);
        drop(first);
        assert_eq!(waits.join().unwrap(), None);
    }
}
