//! `pbkdf2_sha1$iterations$salt$hash`: as `pbkdf2_sha256`, over SHA-1.

use pbkdf2::pbkdf2_hmac_array;
use sha1::Sha1;

use super::pbkdf2::Pbkdf2;
use super::{EncodeError, EncodedPassword, MalformedHash, PasswordHasher, Work};
use crate::base64;

/// Django 5.2 `PBKDF2SHA1PasswordHasher`. In Django it has the iterations of `pbkdf2_sha256`, and the same
/// limit: [`MAX_ITERATIONS`](super::MAX_ITERATIONS).
///
/// ```
/// use hallpass_formats::password::{PasswordHasher, Pbkdf2Sha1};
///
/// let hasher = Pbkdf2Sha1 { iterations: 1000 };
/// let stored = hasher.encode("letmein", "seasalt").expect("the salt is fine");
/// assert_eq!(stored.algorithm(), "pbkdf2_sha1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pbkdf2Sha1 {
    /// Rounds of a new hash; at least one is run.
    pub iterations: u32,
}

impl Pbkdf2Sha1 {
    fn layout(self) -> Pbkdf2 {
        Pbkdf2 {
            algorithm: "pbkdf2_sha1",
            derive: |password, salt, iterations| {
                let hash = pbkdf2_hmac_array::<Sha1, 20>(password, salt, iterations);
                Work::done(base64::encode_standard(&hash))
            },
            iterations: self.iterations,
        }
    }
}

impl PasswordHasher for Pbkdf2Sha1 {
    fn algorithm(&self) -> &'static str {
        self.layout().algorithm
    }

    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        self.layout().encode(password, salt).finish()
    }

    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        self.layout().verify(password, stored).finish()
    }

    fn must_update(&self, stored: &EncodedPassword) -> bool {
        self.layout().must_update(stored)
    }

    fn harden_runtime(&self, password: &str, stored: &EncodedPassword) {
        self.layout().harden_runtime(password, stored).finish();
    }
}
