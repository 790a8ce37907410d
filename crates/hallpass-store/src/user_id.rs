//! The primary key of a user.

use std::fmt;
use std::str::FromStr;

/// A user's primary key, opaque to callers: its text form is what Django keeps in
/// `_auth_user_id`. Integers today; other kinds may follow.
///
/// ```
/// use hallpass_store::UserId;
/// let id: UserId = "42".parse().unwrap();
/// assert_eq!(id.to_string(), "42");
/// assert!("forty-two".parse::<UserId>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(i64);

/// The text is no primary key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user id is a whole number")]
pub struct InvalidUserId;

impl UserId {
    pub(crate) const fn new(id: i64) -> Self {
        Self(id)
    }

    /// The key as the database's integer.
    #[must_use]
    pub const fn as_integer(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for UserId {
    type Err = InvalidUserId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| InvalidUserId)
    }
}
