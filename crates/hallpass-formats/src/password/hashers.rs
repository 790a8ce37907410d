//! The list of hashers, and what a login attempt comes to.

use std::sync::Arc;

use super::encoded::UNUSABLE_SUFFIX_LENGTH;
use super::{
    Argon2, Bcrypt, BcryptSha256, DjangoVersion, EncodeError, EncodedPassword, MalformedHash, Md5,
    PasswordHasher, Pbkdf2Sha1, Pbkdf2Sha256, Scrypt, Work,
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
        self.verify_in_steps(password, stored).finish()
    }

    /// The work of [`verify`](Self::verify), to be done later.
    pub fn verify_in_steps(&self, password: &str, stored: &EncodedPassword) -> Work<Verdict> {
        if !stored.is_usable() {
            return self.nothing_to_compare_with(Verdict::Wrong);
        }
        let Some(hasher) = self.find(stored.lookup_name()) else {
            let algorithm = stored.algorithm().to_owned();
            return self.nothing_to_compare_with(Verdict::UnknownAlgorithm(algorithm));
        };
        let checked = verify(hasher, password, stored);
        let (hasher, preferred) = (Arc::clone(hasher), Arc::clone(&self.preferred));
        let (password, stored) = (password.to_owned(), stored.clone());
        checked.then(move |checked| {
            let correct = match checked {
                Ok(correct) => correct,
                Err(malformed) => return Work::done(Verdict::Malformed(malformed.reason)),
            };
            let same_algorithm = hasher.algorithm() == preferred.algorithm();
            let must_update = !same_algorithm || preferred.must_update(&stored);
            if correct {
                return Work::done(Verdict::Correct { must_update });
            }
            if same_algorithm && must_update {
                return harden(&hasher, &password, &stored).map(|()| Verdict::Wrong);
            }
            Work::done(Verdict::Wrong)
        })
    }

    /// A new hash with a fresh salt, or an unusable one for no password (Django's `make_password`).
    ///
    /// # Errors
    /// [`EncodeError`] if the preferred hasher refuses the password, as `bcrypt` does over 72 bytes.
    pub fn make(&self, password: Option<&str>) -> Result<EncodedPassword, EncodeError> {
        self.make_in_steps(password).finish()
    }

    /// The work of [`make`](Self::make), to be done later.
    pub fn make_in_steps(
        &self,
        password: Option<&str>,
    ) -> Work<Result<EncodedPassword, EncodeError>> {
        match password {
            Some(password) => encode(&self.preferred, password),
            None => Work::done(Ok(EncodedPassword::unusable())),
        }
    }

    /// Makes one preferred hash and throws it away: what Django does for an unknown user.
    pub fn dummy(&self, password: &str) {
        self.dummy_in_steps(password).finish();
    }

    /// The work of [`dummy`](Self::dummy), to be done later.
    pub fn dummy_in_steps(&self, password: &str) -> Work<()> {
        encode(&self.preferred, password).map(|made| drop(std::hint::black_box(made)))
    }

    fn nothing_to_compare_with(&self, verdict: Verdict) -> Work<Verdict> {
        self.dummy_in_steps(&random_string(UNUSABLE_SUFFIX_LENGTH, ALPHANUMERIC))
            .map(|()| verdict)
    }

    fn find(&self, name: &str) -> Option<&Arc<dyn PasswordHasher>> {
        std::iter::once(&self.preferred)
            .chain(&self.others)
            .find(|hasher| hasher.algorithm() == name)
    }
}

/// Hashes with a fresh salt: in steps if the hasher can, otherwise in one piece.
fn encode(
    hasher: &Arc<dyn PasswordHasher>,
    password: &str,
) -> Work<Result<EncodedPassword, EncodeError>> {
    let salt = hasher.salt();
    hasher.encode_in_steps(password, &salt).unwrap_or_else(|| {
        let (hasher, password) = (Arc::clone(hasher), password.to_owned());
        Work::whole(move || hasher.encode(&password, &salt))
    })
}

fn verify(
    hasher: &Arc<dyn PasswordHasher>,
    password: &str,
    stored: &EncodedPassword,
) -> Work<Result<bool, MalformedHash>> {
    hasher.verify_in_steps(password, stored).unwrap_or_else(|| {
        let (hasher, password) = (Arc::clone(hasher), password.to_owned());
        let stored = stored.clone();
        Work::whole(move || hasher.verify(&password, &stored))
    })
}

fn harden(hasher: &Arc<dyn PasswordHasher>, password: &str, stored: &EncodedPassword) -> Work<()> {
    hasher.harden_in_steps(password, stored).unwrap_or_else(|| {
        let (hasher, password) = (Arc::clone(hasher), password.to_owned());
        let stored = stored.clone();
        Work::whole(move || hasher.harden_runtime(&password, &stored))
    })
}
