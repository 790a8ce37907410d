//! What a column can hold, by the name that its database gives to the type.
//!
//! Django's fields decide the types of its tables. A table that says something else is of another application, or was
//! changed by hand: told at start, it is one clear error; met in a row, it would lock out one user after the other.

use crate::engine::{Dialect, ExistingColumn};
use crate::error::StoreError;
use crate::user_id::{Key, UserId};

/// The types that Django's fields of ours have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Boolean,
    Text,
    Time,
}

/// What the user table's key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyType {
    /// `AutoField` and its relatives, or any other whole number.
    Integer,
    /// `UUIDField`.
    Uuid,
}

/// Kinds of types, as far as they are told apart here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Integer,
    Boolean,
    Text,
    Time,
    Uuid,
    Fraction,
    Bytes,
    /// A date or a time of day alone.
    PartOfTime,
}

impl KeyType {
    /// The type of a key column.
    pub(crate) fn of(table: &str, column: &ExistingColumn) -> Result<Self, StoreError> {
        if is_uuid(&column.kind) {
            return Ok(Self::Uuid);
        }
        match holds(&column.kind) {
            Some(Holds::Integer) => Ok(Self::Integer),
            _ => Err(wrong(table, column, "a whole number or a UUID")),
        }
    }

    /// Whether a key is of this type; one of the other type is nobody's.
    pub(crate) fn is_of(self, id: UserId) -> bool {
        match id.key() {
            Key::Integer(_) => self == Self::Integer,
            Key::Uuid(_) => self == Self::Uuid,
        }
    }

    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Integer => "a whole number",
            Self::Uuid => "a UUID",
        }
    }
}

/// Refuses a column that refers to a user but could hold no user's key.
pub(crate) fn require_key(
    table: &str,
    column: &ExistingColumn,
    key: KeyType,
) -> Result<(), StoreError> {
    match KeyType::of(table, column) {
        Ok(found) if found == key => Ok(()),
        _ => Err(wrong(
            table,
            column,
            &format!("{}, as the key of the user table is", key.described()),
        )),
    }
}

/// Refuses a column that cannot hold what the field stores. A type that is not known here (a domain, an extension's) is
/// taken on trust; its values are still looked at.
pub(crate) fn require(
    dialect: Dialect,
    table: &str,
    column: &ExistingColumn,
    field: Field,
) -> Result<(), StoreError> {
    let Some(found) = holds(&column.kind) else {
        return Ok(());
    };
    let fits = match field {
        Field::Boolean => {
            found == Holds::Boolean || (found == Holds::Integer && !dialect.has_booleans())
        }
        Field::Text => found == Holds::Text,
        Field::Time => {
            found == Holds::Time || (found == Holds::Text && dialect.has_times_as_text())
        }
    };
    if fits {
        return Ok(());
    }
    let wanted = match field {
        Field::Boolean => "a boolean",
        Field::Text => "text",
        Field::Time => "a date with its time",
    };
    Err(wrong(table, column, wanted))
}

/// A `UUIDField`, native or as 32 hexadecimal digits. No other field of Django makes a `char` column.
pub(crate) fn is_uuid(kind: &str) -> bool {
    matches!(kind, "uuid" | "char(32)")
}

/// Whether the values of such a column are read as they come.
#[cfg(feature = "postgres")]
pub(crate) fn is_usual(kind: &str) -> bool {
    match holds(kind) {
        Some(Holds::Fraction) => !matches!(first_word(kind), "numeric" | "decimal"),
        Some(Holds::PartOfTime) | None => false,
        Some(_) => true,
    }
}

fn wrong(table: &str, column: &ExistingColumn, wanted: &str) -> StoreError {
    StoreError::ColumnType {
        table: table.to_owned(),
        column: column.name.clone(),
        found: column.kind.clone(),
        wanted: wanted.to_owned(),
    }
}

fn holds(kind: &str) -> Option<Holds> {
    // An array is none of them, whatever it is made of.
    if kind.ends_with("[]") {
        return None;
    }
    Some(match first_word(kind) {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" => Holds::Integer,
        "bool" | "boolean" => Holds::Boolean,
        "char" | "character" | "varchar" | "text" | "tinytext" | "mediumtext" | "longtext"
        | "citext" => Holds::Text,
        "datetime" | "timestamp" => Holds::Time,
        "uuid" => Holds::Uuid,
        "real" | "double" | "float" | "numeric" | "decimal" => Holds::Fraction,
        "blob" | "tinyblob" | "mediumblob" | "longblob" | "bytea" | "binary" | "varbinary" => {
            Holds::Bytes
        }
        "date" | "time" | "year" => Holds::PartOfTime,
        _ => return None,
    })
}

/// `character` of `character varying(150)`.
fn first_word(kind: &str) -> &str {
    kind.split(['(', ' ']).next().unwrap_or(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: &str) -> ExistingColumn {
        ExistingColumn {
            name: "c".to_owned(),
            kind: kind.to_owned(),
            not_null: true,
            primary: false,
        }
    }

    #[test]
    fn keys_are_numbers_or_uuids() {
        for kind in ["integer", "bigint", "smallint", "int", "bigint unsigned"] {
            assert_eq!(
                KeyType::of("t", &column(kind)),
                Ok(KeyType::Integer),
                "{kind}"
            );
        }
        for kind in ["uuid", "char(32)"] {
            assert_eq!(KeyType::of("t", &column(kind)), Ok(KeyType::Uuid), "{kind}");
        }
        for kind in [
            "varchar(32)",
            "character(32)",
            "text",
            "numeric",
            "interval",
            "int4range",
            "integer[]",
            "",
        ] {
            let error = KeyType::of("app_user", &column(kind))
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("app_user.c") && error.contains(kind),
                "{error}"
            );
        }
    }

    #[test]
    fn only_a_type_that_is_surely_wrong_is_refused() {
        let fits = |kind: &str, field| require(Dialect::Sqlite, "t", &column(kind), field).is_ok();
        assert!(fits("bool", Field::Boolean) && fits("integer", Field::Boolean));
        assert!(!fits("text", Field::Boolean) && !fits("varchar(5)", Field::Boolean));
        assert!(
            fits("varchar(128)", Field::Text)
                && fits("", Field::Text)
                && fits("phone", Field::Text)
        );
        assert!(!fits("blob", Field::Text) && !fits("integer", Field::Text));
        assert!(fits("datetime", Field::Time) && fits("text", Field::Time));
        assert!(!fits("date", Field::Time) && !fits("bigint", Field::Time));
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn postgresql_converts_nothing_by_itself() {
        let fits =
            |kind: &str, field| require(Dialect::Postgres, "t", &column(kind), field).is_ok();
        assert!(fits("boolean", Field::Boolean) && !fits("integer", Field::Boolean));
        assert!(fits("timestamp with time zone", Field::Time) && !fits("text", Field::Time));
    }
}
