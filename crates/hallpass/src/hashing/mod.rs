//! The hashing pool: password hashes on threads of their own.
//!
//! One hash takes about a tenth of a second of pure computation, so it never runs on a runtime thread. The queue is
//! bounded: when it is full the answer is 503 at once, and token checks go on as if nothing happened. Each client waits
//! in a lane of its own ([`lanes`]), so that a flood of log-ins from one address does not keep others out. A hash that
//! nobody waits for any more, because the client went away, is not made.
//!
//! On Linux the threads are nicer than all others (`nice 10`), so that a flood of log-ins leaves the processors to
//! whoever else asks. Where argon2 is in use each thread keeps the 100 MiB that one such hash fills, from the first to
//! the end.

mod lanes;
mod queue;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use hallpass_formats::password::{EncodeError, EncodedPassword, PasswordHashers, Verdict};
use tokio::sync::oneshot;

use crate::diagnostics::{Cause, Reason};
use crate::metrics::Metrics;
use crate::rejection::Rejection;

use queue::{Job, Queue};

pub(crate) use lanes::Client;

/// The longest password, in bytes: nobody has a longer one, and none is made. What waits in the queue is bounded by it.
pub(crate) const LONGEST_PASSWORD: usize = 4096;

/// How nice the threads are: at 10 a busy thread gets about a tenth of what one of the others gets.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// The pool. Its threads end when it is dropped.
#[derive(Debug)]
pub(crate) struct HashingPool {
    queue: Arc<Queue>,
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
        let pool = Self {
            queue: Arc::new(Queue::new(queue)),
            metrics,
        };
        let hashers = Arc::new(hashers);
        for number in 0..threads.max(1) {
            let (queue, hashers) = (Arc::clone(&pool.queue), Arc::clone(&hashers));
            thread::Builder::new()
                .name(format!("hallpass-hash-{number}"))
                .spawn(move || {
                    step_back();
                    work(&queue, &hashers);
                })?;
        }
        Ok(pool)
    }

    /// Checks `password` against a stored hash, with Django's extra work for hashes that cannot match.
    pub(crate) async fn verify(
        &self,
        client: Client,
        password: &str,
        stored: &EncodedPassword,
    ) -> Result<Verdict, Rejection> {
        if password.len() > LONGEST_PASSWORD {
            return Ok(Verdict::Wrong);
        }
        let (password, stored) = (password.to_owned(), stored.clone());
        self.run(client, move |hashers| {
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
        client: Client,
        password: Option<&str>,
    ) -> Result<Result<EncodedPassword, EncodeError>, Rejection> {
        if password.is_some_and(|password| password.len() > LONGEST_PASSWORD) {
            let too_long = format!("it is longer than {LONGEST_PASSWORD} bytes");
            return Ok(Err(EncodeError::Refused(too_long)));
        }
        let password = password.map(str::to_owned);
        self.run(client, move |hashers| hashers.make(password.as_deref()))
            .await
    }

    /// The work of one hash, for a user who does not exist.
    pub(crate) async fn dummy(&self, client: Client, password: &str) -> Result<(), Rejection> {
        if password.len() > LONGEST_PASSWORD {
            return Ok(());
        }
        let password = password.to_owned();
        self.run(client, move |hashers| hashers.dummy(&password))
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        client: Client,
        hash: impl FnOnce(&PasswordHashers) -> T + Send + 'static,
    ) -> Result<T, Rejection> {
        let (reply, answer) = oneshot::channel();
        let metrics = Arc::clone(&self.metrics);
        let queued = Instant::now();
        let job: Job = Box::new(move |hashers| {
            let Some(hashers) = hashers else {
                metrics.hash_refused();
                let _ = reply.send(None);
                return;
            };
            metrics.hash_begun(queued.elapsed());
            let begun = Instant::now();
            let done = hash(hashers);
            metrics.hash_done(begun.elapsed());
            let _ = reply.send(Some(done));
        });
        self.metrics.hash_queued();
        let _place = Place {
            pool: self,
            client,
            ticket: self.queue.enter(client, job),
        };
        match answer.await {
            Ok(Some(done)) => Ok(done),
            Ok(None) => {
                let full = Reason::new(Cause::HashQueue, "the hashing queue is full");
                Err(Rejection::unavailable().with_reason(full))
            }
            Err(_) => {
                tracing::error!("a password hash ended without an answer");
                Err(Rejection::unavailable())
            }
        }
    }
}

impl Drop for HashingPool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// A job's place in the queue. Whoever stops waiting gives it up.
struct Place<'a> {
    pool: &'a HashingPool,
    client: Client,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.pool.queue.leave(self.client, self.ticket) {
            self.pool.metrics.hash_given_up();
        }
    }
}

/// Lowers the priority of the calling thread. Linux counts niceness by thread; elsewhere it would be the whole process's.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "the hashing threads keep the priority of all others");
    }
}

fn work(queue: &Queue, hashers: &PasswordHashers) {
    while let Some(job) = queue.next() {
        // A hasher of the application may panic. Its login fails; the thread must live on for everybody else.
        if catch_unwind(AssertUnwindSafe(|| job(Some(hashers)))).is_err() {
            tracing::error!("a password hasher panicked");
        }
    }
}

#[cfg(test)]
mod tests;
