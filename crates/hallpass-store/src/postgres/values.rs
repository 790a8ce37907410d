//! Columns and parameters in PostgreSQL's binary format.

use std::error::Error;

use bytes::BytesMut;
use hallpass_formats::timestamp::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::{Format, FromSql, IsNull, ToSql, Type};
use uuid::Uuid;

use crate::engine::{Columns, Mismatch, Parameter};
use crate::user_id::{Key, UserId};
use crate::value::Value;

/// PostgreSQL counts microseconds from 2000-01-01.
const EPOCH: i64 = 946_684_800_000_000;

/// The bytes of a column, whatever its type.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A row at hand.
pub(super) struct PostgresRow<'a>(pub(super) &'a Row);

impl PostgresRow<'_> {
    /// Type and bytes; `None` is NULL.
    fn value(&self, index: usize) -> Result<Option<(&Type, &[u8])>, Mismatch> {
        let missing = Mismatch {
            found: "nothing",
            wanted: "a column",
        };
        let column = self.0.columns().get(index).ok_or(missing)?;
        let raw: Option<Raw<'_>> = self.0.try_get(index).map_err(|_| missing)?;
        Ok(raw.map(|raw| (column.type_(), raw.0)))
    }
}

impl Columns for PostgresRow<'_> {
    fn id(&self, index: usize) -> Result<Option<UserId>, Mismatch> {
        let Some((kind, raw)) = self.value(index)? else {
            return Ok(None);
        };
        let id = match *kind {
            Type::UUID => uuid(raw).map(UserId::from),
            _ => integer(kind, raw).map(UserId::from),
        };
        match id {
            Some(id) => Ok(Some(id)),
            None => mismatch(kind, "a primary key"),
        }
    }

    fn text(&self, index: usize) -> Result<Option<&str>, Mismatch> {
        let Some((kind, raw)) = self.value(index)? else {
            return Ok(None);
        };
        if !is_text(kind) {
            return mismatch(kind, "text");
        }
        match std::str::from_utf8(raw) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Mismatch {
                found: "other bytes",
                wanted: "valid UTF-8",
            }),
        }
    }

    fn boolean(&self, index: usize) -> Result<Option<bool>, Mismatch> {
        match self.value(index)? {
            None => Ok(None),
            Some((&Type::BOOL, [flag])) => Ok(Some(*flag != 0)),
            Some((kind, _)) => mismatch(kind, "a boolean"),
        }
    }

    fn timestamp(&self, index: usize) -> Result<Option<Timestamp>, Mismatch> {
        let Some((kind, raw)) = self.value(index)? else {
            return Ok(None);
        };
        if !matches!(*kind, Type::TIMESTAMPTZ | Type::TIMESTAMP) {
            return mismatch(kind, "a date and time");
        }
        // The ends of the range stand for infinity, which Python's datetime has not either.
        let at = <[u8; 8]>::try_from(raw)
            .ok()
            .map(i64::from_be_bytes)
            .filter(|at| !matches!(*at, i64::MAX | i64::MIN))
            .and_then(|at| at.checked_add(EPOCH));
        match at {
            Some(at) => Ok(Some(Timestamp::from_unix_micros(at))),
            None => Err(Mismatch {
                found: "infinity",
                wanted: "a date and time",
            }),
        }
    }

    fn integer(&self, index: usize) -> Result<Option<i64>, Mismatch> {
        let Some((kind, raw)) = self.value(index)? else {
            return Ok(None);
        };
        match integer(kind, raw) {
            Some(number) => Ok(Some(number)),
            None => mismatch(kind, "a whole number"),
        }
    }

    fn plain(&self, index: usize) -> Result<Value, Mismatch> {
        let Some((kind, raw)) = self.value(index)? else {
            return Ok(Value::Null);
        };
        if let Some(number) = integer(kind, raw) {
            return Ok(Value::Integer(number));
        }
        Ok(match *kind {
            Type::BOOL => Value::Integer(i64::from(raw.first().is_some_and(|flag| *flag != 0))),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            Type::TIMESTAMPTZ | Type::TIMESTAMP => self
                .timestamp(index)?
                .map_or(Value::Null, |at| Value::Text(at.to_django_text())),
            Type::UUID => match uuid(raw) {
                Some(uuid) => Value::Uuid(uuid),
                None => return mismatch(kind, "a UUID"),
            },
            Type::FLOAT4 => match <[u8; 4]>::try_from(raw) {
                Ok(bytes) => Value::Real(f64::from(f32::from_be_bytes(bytes))),
                Err(_) => return mismatch(kind, "a fraction"),
            },
            Type::FLOAT8 => match <[u8; 8]>::try_from(raw) {
                Ok(bytes) => Value::Real(f64::from_be_bytes(bytes)),
                Err(_) => return mismatch(kind, "a fraction"),
            },
            _ => match self.text(index)? {
                Some(text) => Value::Text(text.to_owned()),
                None => Value::Null,
            },
        })
    }
}

fn mismatch<T>(kind: &Type, wanted: &'static str) -> Result<T, Mismatch> {
    let found = match *kind {
        Type::INT2 | Type::INT4 | Type::INT8 => "a whole number",
        Type::BOOL => "a boolean",
        Type::FLOAT4 | Type::FLOAT8 | Type::NUMERIC => "a fraction",
        Type::TIMESTAMPTZ | Type::TIMESTAMP => "a date and time",
        Type::BYTEA => "bytes",
        ref other if is_text(other) => "text",
        _ => "a value of a type that is not read here",
    };
    Err(Mismatch { found, wanted })
}

