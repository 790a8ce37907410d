//! What a session holds, and the signed text it is stored as.

use std::fmt;

use thiserror::Error;

use crate::json::{Json, Object, Text};
use crate::secret::SecretKeys;
use crate::signing::{self, SigningError};
use crate::timestamp::Timestamp;

/// Why stored session text gives no data. Django takes an empty session in both cases, and logs the
/// first to `django.security.SuspiciousSession`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SessionDataError {
    /// Signed by none of the keys, or not signed.
    #[error(
        "session data is not signed by any secret key: check SECRET_KEY and SECRET_KEY_FALLBACKS"
    )]
    BadSignature,
    /// Well signed, but not an object. (A list, which Django hands on to fail later, counts as this.)
    #[error("session data is signed but unreadable: delete the session")]
    Malformed,
}

/// A session's entries in the order they were set; `Debug` shows the keys only.
#[derive(Clone, PartialEq, Default)]
pub struct SessionData(Object);

impl SessionData {
    /// A session without entries.
    pub fn new() -> SessionData {
        SessionData::default()
    }

    /// The value of an entry.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key)
    }

    /// The value of an entry that is text.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Sets an entry and gives back what it held. An entry that exists keeps its place.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Json>) -> Option<Json> {
        self.0.insert(key, value)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        self.0.remove(key)
    }

    /// Takes every entry out.
    pub fn clear(&mut self) {
        self.0 = Object::new();
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Json)> {
        self.0.iter()
    }

    /// Reads the text of `session_data` (Django 5.2 `SessionBase.decode`). Its time is not looked at;
    /// the `signed_cookies` engine, which does, goes through [`signing::loads`] and [`From<Object>`].
    ///
    /// # Errors
    /// [`SessionDataError`]; Django would go on with an empty session.
    pub fn decode(
        text: &str,
        keys: &SecretKeys,
        salt: &str,
    ) -> Result<SessionData, SessionDataError> {
        match signing::loads(text, keys, salt, 0, None) {
            Ok(Json::Object(object)) => Ok(SessionData(object)),
            Err(SigningError::BadSignature | SigningError::NoSeparator) => {
                Err(SessionDataError::BadSignature)
            }
            Ok(_) | Err(_) => Err(SessionDataError::Malformed),
        }
    }

    /// The text for `session_data` (Django 5.2 `SessionBase.encode`), signed by the current key.
    pub fn encode(&self, keys: &SecretKeys, salt: &str, now: Timestamp) -> String {
        // A copy of the entries, since the writer takes a whole value; sessions are a few hundred bytes.
        let value = Json::Object(self.0.clone());
        signing::dumps(&value, keys, salt, now.unix_seconds(), true)
    }
}

impl From<Object> for SessionData {
    fn from(object: Object) -> SessionData {
        SessionData(object)
    }
}

impl fmt::Debug for SessionData {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SessionData")?;
        formatter
            .debug_set()
            .entries(self.iter().map(|(key, _)| key))
            .finish()
    }
}
