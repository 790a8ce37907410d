//! The small part of Python's pickle that JSON values need: how Django's caches keep a session.
//!
//! Django 5.2's `RedisCache` stores `pickle.dumps(value)` with the highest protocol of its Python, and
//! trusts what it loads. A pickle is a program, and most of what it can say makes objects by calling
//! functions. Here only dictionaries with text as keys, lists, texts, numbers, booleans and `None` can
//! be said; every other opcode is refused, as is what would grow beyond bounds. What is written here is
//! read by every Python from 3.4 on.

mod long;
mod machine;
mod opcode;
mod write;

use thiserror::Error;

use crate::json::Json;

pub use write::dumps;

/// Why bytes are no pickle of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PickleError {
    /// The bytes end within an instruction, or without `STOP`.
    #[error("the pickle is cut off")]
    Truncated,
    /// An instruction that plain data does not need: a class, a function call, a tuple, bytes, an
    /// older protocol.
    #[error("the pickle holds more than JSON values: opcode {0:#04x}")]
    Refused(u8),
    /// Instructions in an order that makes no value.
    #[error("the pickle is malformed: {0}")]
    Malformed(&'static str),
    /// More than 16 MiB of text, a million values, or an integer of more than 4300 digits.
    #[error("the pickle is too large")]
    TooLarge,
    /// Nested deeper than JSON may be here, or containing itself.
    #[error("the pickle is nested too deeply, or contains itself")]
    TooDeep,
}

/// Reads a pickle of protocol 2 to 5.
///
/// ```
/// use hallpass_formats::pickle::{PickleError, dumps, loads};
///
/// // What Python 3 makes of {"a": 1}.
/// let bytes = b"\x80\x05\x95\x0a\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94K\x01s.";
/// let value = loads(bytes)?;
/// assert_eq!(value.to_ascii(), r#"{"a":1}"#);
/// assert_eq!(loads(&dumps(&value))?, value);
/// // os.system("true"), as an attacker would write it.
/// assert_eq!(loads(b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R."), Err(PickleError::Refused(b'c')));
/// # Ok::<(), PickleError>(())
/// ```
///
/// # Errors
/// [`PickleError`]; nothing is ever called or imported, and memory and time stay in proportion to the
/// limits named there.
pub fn loads(bytes: &[u8]) -> Result<Json, PickleError> {
    machine::run(bytes)
}
