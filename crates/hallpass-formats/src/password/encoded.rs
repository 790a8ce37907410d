//! The text of the `password` column.

use std::fmt;

use crate::random::{ALPHANUMERIC, random_string};

/// What marks a password that can never be right (Django's `UNUSABLE_PASSWORD_PREFIX`).
const UNUSABLE_PREFIX: char = '!';
/// Random characters behind the mark, which keep password reset links of such users distinct.
pub(super) const UNUSABLE_SUFFIX_LENGTH: usize = 40;

/// A stored password; `Debug` shows its algorithm only.
///
/// ```
/// use hallpass_formats::password::EncodedPassword;
///
/// let stored = EncodedPassword::new("pbkdf2_sha256$1000$salt$hash");
/// assert_eq!(stored.algorithm(), "pbkdf2_sha256");
/// assert_eq!(format!("{stored:?}"), "EncodedPassword(pbkdf2_sha256)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedPassword(String);

impl EncodedPassword {
    /// Takes the column's text as it is.
    pub fn new(text: impl Into<String>) -> EncodedPassword {
        EncodedPassword(text.into())
    }

    /// A text that no password verifies against: `!` and 40 random characters.
    pub fn unusable() -> EncodedPassword {
        let suffix = random_string(UNUSABLE_SUFFIX_LENGTH, ALPHANUMERIC);
        EncodedPassword(format!("{UNUSABLE_PREFIX}{suffix}"))
    }

    /// The column's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a password was ever set. As in Django, an empty column counts as usable although
    /// nothing verifies against it.
    pub fn is_usable(&self) -> bool {
        !self.0.starts_with(UNUSABLE_PREFIX)
    }

    /// The algorithm's name, fit for a log: empty if the text does not start with one, since what
    /// stands there may be a password in clear.
    pub fn algorithm(&self) -> &str {
        let name = self.lookup_name();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let named = self.0.contains('$') || name.starts_with("unsalted_");
        if named && name.len() <= 32 && name.bytes().all(is_name) {
            name
        } else {
            ""
        }
    }

    /// The name Django's `identify_hasher` looks up: two unsalted layouts are told by their lengths.
    pub(super) fn lookup_name(&self) -> &str {
        let length = self.0.chars().count();
        if (length == 32 && !self.0.contains('$')) || (length == 37 && self.0.starts_with("md5$$"))
        {
            "unsalted_md5"
        } else if length == 46 && self.0.starts_with("sha1$$") {
            "unsalted_sha1"
        } else {
            self.0.split('$').next().unwrap_or_default()
        }
    }
}

impl fmt::Debug for EncodedPassword {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_usable() {
            self.algorithm()
        } else {
            "unusable"
        };
        write!(formatter, "EncodedPassword({what})")
    }
}
