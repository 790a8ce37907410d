//! What can go wrong between a question and its rows.
//!
//! Django raises one of a dozen database exceptions and answers 500. Here every
//! failure says which of a few things a caller can do: answer 503 and try again
//! ([`StoreError::is_unavailable`]), show a form error ([`StoreError::Duplicate`]),
//! refuse one credential ([`StoreError::Corrupt`]), or tell the operator.

use std::path::PathBuf;

use crate::migrate::MigrationError;
use crate::url::DatabaseUrlError;

/// Why the database did not answer just now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// Another connection held the lock for the whole busy timeout.
    #[error(
        "another program kept it locked for the whole busy timeout: end its transaction, or try again"
    )]
    Locked,
    /// The operating system refused to open, read or write the file.
    #[error("the file could not be opened, read or written: {0}")]
    Io(String),
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The server did not answer in time, or had to give up for want of a lock.
    #[error("the database server did not answer in time")]
    TimedOut,
    /// The server could not be reached, or the connection broke.
    #[error("no connection to the database server: {0}")]
    Connection(String),
    /// The server refuses just now, in its own words: it starts, stops, has no place left
    /// or does not accept the login.
    #[error("the database server refuses: {0}")]
    Server(String),
    /// The file is no SQLite database, or its pages are damaged.
    #[error("the file is damaged or no SQLite database: {0}")]
    Damaged(String),
}

/// Every failure of the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database did not answer; the same question may succeed later.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[from] Unavailable),
    /// The file, the directory or the connection allows no writing.
    #[error("the database is read-only: check the rights of the file and of its directory")]
    ReadOnly,
    /// The database account lacks a right, in the database's words.
    #[error("the database account lacks a right: {0}")]
    Denied(String),
    /// No database file stands at this path and `create` was not asked for.
    #[error("no database file at {}: check `database_url`, or run `hallpass migrate` to make one", .0.display())]
    NotFound(PathBuf),
    /// These tables do not exist.
    #[error("missing tables: {}; check `database_url` and `auth_user_model`, then run `hallpass migrate` or Django's", .0.join(", "))]
    MissingTables(Vec<String>),
    /// A unique column already holds this value.
    #[error("a row with this {column} already exists")]
    Duplicate {
        /// The column, without its table.
        column: String,
    },
    /// A text is longer than its column allows, in the database's words. SQLite never says so.
    #[error("a text is too long: {0}")]
    TooLong(String),
    /// Another constraint of the table refused the row (a missing parent row, a NULL).
    #[error("a constraint of the database refused the row: {0}")]
    Constraint(String),
    /// One row holds a value that Django could not have written.
    #[error("a row of {table} is corrupt: {what}")]
    Corrupt {
        /// The table of the row.
        table: String,
        /// Which column holds what instead of what; never the value itself.
        what: String,
    },
    /// `authtoken_token.user_id` points to another table than the user model's.
    #[error(
        "authtoken_token.user_id points to {points_to}, but the user model's table is {expected}: \
         tokens would resolve to the wrong people; correct `auth_user_model`"
    )]
    WrongUserTable {
        /// The table that the foreign key names.
        points_to: String,
        /// The table of the configured user model.
        expected: String,
    },
    /// A column that the user model names does not exist.
    #[error("{table} has no column {column}{}; correct `[user_model]`", nearest_text(.nearest))]
    UnknownColumn {
        /// The table looked at.
        table: String,
        /// The column that it lacks.
        column: String,
        /// The existing names most like it, best first.
        nearest: Vec<String>,
    },
    /// A table of the application's own cannot hold tokens.
    #[error("{table} holds no tokens that could be asked for: {what}")]
    TokenTable {
        /// The table.
        table: String,
        /// Why.
        what: &'static str,
    },
    /// Two rows may hold the same in the login column.
    #[error(
        "{table}.{column} is not unique, so nobody can be told apart by it: set `[user_model] \
         username_field` to the model's USERNAME_FIELD, or make that field unique"
    )]
    LoginNotUnique {
        /// The user table.
        table: String,
        /// Its login column.
        column: String,
    },
    /// A column's type cannot hold what Django keeps in such a column.
    #[error(
        "{table}.{column} is of the type {}, but holds {wanted}: correct `auth_user_model` or `[user_model]`, \
         or give the column the type of Django's field", nameless(.found)
    )]
    ColumnType {
        /// The table looked at.
        table: String,
        /// The column.
        column: String,
        /// Its type in the database's words; SQLite allows an empty one.
        found: String,
        /// What it ought to hold.
        wanted: String,
    },
    /// A table has the name of one of Django's, but not its columns.
    #[error(
        "{table} has no column {column}, so it is not the table that Django and DRF make: \
         point `database_url` at the project's database, or move that table out of the way"
    )]
    ForeignTable {
        /// The table looked at.
        table: String,
        /// The column that it lacks.
        column: String,
    },
    /// The URL of the database could not be read.
    #[error(transparent)]
    Url(#[from] DatabaseUrlError),
    /// `migrate` refused; nothing was changed.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// The store was shut down.
    #[error("the store is closed")]
    Closed,
    /// Too many writes or waiting reads are queued; refused at once, nothing was done.
    #[error("too many database operations are waiting; try again shortly")]
    TooBusy,
    /// Anything else, in the database's words.
    #[error("the database answered: {0}")]
    Other(String),
}

impl StoreError {
    /// True for faults that should be answered with 503 and `Retry-After`.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_)
                | Self::ReadOnly
                | Self::NotFound(_)
                | Self::MissingTables(_)
                | Self::Closed
                | Self::TooBusy
        )
    }
}

fn nameless(kind: &str) -> &str {
    if kind.is_empty() { "(none)" } else { kind }
}

fn nearest_text(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    format!(" (it has {})", nearest.join(", "))
}
