//! The secret key and its retired predecessors (`SECRET_KEY`, `SECRET_KEY_FALLBACKS`).
//!
//! Django keeps both as plain settings. Here they are types whose `Debug` prints nothing of the
//! text, whose comparison takes constant time, and whose memory is wiped on drop.

use std::fmt;

use zeroize::Zeroizing;

use crate::signing::constant_time_eq;

/// One secret key: any text, usually fifty or more random characters.
///
/// ```
/// use hallpass_formats::secret::SecretKey;
///
/// let key = SecretKey::new("correct horse battery staple");
/// assert_eq!(format!("{key:?}"), "SecretKey(..)");
/// ```
#[derive(Clone)]
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    /// Takes the text as it is: Django neither trims nor checks it at this level.
    pub fn new(text: impl Into<String>) -> SecretKey {
        SecretKey(Zeroizing::new(text.into()))
    }

    /// The text itself; named so that a reader sees where the secret leaves its wrapper.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all. Django refuses to start with an empty `SECRET_KEY`.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for SecretKey {
    fn eq(&self, other: &SecretKey) -> bool {
        constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for SecretKey {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(..)")
    }
}

/// The key that signs, and the retired ones that still verify (`SECRET_KEY_FALLBACKS`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretKeys {
    /// Signs everything written, and is tried first on reading.
    pub current: SecretKey,
    /// Tried in this order on reading, never used for writing.
    pub fallbacks: Vec<SecretKey>,
}

impl SecretKeys {
    /// Puts the keys together.
    pub fn new(current: SecretKey, fallbacks: Vec<SecretKey>) -> SecretKeys {
        SecretKeys { current, fallbacks }
    }

    /// Every key in the order Django tries them: the current one first.
    pub fn iter(&self) -> impl Iterator<Item = &SecretKey> {
        std::iter::once(&self.current).chain(&self.fallbacks)
    }
}
