//! SQLite's result codes as [`StoreError`].

use rusqlite::ErrorCode;

use crate::error::{StoreError, Unavailable};

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, message) => {
                let text = message.clone().unwrap_or_else(|| failure.to_string());
                from_code(failure.code, text)
            }
            rusqlite::Error::SqlInputError { error, msg, .. } => from_code(error.code, msg.clone()),
            other => Self::Other(other.to_string()),
        }
    }
}

fn from_code(code: ErrorCode, text: String) -> StoreError {
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Unavailable::Locked.into(),
        ErrorCode::DiskFull => Unavailable::Full.into(),
        ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => Unavailable::Damaged(text).into(),
        ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::PermissionDenied
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::OutOfMemory
        | ErrorCode::NoLargeFileSupport => Unavailable::Io(text).into(),
        ErrorCode::ReadOnly => StoreError::ReadOnly,
        ErrorCode::ConstraintViolation => constraint(text),
        _ => match text.split_once("no such table: ") {
            Some((_, table)) => StoreError::MissingTables(vec![
                table.strip_prefix("main.").unwrap_or(table).to_owned(),
            ]),
            None => StoreError::Other(text),
        },
    }
}

/// `UNIQUE constraint failed: auth_user.username` names the column; a constraint over
/// several columns names the first.
fn constraint(text: String) -> StoreError {
    let Some((_, columns)) = text.split_once("UNIQUE constraint failed: ") else {
        return StoreError::Constraint(text);
    };
    let first = columns.split(", ").next().unwrap_or(columns);
    let column = first.rsplit_once('.').map_or(first, |(_, column)| column);
    StoreError::Duplicate {
        column: column.to_owned(),
    }
}
