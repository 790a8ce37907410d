//! `pbkdf2_sha256$iterations$salt$hash`, Django's default, and what it shares with `pbkdf2_sha1`.

use pbkdf2::pbkdf2_hmac_array;
use sha2::Sha256;

use super::fields::{check_salt, python_int};
use super::{EncodeError, EncodedPassword, MalformedHash, PasswordHasher, SALT_LENGTH};
use crate::base64;
use crate::signing::constant_time_eq;

/// A stored hash may not ask for more. This is already tens of seconds of work; Django would run for
/// hours if a row said so.
pub const MAX_ITERATIONS: u32 = 100_000_000;

/// Django 5.2 `PBKDF2PasswordHasher`.
///
/// ```
/// use hallpass_formats::password::{PasswordHasher, Pbkdf2Sha256};
///
/// let hasher = Pbkdf2Sha256 { iterations: 1000 };
/// let stored = hasher.encode("letmein", "seasalt").expect("the salt is fine");
/// assert_eq!(hasher.verify("letmein", &stored), Ok(true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pbkdf2Sha256 {
    /// Rounds of a new hash; at least one is run, and above [`MAX_ITERATIONS`] none is made.
    pub iterations: u32,
}

impl Pbkdf2Sha256 {
    fn layout(self) -> Pbkdf2 {
        Pbkdf2 {
            algorithm: "pbkdf2_sha256",
            derive: |password, salt, iterations| {
                base64::encode_standard(&pbkdf2_hmac_array::<Sha256, 32>(
                    password, salt, iterations,
                ))
            },
            iterations: self.iterations,
        }
    }
}

impl PasswordHasher for Pbkdf2Sha256 {
    fn algorithm(&self) -> &'static str {
        self.layout().algorithm
    }

    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        self.layout().encode(password, salt)
    }

    /// Hashes again and compares the whole texts, so that an odd spelling of the same hash fails.
    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        self.layout().verify(password, stored)
    }

    /// More iterations than ours are a reason too: Django lowers them.
    fn must_update(&self, stored: &EncodedPassword) -> bool {
        self.layout().must_update(stored)
    }

    fn harden_runtime(&self, password: &str, stored: &EncodedPassword) {
        self.layout().harden_runtime(password, stored);
    }
}

/// PBKDF2 over some digest: everything but the digest is the same.
pub(super) struct Pbkdf2 {
    pub(super) algorithm: &'static str,
    /// Base64 of the hash, from password, salt and iterations.
    pub(super) derive: fn(&[u8], &[u8], u32) -> String,
    pub(super) iterations: u32,
}

/// A stored text taken apart.
struct Decoded<'a> {
    iterations: u32,
    salt: &'a str,
}

impl Pbkdf2 {
    pub(super) fn encode(
        &self,
        password: &str,
        salt: &str,
    ) -> Result<EncodedPassword, EncodeError> {
        check_salt(salt)?;
        if self.iterations > MAX_ITERATIONS {
            return Err(EncodeError::Refused(format!(
                "at most {MAX_ITERATIONS} iterations can be verified"
            )));
        }
        Ok(EncodedPassword::new(self.text(
            password,
            salt,
            self.iterations.max(1),
        )))
    }

    pub(super) fn verify(
        &self,
        password: &str,
        stored: &EncodedPassword,
    ) -> Result<bool, MalformedHash> {
        let decoded = self.decode(stored)?;
        // Django reads zero as "not given": the work is that of a new hash, the comparison then fails.
        let iterations = if decoded.iterations == 0 {
            self.iterations.clamp(1, MAX_ITERATIONS)
        } else {
            decoded.iterations
        };
        let again = self.text(password, decoded.salt, iterations);
        Ok(constant_time_eq(
            again.as_bytes(),
            stored.as_str().as_bytes(),
        ))
    }

    pub(super) fn must_update(&self, stored: &EncodedPassword) -> bool {
        match self.decode(stored) {
            Ok(decoded) => {
                decoded.iterations != self.iterations || decoded.salt.chars().count() < SALT_LENGTH
            }
            Err(_) => true,
        }
    }

    pub(super) fn harden_runtime(&self, password: &str, stored: &EncodedPassword) {
        if let Ok(decoded) = self.decode(stored) {
            let ours = self.iterations.min(MAX_ITERATIONS);
            let missing = ours.saturating_sub(decoded.iterations);
            if missing > 0 {
                std::hint::black_box(self.text(password, decoded.salt, missing));
            }
        }
    }

    fn text(&self, password: &str, salt: &str, iterations: u32) -> String {
        let hash = (self.derive)(password.as_bytes(), salt.as_bytes(), iterations);
        format!("{}${iterations}${salt}${hash}", self.algorithm)
    }

    fn decode<'a>(&self, stored: &'a EncodedPassword) -> Result<Decoded<'a>, MalformedHash> {
        let mut fields = stored.as_str().splitn(4, '$');
        let (Some(algorithm), Some(iterations), Some(salt), Some(_hash)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(MalformedHash::new("pbkdf2 needs iterations, salt and hash"));
        };
        if algorithm != self.algorithm {
            return Err(MalformedHash::new("the hash is of another algorithm"));
        }
        let iterations = python_int(iterations, MAX_ITERATIONS).ok_or_else(|| {
            MalformedHash::new("the iterations are not a number from 0 to 100000000")
        })?;
        if salt.is_empty() {
            return Err(MalformedHash::new("the salt is empty"));
        }
        Ok(Decoded { iterations, salt })
    }
}
