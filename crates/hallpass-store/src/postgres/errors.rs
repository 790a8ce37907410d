//! PostgreSQL's error codes as [`StoreError`].
//!
//! Messages come in the server's language, so that only codes and quoted names are read.

use tokio_postgres::error::{DbError, SqlState};

use crate::error::{StoreError, Unavailable};

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(said) => from_code(said),
            None => Unavailable::Connection(with_causes(&error)).into(),
        }
    }
}

/// An error with what lies behind it: the outermost says little.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

fn from_code(error: &DbError) -> StoreError {
    let code = error.code();
    let message = error.message();
    match *code {
        SqlState::UNIQUE_VIOLATION => StoreError::Duplicate {
            column: first_column(error.detail().unwrap_or_default()),
        },
        SqlState::UNDEFINED_TABLE => {
            StoreError::MissingTables(vec![quoted_name(message).to_owned()])
        }
        SqlState::UNDEFINED_COLUMN => StoreError::Other(format!("no such column: {message}")),
        SqlState::STRING_DATA_RIGHT_TRUNCATION => StoreError::TooLong(message.to_owned()),
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::ReadOnly,
        SqlState::INSUFFICIENT_PRIVILEGE => StoreError::Denied(message.to_owned()),
        SqlState::QUERY_CANCELED => Unavailable::TimedOut.into(),
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::T_R_SERIALIZATION_FAILURE => Unavailable::Locked.into(),
        SqlState::DISK_FULL => Unavailable::Full.into(),
        _ => match code.code().get(..2) {
            // Integrity constraints, and values that their column cannot hold.
            Some("23" | "22") => StoreError::Constraint(message.to_owned()),
            // Connection, login, unknown database, resources, shutdown, system, internal.
            Some("08" | "28" | "3D" | "53" | "57" | "58" | "XX") => {
                Unavailable::Server(message.to_owned()).into()
            }
            _ => StoreError::Other(message.to_owned()),
        },
    }
}

/// `Key (username)=(alice) already exists.`, or the same in another language; of several
/// columns the first.
fn first_column(detail: &str) -> String {
    let columns = detail
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(")=("))
        .map_or("value", |(columns, _)| columns);
    let first = columns.split(", ").next().unwrap_or(columns);
    first.trim_matches('"').to_owned()
}

/// `relation "nowhere" does not exist`: what stands in quotes, of whatever shape.
fn quoted_name(message: &str) -> &str {
    let opens = |letter: char| matches!(letter, '"' | '«' | '»' | '„' | '“');
    let mut parts = message.split(opens);
    let first = parts.next().unwrap_or_default();
    parts.next().map_or(first, str::trim)
}

/// True when the server no longer knows a statement as we prepared it: a column changed
/// its type, or somebody between us dropped it.
pub(super) fn is_stale(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::FEATURE_NOT_SUPPORTED || *code == SqlState::INVALID_SQL_STATEMENT_NAME
    })
}

/// True when the connection is gone, as far as an error can tell.
pub(super) fn is_lost(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Unavailable(Unavailable::Connection(_) | Unavailable::Server(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_every_language() {
        for (detail, column) in [
            ("Key (username)=(alice) already exists.", "username"),
            (
                "Schlüssel »(user_id, group_id)=(1, 2)« existiert bereits.",
                "user_id",
            ),
            ("Key (\"key\")=(a)=(b) already exists.", "key"),
            ("", "value"),
        ] {
            assert_eq!(first_column(detail), column);
        }
        assert_eq!(
            quoted_name("relation \"nowhere\" does not exist"),
            "nowhere"
        );
        assert_eq!(quoted_name("Relation »nowhere« existiert nicht"), "nowhere");
        assert_eq!(
            quoted_name("la relation « nowhere » n'existe pas"),
            "nowhere"
        );
    }
}
