//! `Signer` and `TimestampSigner`: text with a signature behind it.

use thiserror::Error;

use super::constant_time_eq;
use super::hmac::Algorithm;
use crate::secret::{SecretKey, SecretKeys};
use crate::{base62, base64};

/// Why a signed text is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The separator does not occur: this was never a signed value (Django's `BadSignature`).
    #[error("no separator found in value: it is not a signed value")]
    NoSeparator,
    /// No key made this signature (Django's `BadSignature`).
    #[error("signature does not match any secret key: check SECRET_KEY and SECRET_KEY_FALLBACKS")]
    BadSignature,
    /// Correctly signed, but too long ago (Django's `SignatureExpired`).
    #[error("Signature age {age} > {max_age} seconds")]
    Expired {
        /// Seconds since the signing.
        age: i64,
        /// The limit that was passed.
        max_age: i64,
    },
    /// Correctly signed, but the content is not what was asked for: Django raises another exception.
    #[error("the signed content cannot be read: {0}")]
    Malformed(&'static str),
    /// The separator could be part of a signature.
    #[error("unsafe separator: use text with a character other than letters, digits, - _ and =")]
    UnsafeSeparator,
}

/// Signs text and gives it back only when the signature is right (Django 5.2 `Signer`).
///
/// ```
/// use hallpass_formats::secret::{SecretKey, SecretKeys};
/// use hallpass_formats::signing::Signer;
///
/// let keys = SecretKeys::new(SecretKey::new("key"), vec![]);
/// let signed = Signer::default().sign("hello", &keys);
/// assert_eq!(Signer::default().unsign(&signed, &keys), Ok("hello"));
/// assert!(Signer::default().unsign("hello:forged", &keys).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    salt: String,
    separator: String,
    algorithm: Algorithm,
}

impl Default for Signer {
    fn default() -> Signer {
        Signer::new("django.core.signing.Signer")
    }
}

impl Signer {
    /// A signer for one purpose, named by the salt; separator `:`, SHA-256.
    pub fn new(salt: impl Into<String>) -> Signer {
        Signer {
            salt: salt.into(),
            separator: ":".to_owned(),
            algorithm: Algorithm::default(),
        }
    }

    /// The same with another separator.
    ///
    /// # Errors
    /// [`SigningError::UnsafeSeparator`] for what Django calls unsafe: empty, or only characters that
    /// its pattern `[A-z0-9-_=]` matches (which spans `[ \ ] ^ _` and the backtick too).
    pub fn with_separator(self, separator: impl Into<String>) -> Result<Signer, SigningError> {
        let separator = separator.into();
        let is_unsafe = |byte: u8| matches!(byte, b'A'..=b'z' | b'0'..=b'9' | b'-' | b'=');
        if separator.bytes().all(is_unsafe) {
            return Err(SigningError::UnsafeSeparator);
        }
        Ok(Signer { separator, ..self })
    }

    /// The same with another hash.
    #[must_use]
    pub fn with_algorithm(self, algorithm: Algorithm) -> Signer {
        Signer { algorithm, ..self }
    }

    /// The value, the separator and the signature by the current key.
    pub fn sign(&self, value: &str, keys: &SecretKeys) -> String {
        let signature = self.signature(value, &keys.current);
        format!("{value}{}{signature}", self.separator)
    }

    /// The value in front of a signature made by any of the keys. Split at the last separator.
    ///
    /// # Errors
    /// [`SigningError::NoSeparator`] or [`SigningError::BadSignature`].
    pub fn unsign<'a>(&self, signed: &'a str, keys: &SecretKeys) -> Result<&'a str, SigningError> {
        let (value, signature) = signed
            .rsplit_once(self.separator.as_str())
            .ok_or(SigningError::NoSeparator)?;
        let genuine = keys.iter().any(|key| {
            constant_time_eq(signature.as_bytes(), self.signature(value, key).as_bytes())
        });
        if genuine {
            Ok(value)
        } else {
            Err(SigningError::BadSignature)
        }
    }

    fn signature(&self, value: &str, key: &SecretKey) -> String {
        let key_salt = format!("{}signer", self.salt);
        base64::encode_urlsafe(&self.algorithm.salted_hmac(&key_salt, value, key))
    }
}

/// A signer that puts the time between value and signature (Django 5.2 `TimestampSigner`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampSigner(Signer);

impl Default for TimestampSigner {
    fn default() -> TimestampSigner {
        TimestampSigner::new("django.core.signing.TimestampSigner")
    }
}

impl TimestampSigner {
    /// A signer for one purpose, named by the salt.
    pub fn new(salt: impl Into<String>) -> TimestampSigner {
        TimestampSigner(Signer::new(salt))
    }

    /// `value:time:signature`, the time being whole seconds since the Unix epoch in base 62.
    pub fn sign(&self, value: &str, keys: &SecretKeys, now_unix_secs: i64) -> String {
        let stamped = format!(
            "{value}{}{}",
            self.0.separator,
            base62::encode(now_unix_secs)
        );
        self.0.sign(&stamped, keys)
    }

    /// The value, if the signature is right and at most `max_age` seconds old. A time in the future is
    /// accepted, as is exactly `max_age`.
    ///
    /// Django compares with a fractional clock. A caller who has one gets the same verdicts by rounding
    /// its time up.
    ///
    /// # Errors
    /// Those of [`Signer::unsign`], [`SigningError::Expired`], and [`SigningError::Malformed`] if there
    /// is no readable time under a good signature.
    pub fn unsign<'a>(
        &self,
        signed: &'a str,
        keys: &SecretKeys,
        now_unix_secs: i64,
        max_age: Option<i64>,
    ) -> Result<&'a str, SigningError> {
        let (value, stamp) = self
            .0
            .unsign(signed, keys)?
            .rsplit_once(self.0.separator.as_str())
            .ok_or(SigningError::Malformed(
                "there is no time in front of the signature",
            ))?;
        let signed_at = base62::decode(stamp).ok_or(SigningError::Malformed(
            "the time in front of the signature is no base 62 number",
        ))?;
        if let Some(max_age) = max_age {
            let age = i128::from(now_unix_secs).saturating_sub(signed_at);
            if age > i128::from(max_age) {
                let age = i64::try_from(age).unwrap_or(i64::MAX);
                return Err(SigningError::Expired { age, max_age });
            }
        }
        Ok(value)
    }
}
