//! Opening one connection, and noticing that the file under it was exchanged.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{StoreError, Unavailable};

/// What a connection is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

/// A connection with the file that it was opened on.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) connection: Connection,
    identity: Option<FileIdentity>,
}

/// Device and inode: a restored backup is another file under the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileIdentity(pub(super) u64, pub(super) u64);

impl OpenFile {
    /// Opens an existing file.
    pub(super) fn open(
        path: &Path,
        purpose: Purpose,
        read_only: bool,
        busy_timeout: Duration,
    ) -> Result<Self, StoreError> {
        // Before opening: if the file is exchanged between the two steps the next look
        // sees a difference and opens again.
        let identity = identity(path)?;
        // Not SQLITE_OPEN_READ_ONLY for readers: a reader must be able to roll back the
        // journal that a killed writer left, or reads fail until somebody writes.
        let access = if read_only {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        prepare(&connection, purpose, busy_timeout)?;
        Ok(Self {
            connection,
            identity,
        })
    }

    /// A database that lives in this connection.
    pub(super) fn memory(busy_timeout: Duration) -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory()?;
        prepare(&connection, Purpose::Write, busy_timeout)?;
        Ok(Self {
            connection,
            identity: None,
        })
    }

    pub(super) fn identity(&self) -> Option<FileIdentity> {
        self.identity
    }

    /// False once another file stands at `path`, or none.
    pub(super) fn is_current(&self, path: &Path) -> bool {
        self.identity.is_none() || identity(path).is_ok_and(|now| now == self.identity)
    }
}

/// Makes an empty file where none is, for its owner only: tokens and session keys stand in it in clear. SQLite gives
/// its journals the rights of the database.
pub(super) fn create(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        // Somebody else was quicker, or a link leads nowhere: the next look tells.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Unavailable::Io(format!("{}: {error}", path.display())).into()),
    }
}

/// An error that names the path, when no file is there.
pub(super) fn require_file(path: &Path) -> Result<(), StoreError> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            Err(Unavailable::Io(format!("{} is a directory", path.display())).into())
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(StoreError::NotFound(PathBuf::from(path)))
        }
        Err(error) => Err(Unavailable::Io(format!("{}: {error}", path.display())).into()),
    }
}

fn prepare(
    connection: &Connection,
    purpose: Purpose,
    busy_timeout: Duration,
) -> Result<(), StoreError> {
    connection.busy_timeout(busy_timeout)?;
    // Without the planner's stability guarantee a cached statement is compiled anew on
    // every run: resetting its bindings marks it expired in builds with STAT4.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    connection.set_prepared_statement_cache_capacity(32);
    if purpose == Purpose::Read {
        connection.pragma_update(None, "query_only", true)?;
    }
    Ok(())
}

#[cfg(unix)]
fn identity(path: &Path) -> Result<Option<FileIdentity>, StoreError> {
    use std::os::unix::fs::MetadataExt;

    require_file(path)?;
    let found = std::fs::metadata(path)
        .map_err(|error| Unavailable::Io(format!("{}: {error}", path.display())))?;
    Ok(Some(FileIdentity(found.dev(), found.ino())))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Result<Option<FileIdentity>, StoreError> {
    require_file(path).map(|()| None)
}
