//! The hashing pool: password hashes on threads of their own.
//!
//! One hash takes about a tenth of a second of pure computation, so it never runs on a runtime thread. The queue is
//! bounded: when it is full the answer is 503 at once, and token checks go on as if nothing happened. On Linux the
//! threads are nicer than all others (`nice 10`), so that a flood of log-ins leaves the processors to whoever else asks.
//!
//! Where argon2 is in use each thread keeps the 100 MiB that one such hash fills, from the first to the end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use hallpass_formats::password::{EncodeError, EncodedPassword, PasswordHashers, Verdict};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::diagnostics::{Cause, Reason};
use crate::metrics::Metrics;
use crate::rejection::Rejection;

/// How nice the threads are: at 10 a busy thread gets about a tenth of what one of the others gets.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

type Job = Box<dyn FnOnce() + Send>;

/// The pool. Its threads end when the last handle is dropped.
#[derive(Debug)]
pub(crate) struct HashingPool {
    hashers: Arc<PasswordHashers>,
    queue: SyncSender<Job>,
    metrics: Arc<Metrics>,
}

impl HashingPool {
    /// Starts `threads` threads with room for `queue` waiting hashes.
    pub(crate) fn start(
        hashers: PasswordHashers,
        threads: usize,
        queue: usize,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel::<Job>(queue.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..threads.max(1) {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new()
                .name(format!("hallpass-hash-{number}"))
                .spawn(move || {
                    step_back();
                    work(&receiver);
                })?;
        }
        Ok(Self {
            hashers: Arc::new(hashers),
            queue: sender,
            metrics,
        })
    }

    /// Checks `password` against a stored hash, with Django's extra work for hashes that cannot match.
    pub(crate) async fn verify(
        &self,
        password: &str,
        stored: &EncodedPassword,
    ) -> Result<Verdict, Rejection> {
        let (password, stored) = (password.to_owned(), stored.clone());
        self.run(move |hashers| {
            let verdict = hashers.verify(&password, &stored);
            // Django answers 500 to these. Here it is a refusal, and must take as long as the others do.
            if matches!(verdict, Verdict::Malformed(_)) {
                hashers.dummy(&password);
            }
            verdict
        })
        .await
    }

    /// A fresh hash with the preferred hasher, unless that refuses the password; `None` makes an unusable one.
    pub(crate) async fn make(
        &self,
        password: Option<&str>,
    ) -> Result<Result<EncodedPassword, EncodeError>, Rejection> {
        let password = password.map(str::to_owned);
        self.run(move |hashers| hashers.make(password.as_deref()))
            .await
    }

    /// The work of one hash, for a user who does not exist.
    pub(crate) async fn dummy(&self, password: &str) -> Result<(), Rejection> {
        let password = password.to_owned();
        self.run(move |hashers| hashers.dummy(&password)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        hash: impl FnOnce(&PasswordHashers) -> T + Send + 'static,
    ) -> Result<T, Rejection> {
        let (reply, answer) = oneshot::channel();
        let (hashers, metrics) = (Arc::clone(&self.hashers), Arc::clone(&self.metrics));
        let queued = Instant::now();
        let job = Box::new(move || {
            metrics.hash_begun(queued.elapsed());
            // Nobody waits any more: the client went away while the job was queued.
            if !reply.is_closed() {
                let begun = Instant::now();
                let answer = hash(&hashers);
                metrics.hash_done(begun.elapsed());
                let _ = reply.send(answer);
            }
        });
        self.metrics.hash_queued();
        if self.queue.try_send(job).is_err() {
            self.metrics.hash_refused();
            let full = Reason::new(Cause::HashQueue, "the hashing queue is full");
            return Err(Rejection::unavailable().with_reason(full));
        }
        answer.await.map_err(|_| {
            tracing::error!("a password hash ended without an answer");
            Rejection::unavailable()
        })
    }
}

/// Lowers the priority of the calling thread. Linux counts niceness by thread; elsewhere it would be the whole process's.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "the hashing threads keep the priority of all others");
    }
}

fn work(receiver: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while waiting: whoever waits first takes the next job.
        let job = receiver.lock().recv();
        match job {
            // A hasher of the application may panic. Its login fails; the thread must live on for everybody else.
            Ok(job) => {
                if catch_unwind(AssertUnwindSafe(job)).is_err() {
                    tracing::error!("a password hasher panicked");
                }
            }
            Err(_) => return,
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use hallpass_formats::password::PasswordHashers;

    use super::*;

    #[tokio::test]
    async fn hashing_threads_step_back_and_nobody_else_does() {
        let niceness = || {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            let (_, after_name) = stat.rsplit_once(')').unwrap();
            after_name
                .split_whitespace()
                .nth(16)
                .unwrap()
                .parse::<i32>()
        };
        let before = niceness();
        let hashers = PasswordHashers::new(vec![PasswordHashers::of_django("md5", 1).unwrap()]);
        let pool = HashingPool::start(hashers.unwrap(), 1, 1, Arc::default()).unwrap();
        assert_eq!(pool.run(move |_| niceness()).await.unwrap(), Ok(NICENESS));
        assert_eq!(niceness(), before);
    }
}
