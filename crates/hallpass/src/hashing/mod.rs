//! The hashing pool: password hashes on threads of their own.
//!
//! One hash takes about a tenth of a second of pure computation, so it never runs on a runtime thread. The queue is
//! bounded: when it is full the answer is 503 at once, and token checks go on as if nothing happened. Each client waits
//! in a lane of its own ([`lanes`]), so that a flood of log-ins from one address does not keep others out. A hash that
//! nobody waits for any more, because the client went away, is not made.
//!
//! While more hashes wait than there are threads, a thread makes two PBKDF2 hashes side by side ([`threads`]), which
//! takes it little longer than one.
//!
//! On Linux the threads are nicer than all others (`nice 10`), so that a flood of log-ins leaves the processors to
//! whoever else asks. Where argon2 is in use each thread keeps the 100 MiB that one such hash fills, from the first to
//! the end.

mod lanes;
mod queue;
mod threads;

use std::sync::Arc;
use std::time::Instant;

use hallpass_formats::password::{EncodeError, EncodedPassword, PasswordHashers, Verdict, Work};
use tokio::sync::oneshot;

use crate::diagnostics::{Cause, Reason};
use crate::metrics::Metrics;
use crate::rejection::Rejection;

use queue::{Job, Queue, Turn};

pub(crate) use lanes::Client;

/// The longest password, in bytes: nobody has a longer one, and none is made. What waits in the queue is bounded by it.
pub(crate) const LONGEST_PASSWORD: usize = 4096;

/// The pool. Its threads end when it is dropped.
#[derive(Debug)]
pub(crate) struct HashingPool {
    hashers: Arc<PasswordHashers>,
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
            hashers: Arc::new(hashers),
            queue: Arc::new(Queue::new(queue)),
            metrics,
        };
        for number in 0..threads.max(1) {
            threads::start(number, &pool.queue)?;
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
        let (hashers, typed) = (Arc::clone(&self.hashers), password.to_owned());
        let checked = self.hashers.verify_in_steps(password, stored);
        let work = checked.then(move |verdict| {
            // Django answers 500 to these. Here it is a refusal, and must take as long as the others do.
            if matches!(verdict, Verdict::Malformed(_)) {
                return hashers.dummy_in_steps(&typed).map(|()| verdict);
            }
            Work::done(verdict)
        });
        self.run(client, work).await
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
        self.run(client, self.hashers.make_in_steps(password)).await
    }

    /// The work of one hash, for a user who does not exist.
    pub(crate) async fn dummy(&self, client: Client, password: &str) -> Result<(), Rejection> {
        if password.len() > LONGEST_PASSWORD {
            return Ok(());
        }
        self.run(client, self.hashers.dummy_in_steps(password))
            .await
    }

    async fn run<T: Send + 'static>(&self, client: Client, work: Work<T>) -> Result<T, Rejection> {
        let (reply, answer) = oneshot::channel();
        let metrics = Arc::clone(&self.metrics);
        let queued = Instant::now();
        let is_in_steps = work.is_in_steps();
        let begin = move |turn| {
            if turn == Turn::Refused {
                metrics.hash_refused();
                let _ = reply.send(None);
                return Work::done(());
            }
            metrics.hash_begun(queued.elapsed());
            let begun = Instant::now();
            work.map(move |done| {
                metrics.hash_done(begun.elapsed());
                let _ = reply.send(Some(done));
            })
        };
        let job = Job {
            is_in_steps,
            begin: Box::new(begin),
        };
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

#[cfg(test)]
mod tests;
