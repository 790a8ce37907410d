//! The key in the session cookie.

use std::fmt;

use crate::random::random_string;
use crate::signing::constant_time_eq;

/// Django's `VALID_KEY_CHARS`.
const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

/// A session key; `Debug` does not show it.
#[derive(Clone)]
pub struct SessionKey(String);

impl SessionKey {
    /// A fresh key: 32 of `a-z0-9`.
    pub fn generate() -> SessionKey {
        SessionKey(random_string(32, ALPHABET))
    }

    /// The key of a cookie, or nothing if it has fewer than 8 characters. Django checks neither the
    /// alphabet nor an upper limit.
    pub fn from_cookie(text: &str) -> Option<SessionKey> {
        (text.chars().nth(7).is_some()).then(|| SessionKey(text.to_owned()))
    }

    /// The text of the cookie and of the `session_key` column.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for SessionKey {
    fn eq(&self, other: &SessionKey) -> bool {
        constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for SessionKey {}

impl fmt::Debug for SessionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SessionKey(..)")
    }
}