/// `citext`, of an extension, has no fixed number.
fn is_text(kind: &Type) -> bool {
    matches!(
        *kind,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON
    ) || kind.name() == "citext"
}

fn integer(kind: &Type, raw: &[u8]) -> Option<i64> {
    match *kind {
        Type::INT2 => Some(i16::from_be_bytes(raw.try_into().ok()?).into()),
        Type::INT4 => Some(i32::from_be_bytes(raw.try_into().ok()?).into()),
        Type::INT8 => Some(i64::from_be_bytes(raw.try_into().ok()?)),
        _ => None,
    }
}

fn uuid(raw: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(raw).ok()
}

impl Parameter<'_> {
    /// Whether a column of this type could hold the value at all. What could not matches
    /// no row.
    pub(super) fn fits(&self, kind: &Type) -> bool {
        match self {
            Parameter::Text(text) => !text.contains('\0'),
            Parameter::Plain(Value::Text(text)) => !text.contains('\0'),
            Parameter::Id(id) => match id.key() {
                Key::Integer(number) => has_room(kind, number),
                Key::Uuid(_) => *kind == Type::UUID,
            },
            Parameter::Integer(number) | Parameter::Plain(Value::Integer(number)) => {
                has_room(kind, *number)
            }
            Parameter::Boolean(_) | Parameter::Time(_) | Parameter::Plain(_) => true,
        }
    }

    /// What to send: in binary where the server's type is known to us, else as text, which
    /// it reads for every type.
    fn wire(&self, kind: &Type) -> Wire<'_> {
        match *self {
            Parameter::Id(id) => match id.key() {
                Key::Integer(value) => number(value, kind),
                Key::Uuid(uuid) => of_uuid(uuid, kind),
            },
            Parameter::Integer(value) => number(value, kind),
            Parameter::Boolean(flag) if *kind == Type::BOOL => Wire::Byte(u8::from(flag)),
            Parameter::Boolean(flag) => number(i64::from(flag), kind),
            Parameter::Text(text) => Wire::Text(text),
            Parameter::Time(at) => match *kind {
                Type::TIMESTAMPTZ | Type::TIMESTAMP => {
                    Wire::Eight(at.unix_micros().saturating_sub(EPOCH).to_be_bytes())
                }
                _ => Wire::Made(at.to_iso8601()),
            },
            Parameter::Plain(value) => match value {
                Value::Null => Wire::Null,
                Value::Integer(value) => number(*value, kind),
                Value::Real(value) => Wire::Made(value.to_string()),
                Value::Text(text) => Wire::Text(text),
                Value::Blob(bytes) => Wire::Bytes(bytes),
                Value::Uuid(uuid) => of_uuid(*uuid, kind),
            },
        }
    }
}

enum Wire<'a> {
    Null,
    Byte(u8),
    Two([u8; 2]),
    Four([u8; 4]),
    Eight([u8; 8]),
    Sixteen([u8; 16]),
    Bytes(&'a [u8]),
    Text(&'a str),
    Made(String),
}

/// Whether a column of this type has room for the number.
fn has_room(kind: &Type, number: i64) -> bool {
    match *kind {
        Type::INT2 => i16::try_from(number).is_ok(),
        Type::INT4 => i32::try_from(number).is_ok(),
        _ => true,
    }
}

/// Where the column is no UUID, as Django would store it as text.
fn of_uuid(uuid: Uuid, kind: &Type) -> Wire<'static> {
    match *kind {
        Type::UUID => Wire::Sixteen(uuid.into_bytes()),
        _ => Wire::Made(uuid.to_string()),
    }
}

fn number(value: i64, kind: &Type) -> Wire<'static> {
    let binary = match *kind {
        Type::INT2 => i16::try_from(value)
            .ok()
            .map(|n| Wire::Two(n.to_be_bytes())),
        Type::INT4 => i32::try_from(value)
            .ok()
            .map(|n| Wire::Four(n.to_be_bytes())),
        Type::INT8 => Some(Wire::Eight(value.to_be_bytes())),
        _ => None,
    };
    binary.unwrap_or_else(|| Wire::Made(value.to_string()))
}

impl std::fmt::Debug for Parameter<'_> {
    /// Values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parameter")
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.wire(kind) {
            Wire::Null => return Ok(IsNull::Yes),
            Wire::Byte(byte) => out.extend_from_slice(&[byte]),
            Wire::Two(bytes) => out.extend_from_slice(&bytes),
            Wire::Four(bytes) => out.extend_from_slice(&bytes),
            Wire::Eight(bytes) => out.extend_from_slice(&bytes),
            Wire::Sixteen(bytes) => out.extend_from_slice(&bytes),
            Wire::Bytes(bytes) => out.extend_from_slice(bytes),
            Wire::Text(text) => out.extend_from_slice(text.as_bytes()),
            Wire::Made(text) => out.extend_from_slice(text.as_bytes()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql(kind, out)
    }

    fn encode_format(&self, kind: &Type) -> Format {
        match self.wire(kind) {
            Wire::Text(_) | Wire::Made(_) => Format::Text,
            _ => Format::Binary,
        }
    }
}
