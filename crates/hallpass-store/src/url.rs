//! Database URLs as dj-database-url writes them.
//!
//! `sqlite:///relative.db` (three slashes) is relative to the directory given to
//! [`DatabaseUrl::resolve`], `sqlite:////absolute/file.db` (four) is absolute, and
//! `sqlite://:memory:` lives as long as its [`Store`](crate::Store).
//! `postgres://user:password@host:port/database` needs the feature `postgres`,
//! `mysql://user:password@host:port/database` the feature `mysql`; `?unix_socket=/path` names
//! a socket.

mod server;

use std::fmt;
use std::path::{Path, PathBuf};

pub(crate) use server::ServerUrl;

/// Where the rows are.
///
/// ```
/// use hallpass_store::DatabaseUrl;
/// let url = DatabaseUrl::parse("sqlite:///db.sqlite3").unwrap().resolve("/srv/app".as_ref());
/// assert_eq!(url.path().unwrap().to_str(), Some("/srv/app/db.sqlite3"));
/// assert_eq!(url.to_string(), "sqlite:////srv/app/db.sqlite3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    Memory,
    Server(ServerUrl),
}

/// The text is no URL of a database that this build can open. Never repeats the
/// text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseUrlError {
    /// A known engine that this build cannot open.
    #[error("{0} databases are not supported by this build; it opens {SUPPORTED}")]
    UnsupportedEngine(String),
    /// No known engine.
    #[error(
        "a database URL starts with an engine, such as sqlite:///db.sqlite3 \
         (relative), sqlite:////srv/app/db.sqlite3 (absolute) or postgres://user:password@host/name"
    )]
    UnknownEngine,
    /// A server's URL without a database, or with broken percent signs or port.
    #[error(
        "a server's URL is engine://user:password@host:port/database; write special characters \
         as percent signs with two digits"
    )]
    BadServer,
    /// An option behind the question mark that is unknown, or whose value is.
    #[error("the option {0} of the database URL is unknown here, or its value is")]
    BadOption(String),
    /// `sqlite://` with a host, a missing path or broken percent signs.
    #[error(
        "a sqlite URL is sqlite:///relative.db, sqlite:////absolute/file.db or sqlite://:memory:"
    )]
    BadPath,
}

const SUPPORTED: &str = match (cfg!(feature = "postgres"), cfg!(feature = "mysql")) {
    (true, true) => "sqlite, postgres and mysql",
    (true, false) => "sqlite and postgres",
    (false, true) => "sqlite and mysql",
    (false, false) => "sqlite only",
};

impl DatabaseUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`DatabaseUrlError`], which never repeats the URL.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        let (engine, rest) = text
            .trim()
            .split_once("://")
            .ok_or(DatabaseUrlError::UnknownEngine)?;
        match engine {
            "sqlite" | "sqlite3" => {}
            "postgres" | "postgresql" | "pgsql" | "mysql" | "mariadb" => {
                return Ok(Self(Place::Server(ServerUrl::parse(engine, rest)?)));
            }
            _ => return Err(DatabaseUrlError::UnknownEngine),
        }
        if matches!(rest, "" | ":memory:" | "/:memory:") {
            return Ok(Self(Place::Memory));
        }
        let path = rest.strip_prefix('/').ok_or(DatabaseUrlError::BadPath)?;
        let path = percent_decoded(path).ok_or(DatabaseUrlError::BadPath)?;
        if path.is_empty() || path.contains('\0') {
            return Err(DatabaseUrlError::BadPath);
        }
        Ok(Self(Place::File(PathBuf::from(path))))
    }

    /// The URL of a file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// A database in memory, gone with its store.
    #[must_use]
    pub fn memory() -> Self {
        Self(Place::Memory)
    }

    /// The same URL with a relative path taken from `base_dir` (Django: `BASE_DIR / "db.sqlite3"`).
    #[must_use]
    pub fn resolve(self, base_dir: &Path) -> Self {
        match self.0 {
            Place::File(path) => Self(Place::File(base_dir.join(path))),
            Place::Memory | Place::Server(_) => self,
        }
    }

    /// The file, or `None` for a database in memory or on a server.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Memory | Place::Server(_) => None,
        }
    }

    /// The server, if it is on one.
    pub(crate) fn server(&self) -> Option<&ServerUrl> {
        match &self.0 {
            Place::Server(server) => Some(server),
            Place::File(_) | Place::Memory => None,
        }
    }
}

/// Writes the URL without password and options.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => write!(f, "sqlite:///{}", path.display()),
            Place::Memory => f.write_str("sqlite://:memory:"),
            Place::Server(server) => server.fmt(f),
        }
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_slashes_are_relative_and_four_absolute() {
        let relative = DatabaseUrl::parse("sqlite:///a%20b.db").unwrap();
        assert_eq!(relative.path(), Some(Path::new("a b.db")));
        let absolute = DatabaseUrl::parse("sqlite:////srv/a.db").unwrap();
        assert_eq!(absolute.clone().resolve(Path::new("/x")), absolute);
        assert_eq!(
            DatabaseUrl::parse("sqlite://:memory:").unwrap(),
            DatabaseUrl::memory()
        );
    }

    #[test]
    fn other_engines_are_refused_without_repeating_the_password() {
        for engine in ["postgres", "mysql", "mariadb"] {
            let url = DatabaseUrl::parse(&format!("{engine}://me:secret@host/db")).unwrap();
            assert_eq!(url.to_string(), format!("{engine}://me@host/db"));
        }
        for text in ["db.sqlite3", "oracle://me:secret@x/y", ""] {
            let error = DatabaseUrl::parse(text).unwrap_err();
            assert_eq!(error, DatabaseUrlError::UnknownEngine);
            assert!(!error.to_string().contains("secret"));
        }
        for text in ["sqlite:///", "sqlite://host/x", "sqlite:///%zz"] {
            assert_eq!(
                DatabaseUrl::parse(text).unwrap_err(),
                DatabaseUrlError::BadPath
            );
        }
    }
}
