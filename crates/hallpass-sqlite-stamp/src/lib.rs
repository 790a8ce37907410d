#![doc = include_str!("../README.md")]

// Why this is sound
// =================
//
// A `Watch` owns a connection of its own. Nobody else can run SQL on it, take it out or close it, so what is said here
// about it stays true for as long as the `Watch` lives.
//
// 1. The file. `SQLITE_FCNTL_FILE_POINTER` gives the `sqlite3_file` of the main database. The pager opens it with the
//    connection and closes it with the connection; its address never changes in between. Its methods are called with
//    `&mut self`, so never two at once, and never while SQLite itself is at work on this connection.
// 2. The WAL index. `xShmMap` gives SQLite's own mapping of the first 32 KiB of the `-shm` file. SQLite gives up such a
//    mapping only when the last connection of the process to this file leaves WAL mode or closes. Ours does neither:
//    leaving WAL mode takes an exclusive lock, which nobody gets while a connection, ours, holds the shared lock that
//    each WAL connection holds; and it closes when the `Watch` is dropped. The mapping is at least 96 bytes long and
//    aligned to a page. Nobody shortens the `-shm` file while a connection is there; a program that did so behind
//    SQLite's back would break every connection on the machine, not only this one.
// 3. Other processes write to that memory at any time. It is only ever looked at through atomics, which may be shared
//    so. SQLite writes the second copy of the header, then a barrier, then the first; we read the first, then a fence,
//    then the second. If they are equal neither was half written. If they differ, a writer is at work or died at it:
//    an ordinary read transaction, which repairs the header if need be, then decides.
// 4. The first page is read with `xRead`, which is a `pread`, and not through a mapping of the database (`xFetch`):
//    whoever restores a backup with `cp` makes the file shorter for a moment, and a mapping would end the process with
//    SIGBUS. No descriptor of our own is opened on any of the files, since closing one would drop the locks that this
//    process holds on it.

use std::ffi::c_int;
use std::fmt;
use std::path::Path;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Duration;

use rusqlite::{Connection, Error, OpenFlags, ffi};

/// The size of a region of the WAL index, SQLite's `WALINDEX_PGSZ`.
const REGION: c_int = 32 * 1024;
/// One copy of the WAL-index header in words of 8 bytes.
const HEADER: usize = 6;
/// How often a header that is being written is looked at again before a transaction decides.
const GLANCES: usize = 8;

/// How many there were before this one.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// The state of a database at one moment. Equal stamps of the same file mean: nothing was committed in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp([u64; 4]);

/// A connection that does nothing but look for changes.
pub struct Watch {
    source: Source,
    number: u64,
    file: NonNull<ffi::sqlite3_file>,
    connection: Connection,
}

/// Where the stamp comes from.
#[derive(Clone, Copy)]
enum Source {
    /// Two copies of the header, in a mapping that lives as long as the connection.
    WalIndex(NonNull<AtomicU64>),
    ChangeCounter,
    DataVersion,
}

// SAFETY: the pointers belong to the connection, which may change its thread, and are used with `&mut self` only.
unsafe impl Send for Watch {}

