//! The numbers of MySQL's and MariaDB's errors as [`StoreError`].
//!
//! Messages come in the server's language and some repeat a value, so that only numbers and
//! quoted names are read.

use mysql_async::{Error, ServerError};

use crate::error::{StoreError, Unavailable};

/// A unique index already holds the value. Which column that is must be asked of the server.
pub(super) fn duplicate_index(error: &Error) -> Option<&str> {
    let Error::Server(said) = error else {
        return None;
    };
    // MySQL writes `table.index`, MariaDB `index`.
    matches!(said.code, 1062 | 1586).then(|| last_part(&said.message))
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Server(said) => from_code(said),
            other => Unavailable::Connection(other.to_string()).into(),
        }
    }
}

fn from_code(said: ServerError) -> StoreError {
    let ServerError { code, message, .. } = said;
    match code {
        1062 | 1586 => StoreError::Duplicate {
            column: last_part(&message).to_owned(),
        },
        1146 => StoreError::MissingTables(vec![first_part(&message).to_owned()]),
        1054 => StoreError::Other(format!("no such column: {message}")),
        1406 => StoreError::TooLong(message),
        // A NULL, no default, a parent or child row, a number, a CHECK (one for each server).
        1048 | 1364 | 1216 | 1217 | 1451 | 1452 | 1264 | 3819 | 4025 => {
            StoreError::Constraint(message)
        }
        // These repeat the value.
        1292 | 1366 | 1367 | 1411 => {
            StoreError::Constraint("a value does not fit the type of its column".to_owned())
        }
        // A right on a table, or on a column of it.
        1142 | 1143 => StoreError::Denied(message),
        1290 | 1792 | 1836 => StoreError::ReadOnly,
        // A lock was not to be had, or two transactions waited for each other.
        1205 | 1213 => Unavailable::Locked.into(),
        // The server stopped the statement, after its time or because someone said so.
        1317 | 1907 | 1969 | 3024 => Unavailable::TimedOut.into(),
        1021 | 1114 => Unavailable::Full.into(),
        // The connection was ended from outside, or a proxy exchanged it beneath us.
        1243 | 1927 | 3169 | 4031 => Unavailable::Connection(message).into(),
        // Login, database, resources, shutdown, a damaged table.
        1037
        | 1038
        | 1040
        | 1041
        | 1042
        | 1044
        | 1045
        | 1049
        | 1053
        | 1129
        | 1130
        | 1135
        | 1158..=1161
        | 1194
        | 1195
        | 1203
        | 1226
        | 1698
        | 1862
        | 2002..=2013 => Unavailable::Server(message).into(),
        _ => StoreError::Other(format!("{code}: {message}")),
    }
}

/// What stands in the first quotes: `Table 'app.nowhere' doesn't exist`.
fn first_part(message: &str) -> &str {
    without_owner(message.split('\'').nth(1).unwrap_or(message))
}

/// What stands in the last quotes: `Duplicate entry 'x' for key 'auth_user.username'`.
fn last_part(message: &str) -> &str {
    without_owner(message.rsplit('\'').nth(1).unwrap_or(message))
}

/// The name behind the last dot.
fn without_owner(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
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

    fn server(code: u16, message: &str) -> Error {
        Error::Server(ServerError {
            code,
            message: message.to_owned(),
            state: "HY000".to_owned(),
        })
    }

    #[test]
    fn names_are_found_behind_hostile_values() {
        let mariadb = server(1062, "Duplicate entry 'a' for key 'b.c' for key 'PRIMARY'");
        assert_eq!(duplicate_index(&mariadb), Some("PRIMARY"));
        let mysql = server(
            1062,
            "Duplicate entry '1' for key 'authtoken_token.user_id'",
        );
        assert_eq!(duplicate_index(&mysql), Some("user_id"));
        let missing = StoreError::MissingTables(vec!["auth_user".to_owned()]);
        for text in [
            "Table 'app.auth_user' doesn't exist",
            "Tabelle 'app.auth_user' existiert nicht",
        ] {
            assert_eq!(StoreError::from(server(1146, text)), missing);
        }
    }

    #[test]
    fn values_are_not_repeated() {
        let error = server(1366, "Incorrect string value: '\\xF0secret' for column `x`");
        assert!(!StoreError::from(error).to_string().contains("secret"));
    }
}
