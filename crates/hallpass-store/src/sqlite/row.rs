//! Columns and parameters of SQLite, where any column may hold any type.

use hallpass_formats::timestamp::Timestamp;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql};
use uuid::Uuid;

use crate::engine::{Columns, Mismatch, Parameter};
use crate::user_id::{Key, UserId, uuid_from_text};
use crate::value::Value;

/// A row at hand.
pub(super) struct SqliteRow<'a>(pub(super) &'a Row<'a>);

impl SqliteRow<'_> {
    fn value(&self, index: usize) -> Result<ValueRef<'_>, Mismatch> {
        self.0.get_ref(index).map_err(|_| Mismatch {
            found: "nothing",
            wanted: "a column",
        })
    }
}

impl Columns for SqliteRow<'_> {
    fn id(&self, index: usize) -> Result<Option<UserId>, Mismatch> {
        match self.value(index)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number.into())),
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .ok()
                .and_then(uuid_from_text)
                .map_or_else(
                    || mismatch("text", "a primary key"),
                    |uuid| Ok(Some(uuid.into())),
                ),
            other => mismatch(kind(other), "a primary key"),
        }
    }

    fn text(&self, index: usize) -> Result<Option<&str>, Mismatch> {
        match self.value(index)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => mismatch("other bytes", "valid UTF-8"),
            },
            other => mismatch(kind(other), "text"),
        }
    }

    /// Django reads 0 and 1.
    fn boolean(&self, index: usize) -> Result<Option<bool>, Mismatch> {
        match self.value(index)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(0) => Ok(Some(false)),
            ValueRef::Integer(1) => Ok(Some(true)),
            other => mismatch(kind(other), "0 or 1"),
        }
    }

    fn timestamp(&self, index: usize) -> Result<Option<Timestamp>, Mismatch> {
        match self.value(index)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .ok()
                .and_then(Timestamp::parse_django_text)
                .map_or_else(|| mismatch("text", "a date and time"), |at| Ok(Some(at))),
            other => mismatch(kind(other), "a date and time"),
        }
    }

    fn integer(&self, index: usize) -> Result<Option<i64>, Mismatch> {
        match self.value(index)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            other => mismatch(kind(other), "a whole number"),
        }
    }

    fn plain(&self, index: usize) -> Result<Value, Mismatch> {
        Ok(match self.value(index)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Real(number) => Value::Real(number),
            ValueRef::Text(_) => self.text(index)?.map_or(Value::Null, Value::from),
            ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        })
    }
}

fn mismatch<T>(found: &'static str, wanted: &'static str) -> Result<T, Mismatch> {
    Err(Mismatch { found, wanted })
}

fn kind(value: ValueRef<'_>) -> &'static str {
    match value {
        ValueRef::Null => "NULL",
        ValueRef::Integer(_) => "a whole number",
        ValueRef::Real(_) => "a fraction",
        ValueRef::Text(_) => "text",
        ValueRef::Blob(_) => "bytes",
    }
}

/// Django's `char(32)`.
fn hex(uuid: Uuid) -> String {
    uuid.simple().to_string()
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match *self {
            Parameter::Id(id) => match id.key() {
                Key::Integer(number) => ValueRef::Integer(number),
                Key::Uuid(uuid) => return Ok(hex(uuid).into()),
            },
            Parameter::Integer(number) => ValueRef::Integer(number),
            Parameter::Boolean(flag) => ValueRef::Integer(i64::from(flag)),
            Parameter::Text(text) => ValueRef::Text(text.as_bytes()),
            // SQLite compares dates as texts, so that their spelling must be Django's.
            Parameter::Time(at) => return Ok(at.to_django_text().into()),
            Parameter::Plain(value) => match value {
                Value::Null => ValueRef::Null,
                Value::Integer(number) => ValueRef::Integer(*number),
                Value::Real(number) => ValueRef::Real(*number),
                Value::Text(text) => ValueRef::Text(text.as_bytes()),
                Value::Blob(bytes) => ValueRef::Blob(bytes),
                Value::Uuid(uuid) => return Ok(hex(*uuid).into()),
            },
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
