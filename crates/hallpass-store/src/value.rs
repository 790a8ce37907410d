//! A value of a column that the store does not interpret.

use uuid::Uuid;

use crate::user_id::{Key, UserId};

/// What SQL knows: for extra columns of the user table and for statements of receivers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A whole number; booleans are 0 and 1, as Django stores them.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// A UUID, stored as Django does: native on PostgreSQL and newer MariaDB, else 32 hexadecimal digits.
    Uuid(Uuid),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<UserId> for Value {
    fn from(value: UserId) -> Self {
        match value.key() {
            Key::Integer(number) => Self::Integer(number),
            Key::Uuid(uuid) => Self::Uuid(uuid),
        }
    }
}

impl From<Uuid> for Value {
    fn from(value: Uuid) -> Self {
        Self::Uuid(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
