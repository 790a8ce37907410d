//! `pbkdf2_sha256$iterations$salt$hash`, Django's default, and what it shares with `pbkdf2_sha1`.

use super::fields::{check_salt, python_int};
use super::{EncodeError, EncodedPassword, MalformedHash, PasswordHasher, SALT_LENGTH, Work};
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
                Work::pbkdf2(password, salt, iterations).map(|hash| base64::encode_standard(&hash))
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
        self.layout().encode(password, salt).finish()
    }

    /// Hashes again and compares the whole texts, so that an odd spelling of the same hash fails.
    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        self.layout().verify(password, stored).finish()
    }

    /// More iterations than ours are a reason too: Django lowers them.
    fn must_update(&self, stored: &EncodedPassword) -> bool {
        self.layout().must_update(stored)
    }

    fn harden_runtime(&self, password: &str, stored: &EncodedPassword) {
        self.layout().harden_runtime(password, stored).finish();
    }

    fn encode_in_steps(
        &self,
        password: &str,
        salt: &str,
    ) -> Option<Work<Result<EncodedPassword, EncodeError>>> {
        Some(self.layout().encode(password, salt))
    }

    fn verify_in_steps(
        &self,
        password: &str,
        stored: &EncodedPassword,
    ) -> Option<Work<Result<bool, MalformedHash>>> {
        Some(self.layout().verify(password, stored))
    }

    fn harden_in_steps(&self, password: &str, stored: &EncodedPassword) -> Option<Work<()>> {
        Some(self.layout().harden_runtime(password, stored))
    }
}

/// PBKDF2 over some digest: everything but the digest is the same.
pub(super) struct Pbkdf2 {
    pub(super) algorithm: &'static str,
    /// Base64 of the hash, from password, salt and iterations.
    pub(super) derive: fn(&[u8], &[u8], u32) -> Work<String>,
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
    ) -> Work<Result<EncodedPassword, EncodeError>> {
        if let Err(refused) = check_salt(salt) {
            return Work::done(Err(refused));
        }
        if self.iterations > MAX_ITERATIONS {
            return Work::done(Err(EncodeError::Refused(format!(
                "at most {MAX_ITERATIONS} iterations can be verified"
            ))));
        }
        self.text(password, salt, self.iterations.max(1))
            .map(|text| Ok(EncodedPassword::new(text)))
    }

    pub(super) fn verify(
        &self,
        password: &str,
        stored: &EncodedPassword,
    ) -> Work<Result<bool, MalformedHash>> {
        let decoded = match self.decode(stored) {
            Ok(decoded) => decoded,
            Err(malformed) => return Work::done(Err(malformed)),
        };
        // Django reads zero as "not given": the work is that of a new hash, the comparison then fails.
        let iterations = if decoded.iterations == 0 {
            self.iterations.clamp(1, MAX_ITERATIONS)
        } else {
            decoded.iterations
        };
        let again = self.text(password, decoded.salt, iterations);
        let stored = stored.clone();
        again.map(move |again| {
            Ok(constant_time_eq(
                again.as_bytes(),
                stored.as_str().as_bytes(),
            ))
        })
    }

    pub(super) fn must_update(&self, stored: &EncodedPassword) -> bool {
        match self.decode(stored) {
            Ok(decoded) => {
                decoded.iterations != self.iterations || decoded.salt.chars().count() < SALT_LENGTH
            }
            Err(_) => true,
        }
    }

    pub(super) fn harden_runtime(&self, password: &str, stored: &EncodedPassword) -> Work<()> {
        let Ok(decoded) = self.decode(stored) else {
            return Work::done(());
        };
        let ours = self.iterations.min(MAX_ITERATIONS);
        match ours.saturating_sub(decoded.iterations) {
            0 => Work::done(()),
            missing => self
                .text(password, decoded.salt, missing)
                .map(|text| drop(std::hint::black_box(text))),
        }
    }

    fn text(&self, password: &str, salt: &str, iterations: u32) -> Work<String> {
        let before = format!("{}${iterations}${salt}$", self.algorithm);
        (self.derive)(password.as_bytes(), salt.as_bytes(), iterations)
            .map(move |hash| before + &hash)
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