impl Watch {
    /// Opens a connection of its own to an existing database; `SQLITE_OPEN_NO_MUTEX` is added to `flags`. It never
    /// waits for a lock.
    ///
    /// # Errors
    /// What SQLite says when the file cannot be opened or is locked just now.
    pub fn open(path: impl AsRef<Path>, flags: OpenFlags) -> Result<Self, Error> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        connection.execute_batch("PRAGMA query_only = 1; PRAGMA mmap_size = 0")?;
        let mut watch = Self {
            source: Source::DataVersion,
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            file: file_of(&connection)?,
            connection,
        };
        watch.settle()?;
        Ok(watch)
    }

    /// The stamp of this moment. Everything that was committed before the call is in it.
    ///
    /// To know that rows read on another connection are still the same, take the stamp *before* they are read. When
    /// [`is_tentative`](Self::is_tentative), take it once more inside the transaction that reads them, and keep the
    /// rows only if both are equal.
    ///
    /// # Errors
    /// What SQLite says when the file is locked or cannot be read. Then nothing is known.
    pub fn stamp(&mut self) -> Result<Stamp, Error> {
        match self.glance()? {
            Some(stamp) => Ok(stamp),
            None => {
                self.settle()?;
                self.glance()?.ok_or_else(busy)
            }
        }
    }

    /// Whether a stamp may show a change that is being written and could still be undone: the change counter can go
    /// back, and the next change then has the same number.
    pub fn is_tentative(&self) -> bool {
        matches!(self.source, Source::ChangeCounter)
    }

    /// `None` when the source no longer tells.
    fn glance(&self) -> Result<Option<Stamp>, Error> {
        match self.source {
            Source::WalIndex(header) => Ok((0..GLANCES).find_map(|_| wal_stamp(header))),
            Source::ChangeCounter => self.change_counter(),
            Source::DataVersion => {
                // It means something to this connection only; a header that is in use never looks like this.
                Ok(Some(Stamp([
                    self.data_version()? & 0xffff_ffff,
                    0,
                    self.number,
                    u64::MAX,
                ])))
            }
        }
    }

    /// Finds out what kind of journal there is now. A read transaction makes SQLite look at the file itself, map the
    /// WAL index, and mend what a dead writer left.
    fn settle(&mut self) -> Result<(), Error> {
        self.data_version()?;
        let journal: String = self
            .connection
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        self.source = match journal.as_str() {
            "wal" => self
                .wal_index()
                .map_or(Source::DataVersion, Source::WalIndex),
            "delete" | "truncate" | "persist" => Source::ChangeCounter,
            _ => Source::DataVersion,
        };
        Ok(())
    }

    fn data_version(&self) -> Result<u64, Error> {
        let mut statement = self.connection.prepare_cached("PRAGMA data_version")?;
        let version: i64 = statement.query_row([], |row| row.get(0))?;
        Ok(version.unsigned_abs())
    }

    /// Bytes 18 and 19 of the first page are 2 in WAL mode, bytes 24 to 28 count the changes otherwise.
    fn change_counter(&self) -> Result<Option<Stamp>, Error> {
        let Some(read) = self.file_methods().xRead else {
            return Ok(None);
        };
        let mut bytes = [0_u8; 10];
        // SAFETY: point 1; the buffer has as many bytes as are asked for.
        let code = unsafe { read(self.file.as_ptr(), bytes.as_mut_ptr().cast(), 10, 18) };
        let [write, read, _, _, _, _, counter @ ..] = bytes;
        match code {
            ffi::SQLITE_OK if write.max(read) > 1 => Ok(None),
            ffi::SQLITE_OK => Ok(Some(Stamp([
                u64::from(u32::from_be_bytes(counter)),
                0,
                0,
                0,
            ]))),
            code => Err(Error::SqliteFailure(ffi::Error::new(code), None)),
        }
    }

    /// SQLite's mapping of the WAL index, where this file system and this kind of file have one.
    fn wal_index(&self) -> Option<NonNull<AtomicU64>> {
        let methods = self.file_methods();
        let map = methods.xShmMap.filter(|_| methods.iVersion >= 2)?;
        let mut region = ptr::null_mut();
        // SAFETY: point 1; region 0 exists, since a read transaction has just used it, and is not made longer.
        let code = unsafe { map(self.file.as_ptr(), 0, REGION, 0, &raw mut region) };
        let header = NonNull::new(region.cast::<AtomicU64>())?;
        (code == ffi::SQLITE_OK && header.is_aligned()).then_some(header)
    }

    fn file_methods(&self) -> &ffi::sqlite3_io_methods {
        // SAFETY: point 1.
        let file = unsafe { self.file.as_ref() };
        // SAFETY: `file_of` has seen that there are methods; they are static.
        unsafe { &*file.pMethods }
    }
}

/// The first copy of the header if both are equal and in use: what changed, how many frames the log has, the checksum
/// over all of them, and the salt that each new log has. Version and checksum of the header itself tell nothing more.
fn wal_stamp(header: NonNull<AtomicU64>) -> Option<Stamp> {
    let word = |index: usize| {
        // SAFETY: point 2; `index` is below twice the header's size.
        let word = unsafe { header.add(index) };
        // SAFETY: points 2 and 3.
        let word = unsafe { word.as_ref() };
        word.load(Ordering::Relaxed)
    };
    let first: [u64; HEADER] = std::array::from_fn(word);
    fence(Ordering::Acquire);
    let same = first
        .iter()
        .enumerate()
        .all(|(index, first)| word(HEADER + index) == *first);
    let [_, change, frames, checksum, salt, _] = first;
    let [_, _, _, _, is_init, ..] = change.to_ne_bytes();
    (same && is_init != 0).then_some(Stamp([change, frames, checksum, salt]))
}

fn file_of(connection: &Connection) -> Result<NonNull<ffi::sqlite3_file>, Error> {
    let mut file: *mut ffi::sqlite3_file = ptr::null_mut();
    // SAFETY: the handle is only used here, while the connection is borrowed.
    let handle = unsafe { connection.handle() };
    // SAFETY: the handle is open, and this request writes one pointer to where the last argument points.
    let code = unsafe {
        ffi::sqlite3_file_control(
            handle,
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_FILE_POINTER,
            (&raw mut file).cast(),
        )
    };
    let file = NonNull::new(file)
        .filter(|_| code == ffi::SQLITE_OK)
        .ok_or_else(busy)?;
    // SAFETY: point 1.
    let has_methods = unsafe { !file.as_ref().pMethods.is_null() };
    has_methods.then_some(file).ok_or_else(busy)
}

fn busy() -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            Source::WalIndex(_) => "WAL index",
            Source::ChangeCounter => "change counter",
            Source::DataVersion => "data_version",
        };
        f.debug_struct("Watch")
            .field("source", &source)
            .finish_non_exhaustive()
    }
}
