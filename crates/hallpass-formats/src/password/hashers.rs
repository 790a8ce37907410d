//! The list of hashers, and what a login attempt comes to.

use std::sync::Arc;

use super::encoded::UNUSABLE_SUFFIX_LENGTH;
use super::{
    Argon2, Bcrypt, BcryptSha256, DjangoVersion, EncodeError, EncodedPassword, Md5, PasswordHasher,
    Pbkdf2Sha1, Pbkdf2Sha256, Scrypt,
};
use crate::random::{ALPHANUMERIC, random_string};

/// The outcome of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The password is right.
    Correct {
        /// The stored hash should be replaced by a new one.
        must_update: bool,
    },
    /// The password is wrong, or the stored one is unusable.
    Wrong,
    /// No hasher is listed for the stored text, so no password is right. Holds the algorithm's name,
    /// which is empty if the text does not start with one.
    UnknownAlgorithm(String),
    /// The algorithm is listed but its text cannot be read: Django answers 500. Holds the reason.
    Malformed(String),
}

/// The hashers in use; the first makes new hashes (Django's `PASSWORD_HASHERS`).
#[derive(Clone, Debug)]
pub struct PasswordHashers {
    preferred: Arc<dyn PasswordHasher>,
    others: Vec<Arc<dyn PasswordHasher>>,
}

impl PasswordHashers {
    /// The list in order of preference, or nothing if it is empty.
    pub fn new(hashers: Vec<Arc<dyn PasswordHasher>>) -> Option<PasswordHashers> {
        let mut hashers = hashers.into_iter();
        let preferred = hashers.next()?;
        Some(PasswordHashers {
            preferred,
            others: hashers.collect(),
        })
    }

    /// Django's default `PASSWORD_HASHERS` with the parameters of that release: `pbkdf2_sha256` makes new
    /// hashes; `pbkdf2_sha1`, `argon2`, `bcrypt_sha256` and `scrypt` verify too.
    ///
    /// ```
    /// use hallpass_formats::password::{DjangoVersion, EncodedPassword, PasswordHashers, Verdict};
    ///
    /// let hashers = PasswordHashers::django(DjangoVersion::V5_2);
    /// let stored = EncodedPassword::new("pbkdf2_sha256$1000$salt");
    /// assert!(matches!(hashers.verify("letmein", &stored), Verdict::Malformed(_)));
    /// ```
    pub fn django(version: DjangoVersion) -> PasswordHashers {
        let iterations = version.pbkdf2_iterations();
        PasswordHashers {
            preferred: Arc::new(Pbkdf2Sha256 { iterations }),
            others: vec![
                Arc::new(Pbkdf2Sha1 { iterations }),
                Arc::new(Argon2::default()),
                Arc::new(BcryptSha256::default()),
                Arc::new(Scrypt::default()),
            ],
        }
    }

    /// Django's hasher of that algorithm, or nothing if Django 5.2 has none. Both PBKDF2 hashers have these
    /// iterations; the parameters of the others are the same in Django 5.2, 6.0 and 6.1.
    pub fn of_django(algorithm: &str, pbkdf2_iterations: u32) -> Option<Arc<dyn PasswordHasher>> {
        let iterations = pbkdf2_iterations;
        Some(match algorithm {
            "pbkdf2_sha256" => Arc::new(Pbkdf2Sha256 { iterations }),
            "pbkdf2_sha1" => Arc::new(Pbkdf2Sha1 { iterations }),
            "argon2" => Arc::new(Argon2::default()),
            "bcrypt_sha256" => Arc::new(BcryptSha256::default()),
            "bcrypt" => Arc::new(Bcrypt::default()),
            "scrypt" => Arc::new(Scrypt::default()),
            "md5" => Arc::new(Md5),
            _ => return None,
        })
    }

    /// The hasher of new passwords.
    pub fn preferred(&self) -> &dyn PasswordHasher {
        &*self.preferred
    }

    /// Judges a password as Django 5.2's `verify_password` does, extra work included: one preferred
    /// hash when there is nothing to compare with, and the missing iterations when a wrong password
    /// met a cheaper hash of the preferred algorithm.
    pub fn verify(&self, password: &str, stored: &EncodedPassword) -> Verdict {
        if !stored.is_usable() {
            self.dummy(&random_string(UNUSABLE_SUFFIX_LENGTH, ALPHANUMERIC));
            return Verdict::Wrong;
        }
        let Some(hasher) = self.find(stored.lookup_name()) else {
            self.dummy(&random_string(UNUSABLE_SUFFIX_LENGTH, ALPHANUMERIC));
            return Verdict::UnknownAlgorithm(stored.algorithm().to_owned());
        };
        let same_algorithm = hasher.algorithm() == self.preferred.algorithm();
        let correct = match hasher.verify(password, stored) {
            Ok(correct) => correct,
            Err(malformed) => return Verdict::Malformed(malformed.reason),
        };
        let must_update = !same_algorithm || self.preferred.must_update(stored);
        if correct {
            return Verdict::Correct { must_update };
        }
        if same_algorithm && must_update {
            hasher.harden_runtime(password, stored);
        }
        Verdict::Wrong
    }

    /// A new hash with a fresh salt, or an unusable one for no password (Django's `make_password`).
    ///
    /// # Errors
    /// [`EncodeError`] if the preferred hasher refuses the password, as `bcrypt` does over 72 bytes.
    pub fn make(&self, password: Option<&str>) -> Result<EncodedPassword, EncodeError> {
        match password {
            Some(password) => self.preferred.encode(password, &self.preferred.salt()),
            None => Ok(EncodedPassword::unusable()),
        }
    }

    /// Makes one preferred hash and throws it away: what Django does for an unknown user.
    pub fn dummy(&self, password: &str) {
        let made = self.make(Some(password));
        drop(std::hint::black_box(made));
    }

    fn find(&self, name: &str) -> Option<&dyn PasswordHasher> {
        std::iter::once(&self.preferred)
            .chain(&self.others)
            .find(|hasher| hasher.algorithm() == name)
            .map(|hasher| &**hasher)
    }
}
