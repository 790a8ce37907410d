//! `bcrypt_sha256$$2b$12$<22 of salt><31 of hash>`: bcrypt over the hexadecimal SHA-256 of the password,
//! so that passwords of any length count in full.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::bcrypt::{self, DJANGO_ROUNDS};
use super::{EncodeError, EncodedPassword, MalformedHash, PasswordHasher};
use crate::hex;

/// Django 5.2 `BCryptSHA256PasswordHasher`; `Default` has Django's rounds.
///
/// ```
/// use hallpass_formats::password::{BcryptSha256, PasswordHasher};
///
/// let hasher = BcryptSha256 { rounds: 4 };
/// let password = "x".repeat(200);
/// let stored = hasher.encode(&password, &hasher.salt()).expect("the salt is fine");
/// assert_eq!(hasher.verify(&password, &stored), Ok(true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BcryptSha256 {
    /// Rounds of a new hash, as a power of two: from 4 to
    /// [`MAX_BCRYPT_ROUNDS`](super::MAX_BCRYPT_ROUNDS).
    pub rounds: u32,
}

const ALGORITHM: &str = "bcrypt_sha256";

impl Default for BcryptSha256 {
    fn default() -> BcryptSha256 {
        BcryptSha256 {
            rounds: DJANGO_ROUNDS,
        }
    }
}

impl PasswordHasher for BcryptSha256 {
    fn algorithm(&self) -> &'static str {
        ALGORITHM
    }

    /// `$2b$12$` and 22 characters, as the package's `gensalt` makes it.
    fn salt(&self) -> String {
        bcrypt::salt(self.rounds)
    }

    /// Takes a salt as [`salt`](Self::salt) makes it; its rounds count.
    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        bcrypt::encode(ALGORITHM, key(password).as_bytes(), salt)
    }

    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        bcrypt::verify(ALGORITHM, key(password).as_bytes(), stored)
    }

    fn must_update(&self, stored: &EncodedPassword) -> bool {
        bcrypt::must_update(self.rounds, stored)
    }

    fn harden_runtime(&self, password: &str, stored: &EncodedPassword) {
        bcrypt::harden_runtime(self.rounds, key(password).as_bytes(), stored);
    }
}

fn key(password: &str) -> Zeroizing<String> {
    Zeroizing::new(hex::lower(&Sha256::digest(password)))
}
