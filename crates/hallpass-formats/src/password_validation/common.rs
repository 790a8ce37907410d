//! Django's `CommonPasswordValidator`: a password must not stand in a list of those that everybody has.
//!
//! Django brings a list of 20 000. Ours is another one, of its own origin (`data/README.md`); with Django's file as
//! `password_list_path` the verdicts are the same. A list is text with one password a line, compressed with gzip or not;
//! the password is put into lower case and stripped before it is looked up, the lines are only stripped.

use std::collections::HashSet;
use std::fmt;
use std::io::Read;
use std::sync::{Arc, OnceLock};

use flate2::read::MultiGzDecoder;

use super::{PasswordOwner, PasswordProblem, PasswordValidator};
use crate::username::trim_python;

static BUILT_IN: &[u8] = include_bytes!("../../data/common-passwords.txt.gz");

/// A list longer than this is refused, in bytes without compression: a small file may unpack to very much.
const LONGEST_LIST: u64 = 256 * 1024 * 1024;

/// Refuses passwords that are on a list.
#[derive(Clone)]
pub struct CommonPasswordValidator {
    passwords: Arc<HashSet<Box<str>>>,
}

/// The list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadableList {
    /// A gzip file that is broken off or damaged.
    #[error("the list of passwords is damaged: its gzip data cannot be unpacked")]
    Damaged,
    /// Not UTF-8.
    #[error("the list of passwords is not UTF-8 text")]
    NotText,
    /// Unpacks to more than any such list.
    #[error("the list of passwords is larger than 256 MiB")]
    TooLong,
}

impl CommonPasswordValidator {
    /// The list in this text, one password a line, compressed with gzip or not: `password_list_path`'s content.
    ///
    /// ```
    /// use hallpass_formats::password_validation::{CommonPasswordValidator, PasswordValidator};
    /// let house_rule = CommonPasswordValidator::from_list(b"wallpaper\n  doormat \n")?;
    /// assert!(house_rule.validate("Doormat", None).is_err());
    /// assert!(house_rule.validate("password", None).is_ok());
    /// # Ok::<(), hallpass_formats::password_validation::UnreadableList>(())
    /// ```
    ///
    /// # Errors
    /// See [`UnreadableList`].
    pub fn from_list(bytes: &[u8]) -> Result<Self, UnreadableList> {
        let text = if bytes.starts_with(&[0x1f, 0x8b]) {
            unpacked(bytes)?
        } else if bytes.len() as u64 > LONGEST_LIST {
            return Err(UnreadableList::TooLong);
        } else {
            bytes.to_vec()
        };
        let text = String::from_utf8(text).map_err(|_| UnreadableList::NotText)?;
        Ok(Self {
            passwords: Arc::new(lines(&text).map(|line| trim_python(line).into()).collect()),
        })
    }

    /// How many passwords are refused.
    #[must_use]
    pub fn len(&self) -> usize {
        self.passwords.len()
    }

    /// Whether every password passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.passwords.is_empty()
    }
}

/// Python's lines: an end of line is `\n`, `\r` or both, and after the last one there is no further line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['\n', '\r'])
        .scan(false, |after_return, line| {
            let is_second_half = *after_return && line == "\n";
            *after_return = line.ends_with('\r');
            Some((!is_second_half).then(|| line.trim_end_matches(['\n', '\r'])))
        })
        .flatten()
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, UnreadableList> {
    let mut text = Vec::new();
    // One byte more than allowed tells a list that is too long from one that just fits.
    MultiGzDecoder::new(bytes)
        .take(LONGEST_LIST + 1)
        .read_to_end(&mut text)
        .map_err(|_| UnreadableList::Damaged)?;
    if text.len() as u64 > LONGEST_LIST {
        return Err(UnreadableList::TooLong);
    }
    Ok(text)
}

/// The built-in list, unpacked once for the whole process.
impl Default for CommonPasswordValidator {
    fn default() -> Self {
        static LIST: OnceLock<CommonPasswordValidator> = OnceLock::new();
        // The bytes are part of the program and a test unpacks them: the empty list is never seen.
        LIST.get_or_init(|| {
            Self::from_list(BUILT_IN).unwrap_or_else(|_| Self {
                passwords: Arc::default(),
            })
        })
        .clone()
    }
}

impl fmt::Debug for CommonPasswordValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommonPasswordValidator")
            .field("passwords", &self.passwords.len())
            .finish()
    }
}

impl PasswordValidator for CommonPasswordValidator {
    fn validate(&self, password: &str, _: Option<&PasswordOwner>) -> Result<(), PasswordProblem> {
        if !self
            .passwords
            .contains(trim_python(&password.to_lowercase()))
        {
            return Ok(());
        }
        Err(PasswordProblem {
            code: "password_too_common",
            message: "This password is too common.".to_owned(),
        })
    }

    fn help_text(&self) -> String {
        "Your password can\u{2019}t be a commonly used password.".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_pythons() {
        let found: Vec<&str> = lines("a\nb\r\nc\rd\n\ne").collect();
        assert_eq!(found, ["a", "b", "c", "d", "", "e"]);
        assert_eq!(lines("a\n").count(), 1);
        assert_eq!(lines("").count(), 0);
    }

    #[test]
    fn a_blank_line_refuses_the_blank_password() {
        let list = CommonPasswordValidator::from_list(b"\n").unwrap();
        assert!(list.validate("  ", None).is_err());
    }

    #[test]
    fn broken_lists_are_named() {
        let broken = |bytes: &[u8]| CommonPasswordValidator::from_list(bytes).unwrap_err();
        assert_eq!(broken(&BUILT_IN[..1000]), UnreadableList::Damaged);
        assert_eq!(broken(&[0xff, 0xfe]), UnreadableList::NotText);
    }

    #[test]
    fn the_built_in_list_is_there() {
        assert!(CommonPasswordValidator::default().len() > 40_000);
    }
}
