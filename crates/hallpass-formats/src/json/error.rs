//! Parse errors in CPython's words.

use thiserror::Error;

/// Why a text is no JSON. The message is the one Python's exception carries; DRF puts
/// `JSON parse error - ` in front of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Python's `JSONDecodeError`.
    #[error("{problem}: line {line} column {column} (char {position})")]
    Syntax {
        /// What was expected or is wrong.
        problem: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1, in characters.
        column: usize,
        /// Characters before the problem.
        position: usize,
    },
    /// `NaN`, `Infinity` or `-Infinity` where DRF's `STRICT_JSON` forbids them.
    #[error("Out of range float values are not JSON compliant: '{0}'")]
    NotCompliant(&'static str),
    /// More digits than Python 3.11 converts to an integer.
    #[error(
        "Exceeds the limit (4300 digits) for integer string conversion: value has {digits} digits; use sys.set_int_max_str_digits() to increase the limit"
    )]
    TooManyDigits {
        /// Digits of the number.
        digits: usize,
    },
    /// Bytes that are no UTF-8, in the words of Python's codec.
    #[error("'utf-8' codec can't decode {what}: {reason}")]
    NotUtf8 {
        /// The byte or bytes and their position.
        what: String,
        /// The codec's reason.
        reason: &'static str,
    },
    /// Lists and objects nested deeper than CPython's recursion limit. (Python raises
    /// `RecursionError`, which Django answers with 500.)
    #[error("nested more than 1000 levels deep")]
    TooDeep,
}

impl ParseError {
    /// Turns a byte offset into the line, column and position Python reports.
    pub(super) fn syntax(text: &str, problem: &'static str, offset: usize) -> ParseError {
        let before = text.get(..offset).unwrap_or(text);
        let last_line = before.rsplit('\n').next().unwrap_or_default();
        ParseError::Syntax {
            problem,
            line: before.matches('\n').count() + 1,
            column: last_line.chars().count() + 1,
            position: before.chars().count(),
        }
    }
}
