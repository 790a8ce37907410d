//! The one writing connection and its thread.
//!
//! SQLite has one writer at a time. Giving it a thread with a bounded queue keeps lock
//! waits off the threads that serve requests, and a full queue is an answer at once. What
//! queued longer than the busy timeout is refused unrun: behind a locked file each job
//! would else wait out the timeouts of all before it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::{StoreError, Unavailable};
use crate::sqlite::connection::{OpenFile, Purpose};

/// Jobs that may wait; the next is refused with `TooBusy`.
const QUEUE: usize = 256;

/// A job and since when it waits.
struct Job {
    work: Box<dyn Work>,
    since: Instant,
}

/// What is given the connection, or the reason why there is none.
trait Work: FnOnce(Result<&mut Connection, StoreError>) + Send {}

impl<F: FnOnce(Result<&mut Connection, StoreError>) + Send> Work for F {}

/// A way to the thread; the thread ends with the last of these.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
}

/// What the thread needs to open its connection, again if the file was exchanged.
#[derive(Debug)]
pub(super) enum Target {
    File { path: PathBuf, read_only: bool },
    Memory,
}

impl Writer {
    /// Starts the thread. The connection is opened by the first job.
    pub(super) fn start(target: Target, busy_timeout: Duration) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("hallpass-writer".to_owned())
            .spawn(move || work(jobs, &target, busy_timeout))
            .map_err(|error| Unavailable::Io(format!("no thread for the writer: {error}")))?;
        Ok(Self { queue })
    }

    /// Runs a job on the writing connection. The job runs to its end even if the caller
    /// stops waiting.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Job {
            work: Box::new(move |connection| {
                // Nobody may be waiting any more; the work is done all the same.
                let _ = answer.send(connection.and_then(job));
            }),
            since: Instant::now(),
        };
        self.queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::TooBusy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })?;
        answered
            .await
            .map_err(|_| StoreError::Other("the write failed unexpectedly".to_owned()))?
    }
}

fn work(mut jobs: mpsc::Receiver<Job>, target: &Target, busy_timeout: Duration) {
    let mut open: Option<OpenFile> = None;
    while let Some(job) = jobs.blocking_recv() {
        let connection = if job.since.elapsed() > busy_timeout {
            Err(StoreError::TooBusy)
        } else {
            current(&mut open, target, busy_timeout)
        };
        // A receiver of the application may panic; its transaction rolls back while
        // unwinding, and the thread must live on for everybody else.
        if catch_unwind(AssertUnwindSafe(|| (job.work)(connection))).is_err() {
            tracing::error!("a database write panicked; its transaction was rolled back");
        }
    }
}

fn current<'open>(
    open: &'open mut Option<OpenFile>,
    target: &Target,
    busy_timeout: Duration,
) -> Result<&'open mut Connection, StoreError> {
    let usable = open.take().filter(|file| match target {
        Target::File { path, .. } => file.is_current(path),
        Target::Memory => true,
    });
    let file = match (usable, target) {
        (Some(file), _) => file,
        (None, Target::File { path, read_only }) => {
            OpenFile::open(path, Purpose::Write, *read_only, busy_timeout)?
        }
        (None, Target::Memory) => OpenFile::memory(busy_timeout)?,
    };
    Ok(&mut open.insert(file).connection)
}
