//! One place of the pool: a reading connection, and beside it the watch that tells whether anybody changed the file.

use std::path::Path;
use std::time::{Duration, Instant};

use hallpass_sqlite_stamp::Watch;
use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;
use crate::sqlite::connection::{OpenFile, Purpose};
use crate::sqlite::seen::{FileStamp, LastLook, Seen};
use crate::sqlite::transaction::Begun;

/// How often a connection looks whether its file was exchanged.
const FILE_CHECK_EVERY: Duration = Duration::from_secs(1);

/// A place, filled by its first use.
#[derive(Debug, Default)]
pub(super) struct Slot {
    open: Option<Open>,
    checked: Option<Instant>,
}

impl Slot {
    /// The connection, made anew when another file stands at the path.
    pub(super) fn open(
        &mut self,
        path: &Path,
        read_only: bool,
        seen: &Seen,
    ) -> Result<&mut Open, StoreError> {
        let now = Instant::now();
        let due = self
            .checked
            .is_none_or(|last| now.duration_since(last) >= FILE_CHECK_EVERY);
        if due {
            self.open.take_if(|open| !open.file.is_current(path));
        }
        let open = match &mut self.open {
            Some(open) => open,
            empty => empty.insert(Open::new(path, read_only, seen)?),
        };
        if due {
            self.checked = Some(now);
            open.watching.retry();
        }
        Ok(open)
    }
}

/// An open connection and its watch.
#[derive(Debug)]
pub(super) struct Open {
    file: OpenFile,
    number: u64,
    watching: Watching,
    last: LastLook,
}

/// The watch has a connection of its own, which is opened when somebody first asks for a stamp.
#[derive(Debug)]
enum Watching {
    NotYet,
    Yes(Watch),
    /// It did not work just now.
    Failed,
}

impl Watching {
    fn retry(&mut self) {
        if matches!(self, Self::Failed) {
            *self = Self::NotYet;
        }
    }
}

impl Open {
    fn new(path: &Path, read_only: bool, seen: &Seen) -> Result<Self, StoreError> {
        let file = OpenFile::open(path, Purpose::Read, read_only, Duration::ZERO)?;
        Ok(Self {
            number: seen.file(file.identity()),
            file,
            watching: Watching::NotYet,
            last: LastLook::default(),
        })
    }

    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.file.connection
    }

    /// What the file looks like now; `None` if that cannot be told.
    pub(super) fn stamp(&mut self, path: &Path, read_only: bool, seen: &Seen) -> Option<FileStamp> {
        if matches!(self.watching, Watching::NotYet) {
            self.watching = self.watch(path, read_only);
        }
        self.look(seen)
    }

    fn look(&mut self, seen: &Seen) -> Option<FileStamp> {
        let Watching::Yes(watch) = &mut self.watching else {
            return None;
        };
        let stamp = watch.stamp().ok()?;
        Some(self.last.number(self.number, stamp, seen))
    }

    /// Reads, and gives the stamp that proves what was read for as long as the file keeps it.
    pub(super) fn read_proven<T>(
        &mut self,
        path: &Path,
        read_only: bool,
        seen: &Seen,
        read: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<(T, Option<FileStamp>), StoreError> {
        let before = self.stamp(path, read_only, seen);
        let tentative = matches!(&self.watching, Watching::Yes(watch) if watch.is_tentative());
        if before.is_none() || !tentative {
            return Ok((read(self.connection())?, before));
        }
        // The stamp may be that of a change which is undone before the read. Inside the transaction nobody writes.
        let (answer, inside) = {
            let transaction = Begun::new(&mut self.file.connection, "BEGIN")?;
            let answer = read(transaction.connection);
            let inside = match &mut self.watching {
                Watching::Yes(watch) => watch.stamp().ok(),
                _ => None,
            };
            transaction.commit()?;
            (answer?, inside)
        };
        let inside = inside.map(|stamp| self.last.number(self.number, stamp, seen));
        Ok((answer, before.filter(|_| before == inside)))
    }

    /// Opened on the path, so only of use while that is still the connection's file.
    fn watch(&self, path: &Path, read_only: bool) -> Watching {
        let flags = if read_only {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        match Watch::open(path, flags) {
            Ok(watch) if self.file.is_current(path) => Watching::Yes(watch),
            Ok(_) => Watching::Failed,
            Err(error) => {
                tracing::debug!(%error, "changes of the database cannot be watched just now");
                Watching::Failed
            }
        }
    }
}
