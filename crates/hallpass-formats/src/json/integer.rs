//! Integers of any size, kept as their decimal text.

use std::fmt;

/// A whole number, exact as in Python. Only its canonical text is stored: no plus sign, no leading
/// zeros, no minus zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Integer(Repr);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Repr {
    Small(i64),
    /// Does not fit 64 bits.
    Large(String),
}

impl Integer {
    /// The value, if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Small(number) => Some(number),
            Repr::Large(_) => None,
        }
    }

    /// From the text of a JSON number: an optional minus, then digits without leading zeros.
    pub(crate) fn from_json_text(text: &str) -> Integer {
        match text.parse() {
            Ok(number) => Integer(Repr::Small(number)),
            Err(_) => Integer(Repr::Large(text.to_owned())),
        }
    }
}

impl From<i64> for Integer {
    fn from(number: i64) -> Integer {
        Integer(Repr::Small(number))
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(number) => write!(formatter, "{number}"),
            Repr::Large(text) => formatter.write_str(text),
        }
    }
}
