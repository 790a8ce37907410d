//! CSRF secrets and the masked tokens made of them.
//!
//! Django keeps a secret of 32 characters in the cookie or the session, and shows pages a token of 64:
//! a random mask followed by the secret shifted by it, so that compression cannot reveal the secret.
//! Both lengths are accepted everywhere, as in Django 4.0 and later.

use std::fmt;

use thiserror::Error;

use crate::random::{ALPHANUMERIC, random_string};
use crate::signing::constant_time_eq;

/// Characters of a secret.
pub const SECRET_LENGTH: usize = 32;
/// Characters of a masked token: the mask, then the shifted secret.
pub const TOKEN_LENGTH: usize = 2 * SECRET_LENGTH;

/// Why a cookie or token is no CSRF value. The messages are Django's `REASON_INCORRECT_LENGTH` and
/// `REASON_INVALID_CHARACTERS`; a caller puts `CSRF cookie ` or `CSRF token from POST ` in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CsrfFormatError {
    /// Neither 32 nor 64 characters. Judged before the characters are.
    #[error("has incorrect length")]
    IncorrectLength,
    /// A character outside `a-zA-Z0-9`.
    #[error("has invalid characters")]
    InvalidCharacters,
}

/// The 32 characters that a request must prove to know.
#[derive(Clone)]
pub struct CsrfSecret(String);

impl CsrfSecret {
    /// A fresh secret from the operating system's random source.
    pub fn generate() -> CsrfSecret {
        CsrfSecret(random_string(SECRET_LENGTH, ALPHANUMERIC))
    }

    /// Reads a bare secret (32) or a masked token (64), unmasking the latter.
    ///
    /// # Errors
    /// [`CsrfFormatError`] if the length, counted in characters, or the alphabet is wrong.
    pub fn parse(text: &str) -> Result<CsrfSecret, CsrfFormatError> {
        let length = text.chars().count();
        if length != SECRET_LENGTH && length != TOKEN_LENGTH {
            return Err(CsrfFormatError::IncorrectLength);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(CsrfFormatError::InvalidCharacters);
        }
        if length == SECRET_LENGTH {
            return Ok(CsrfSecret(text.to_owned()));
        }
        let (mask, cipher) = text.split_at(SECRET_LENGTH);
        Ok(CsrfSecret(shifted(cipher, mask, |cipher, mask| {
            cipher + 62 - mask
        })))
    }

    /// A new token of 64 characters for a page or header; different on every call.
    ///
    /// ```
    /// use hallpass_formats::csrf::CsrfSecret;
    ///
    /// let secret = CsrfSecret::generate();
    /// let token = secret.mask();
    /// assert!(CsrfSecret::parse(&token).is_ok_and(|unmasked| unmasked.matches(&secret)));
    /// ```
    pub fn mask(&self) -> String {
        self.mask_with(&CsrfSecret::generate())
    }

    /// The token for a given mask, which must never serve two pages.
    pub fn mask_with(&self, mask: &CsrfSecret) -> String {
        let cipher = shifted(&self.0, &mask.0, |secret, mask| secret + mask);
        format!("{}{cipher}", mask.0)
    }

    /// Whether both are the same secret, compared in constant time.
    pub fn matches(&self, other: &CsrfSecret) -> bool {
        constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }

    /// The bare secret, as the cookie holds it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CsrfSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CsrfSecret(..)")
    }
}

/// Combines two texts character by character on their alphabet positions, modulo 62.
fn shifted(text: &str, mask: &str, combine: impl Fn(usize, usize) -> usize) -> String {
    text.bytes()
        .zip(mask.bytes())
        .map(|(symbol, mask)| combine(position(symbol), position(mask)) % 62)
        .filter_map(|index| ALPHANUMERIC.as_bytes().get(index))
        .map(|symbol| char::from(*symbol))
        .collect()
}

/// Place in Django's alphabet: lower case, upper case, digits. Other bytes never get here.
fn position(symbol: u8) -> usize {
    usize::from(match symbol {
        b'a'..=b'z' => symbol - b'a',
        b'A'..=b'Z' => symbol - b'A' + 26,
        _ => symbol.saturating_sub(b'0') + 52,
    })
}
