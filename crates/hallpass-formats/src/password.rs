//! Stored passwords: the column's text, the hashers, and the verdict on a login.
//!
//! The layout is Django's `algorithm$...`. All hashers of Django 5.2 are here, one a file; others plug in
//! through [`PasswordHasher`]. Each has limits for what a stored text may ask for, stated as a constant:
//! a row beyond them is malformed and never run, since whoever can write one row must not be able to keep
//! all hashing threads busy. A verification does the same amount of work as Django's
//! `verify_password`, so that its duration says nothing about why a login failed.

mod argon2;
mod bcrypt;
mod bcrypt_sha256;
mod chain;
mod encoded;
mod fields;
mod hashers;
mod md5;
mod pbkdf2;
mod pbkdf2_sha1;
mod scrypt;
mod version;
mod work;

pub use argon2::{Argon2, MAX_ARGON2_MEMORY, MAX_ARGON2_WORK, argon2_memory};
pub use bcrypt::{Bcrypt, MAX_BCRYPT_ROUNDS};
pub use bcrypt_sha256::BcryptSha256;
pub use encoded::EncodedPassword;
pub use hashers::{PasswordHashers, Verdict};
pub use md5::Md5;
pub use pbkdf2::{MAX_ITERATIONS, Pbkdf2Sha256};
pub use pbkdf2_sha1::Pbkdf2Sha1;
pub use scrypt::{MAX_SCRYPT_MEMORY, MAX_SCRYPT_WORK, Scrypt};
pub use version::DjangoVersion;
pub use work::{SIDE_BY_SIDE, Work, advance};

use std::fmt;

use thiserror::Error;

use crate::random::{ALPHANUMERIC, random_string};

/// Characters of a salt: enough of 62 symbols for Django's 128 bits of entropy.
pub const SALT_LENGTH: usize = 22;

/// A stored hash that names a known algorithm but cannot be read. Django answers 500 to it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("malformed password hash: {reason}; set the user's password again")]
pub struct MalformedHash {
    /// What is wrong, without any of the hash's text.
    pub reason: String,
}

impl MalformedHash {
    /// States the reason; never put salt, hash or password into it.
    pub fn new(reason: impl Into<String>) -> MalformedHash {
        MalformedHash {
            reason: reason.into(),
        }
    }
}

/// Why no hash was made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Django: "salt must be provided and cannot contain $."
    #[error("salt must be provided and cannot contain $.")]
    Salt,
    /// The algorithm refuses this password or its own settings.
    #[error("the password cannot be hashed: {0}")]
    Refused(String),
}

/// One algorithm, with the parameters of new hashes. Django's `BasePasswordHasher`.
pub trait PasswordHasher: Send + Sync + fmt::Debug {
    /// The text before the first `$`.
    fn algorithm(&self) -> &'static str;

    /// A fresh salt for [`encode`](Self::encode): 22 characters, unless the algorithm has a form of its own.
    fn salt(&self) -> String {
        random_string(SALT_LENGTH, ALPHANUMERIC)
    }

    /// Hashes a password for storing.
    ///
    /// # Errors
    /// [`EncodeError`] if the salt is empty or contains `$`, or the algorithm refuses.
    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError>;

    /// Whether the password is the right one, by the parameters in the stored text.
    ///
    /// # Errors
    /// [`MalformedHash`] if the stored text cannot be read.
    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash>;

    /// Whether a correct password should be hashed anew because the parameters differ.
    fn must_update(&self, stored: &EncodedPassword) -> bool;

    /// Does the work a wrong password was spared because the stored hash is cheaper than a new one.
    fn harden_runtime(&self, password: &str, stored: &EncodedPassword);

    /// The work of [`encode`](Self::encode), if it can be taken in steps together with that of others. One that
    /// overrides this and the next two must do the same in them as in the methods that they stand for.
    fn encode_in_steps(
        &self,
        _password: &str,
        _salt: &str,
    ) -> Option<Work<Result<EncodedPassword, EncodeError>>> {
        None
    }

    /// The work of [`verify`](Self::verify), if it can be taken in steps.
    fn verify_in_steps(
        &self,
        _password: &str,
        _stored: &EncodedPassword,
    ) -> Option<Work<Result<bool, MalformedHash>>> {
        None
    }

    /// The work of [`harden_runtime`](Self::harden_runtime), if it can be taken in steps.
    fn harden_in_steps(&self, _password: &str, _stored: &EncodedPassword) -> Option<Work<()>> {
        None
    }
}
