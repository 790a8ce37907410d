//! JSON with Python's semantics.
//!
//! Django signs what Python's `json` wrote, and DRF's error texts are those of Python's parser. So the
//! order of keys is kept, integers of any size stay exact, floats print as Python's `repr`, lone
//! surrogates survive, and a parse error reads and points as in CPython 3.8 to 3.12.

mod error;
mod float;
mod integer;
mod object;
mod parse;
mod scanner;
mod text;
mod write;

pub use error::ParseError;
pub use integer::Integer;
pub use object::Object;
pub use parse::{parse, parse_bytes, parse_strict};
pub use text::Text;

/// A JSON value as Python holds it.
///
/// ```
/// use hallpass_formats::json::{Json, parse};
///
/// let value = parse(r#"{"z": 1, "a": [1e16, 12345678901234567890]}"#)?;
/// assert_eq!(value.to_ascii(), r#"{"z":1,"a":[1e+16,12345678901234567890]}"#);
/// # Ok::<(), hallpass_formats::json::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`, Python's `None`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction and exponent, of any size.
    Int(Integer),
    /// Any other number; may be infinite or not a number, as in Python.
    Float(f64),
    /// Text.
    String(Text),
    /// An array, Python's `list`.
    List(Vec<Json>),
    /// An object, Python's `dict`.
    Object(Object),
}

impl Json {
    /// The text, if it is one without lone surrogates.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => text.as_str(),
            _ => None,
        }
    }

    /// The integer, if it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Json::Int(integer) => integer.as_i64(),
            _ => None,
        }
    }

    /// The flag, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Json]> {
        match self {
            Json::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if it is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::String(text.into())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::String(text.into())
    }
}

impl From<Text> for Json {
    fn from(text: Text) -> Json {
        Json::String(text)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Json {
        Json::Int(number.into())
    }
}

// Also makes a bare literal work, which Rust takes for an `i32`.
impl From<i32> for Json {
    fn from(number: i32) -> Json {
        i64::from(number).into()
    }
}

impl From<u32> for Json {
    fn from(number: u32) -> Json {
        i64::from(number).into()
    }
}

impl From<f64> for Json {
    fn from(number: f64) -> Json {
        Json::Float(number)
    }
}

impl From<bool> for Json {
    fn from(flag: bool) -> Json {
        Json::Bool(flag)
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Json {
        Json::Object(object)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Json {
        Json::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Json {
        value.map_or(Json::Null, Into::into)
    }
}
