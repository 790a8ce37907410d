//! The columns of a row at hand, whatever database it came from.

use hallpass_formats::timestamp::Timestamp;

use crate::user_id::UserId;
use crate::value::Value;

/// A column holds something else than was asked for. Says what, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub(crate) found: &'static str,
    pub(crate) wanted: &'static str,
}

/// Reading by position; `None` is NULL.
pub(crate) trait Columns {
    /// A user's key: a whole number, a native UUID, or one in 32 hexadecimal digits.
    fn id(&self, index: usize) -> Result<Option<UserId>, Mismatch>;
    fn text(&self, index: usize) -> Result<Option<&str>, Mismatch>;
    fn boolean(&self, index: usize) -> Result<Option<bool>, Mismatch>;
    fn timestamp(&self, index: usize) -> Result<Option<Timestamp>, Mismatch>;
    /// A whole number of any size, such as a count.
    fn integer(&self, index: usize) -> Result<Option<i64>, Mismatch>;
    /// Whatever it is.
    fn plain(&self, index: usize) -> Result<Value, Mismatch>;
}
