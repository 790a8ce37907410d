//! The reading connections.
//!
//! An indexed point read takes microseconds, less than handing it to another thread,
//! so it runs on the calling thread. It never waits there: when every connection is
//! taken or the file is locked, a blocking thread tries on until the busy timeout.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use rusqlite::Connection;

use crate::error::{StoreError, Unavailable};
use crate::sqlite::connection::{OpenFile, Purpose};
use crate::sqlite::seen::{FileStamp, Seen};
use crate::sqlite::slot::{Open, Slot};

/// More connections than this win nothing: point reads are short.
const MOST_CONNECTIONS: usize = 8;
/// Reads that may wait for a lock at once; the next is refused with `TooBusy`.
const MOST_WAITING: usize = 128;

/// A pool that grows as connections are used.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    read_only: bool,
    busy_timeout: Duration,
    slots: Box<[Mutex<Slot>]>,
    seen: Seen,
    waiting: Arc<AtomicUsize>,
}

thread_local! {
    /// Threads start at different connections, and each finds its own again with a warm cache.
    static FIRST_SLOT: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    };
}

impl Readers {
    pub(super) fn new(path: &Path, read_only: bool, busy_timeout: Duration) -> Self {
        let count = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            path: path.to_owned(),
            read_only,
            busy_timeout,
            slots: (0..count.min(MOST_CONNECTIONS))
                .map(|_| Mutex::default())
                .collect(),
            seen: Seen::default(),
            waiting: Arc::default(),
        }
    }

    /// Runs `read` on a free connection now, or answers [`Unavailable::Locked`].
    pub(super) fn run_now<T>(
        &self,
        read: impl FnOnce(&mut Open) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut slot = self.free().ok_or(Unavailable::Locked)?;
        read(slot.open(&self.path, self.read_only, &self.seen)?)
    }

    /// What the file looks like now; `None` if that cannot be told without waiting.
    pub(super) fn stamp(&self) -> Option<FileStamp> {
        let mut slot = self.free()?;
        let open = slot.open(&self.path, self.read_only, &self.seen).ok()?;
        open.stamp(&self.path, self.read_only, &self.seen)
    }

    /// [`Open::read_proven`] with what it needs to know.
    pub(super) fn read_proven<T>(
        &self,
        open: &mut Open,
        read: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<(T, Option<FileStamp>), StoreError> {
        open.read_proven(&self.path, self.read_only, &self.seen, read)
    }

    fn free(&self) -> Option<MutexGuard<'_, Slot>> {
        let first = FIRST_SLOT.with(|slot| *slot);
        (0..self.slots.len())
            .filter_map(|step| self.slots.get((first + step) % self.slots.len()))
            .find_map(Mutex::try_lock)
    }

    /// Tries [`Readers::run_now`] until it is not locked or the busy timeout is over.
    /// Blocks: never call it on a thread that serves requests.
    pub(super) fn run_waiting<T>(
        &self,
        deadline: Instant,
        read: impl Fn(&mut Open) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut pause = Duration::from_millis(1);
        loop {
            let answer = self.run_now(&read);
            let locked = matches!(answer, Err(StoreError::Unavailable(Unavailable::Locked)));
            let left = deadline.saturating_duration_since(Instant::now());
            if !locked || left.is_zero() {
                return answer;
            }
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// A place among those that may wait for a lock.
    pub(super) fn wait(&self) -> Result<Waiting, StoreError> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(StoreError::TooBusy);
        }
        Ok(Waiting(Arc::clone(&self.waiting)))
    }

    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.busy_timeout
    }

    /// A connection of its own for a long read, waiting for locks as SQLite does.
    pub(super) fn open_for_scan(&self) -> Result<OpenFile, StoreError> {
        OpenFile::open(&self.path, Purpose::Read, self.read_only, self.busy_timeout)
    }
}

/// Given back when dropped. It goes with the work, which runs on when its caller is gone.
#[derive(Debug)]
pub(super) struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
