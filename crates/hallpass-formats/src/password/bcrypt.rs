//! `bcrypt$$2b$12$<22 of salt><31 of hash>`, and what it shares with `bcrypt_sha256`.
//!
//! The text after the name is bcrypt's own. Django hands it to the `bcrypt` package as the salt and
//! compares what comes back, so this reads such texts as the package does.

use zeroize::Zeroizing;

use super::{EncodeError, EncodedPassword, MalformedHash, PasswordHasher};
use crate::base64;
use crate::random;
use crate::signing::constant_time_eq;

/// A stored hash may not ask for more rounds (as a power of two): each step doubles the work, and this
/// is already a quarter of a minute. The algorithm itself would allow 31, which takes two days.
pub const MAX_BCRYPT_ROUNDS: u32 = 18;

/// The least that the algorithm allows.
const MIN_ROUNDS: u32 = 4;
/// Bytes of a password that bcrypt looks at.
const KEY_LENGTH: usize = 72;

/// Django 5.2 `BCryptPasswordHasher`; `Default` has Django's rounds.
///
/// Bcrypt looks at 72 bytes of a password. Version 5 of the Python package raises for longer ones, and
/// Django answers 500; older versions cut them in silence. Here a longer password is refused when a
/// hash is made and wrong when one is verified; the work is done all the same.
///
/// ```
/// use hallpass_formats::password::{Bcrypt, EncodeError, PasswordHasher};
///
/// let hasher = Bcrypt { rounds: 4 };
/// let stored = hasher.encode("letmein", &hasher.salt()).expect("the salt is fine");
/// assert_eq!(hasher.verify("letmein", &stored), Ok(true));
/// let too_long = hasher.encode(&"x".repeat(73), &hasher.salt());
/// assert!(matches!(too_long, Err(EncodeError::Refused(_))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bcrypt {
    /// Rounds of a new hash, as a power of two: from 4 to [`MAX_BCRYPT_ROUNDS`].
    pub rounds: u32,
}

/// Django's `rounds`.
pub(super) const DJANGO_ROUNDS: u32 = 12;
const ALGORITHM: &str = "bcrypt";

impl Default for Bcrypt {
    fn default() -> Bcrypt {
        Bcrypt {
            rounds: DJANGO_ROUNDS,
        }
    }
}

impl PasswordHasher for Bcrypt {
    fn algorithm(&self) -> &'static str {
        ALGORITHM
    }

    /// `$2b$12$` and 22 characters, as the package's `gensalt` makes it.
    fn salt(&self) -> String {
        salt(self.rounds)
    }

    /// Takes a salt as [`salt`](Self::salt) makes it; its rounds count.
    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        let text = encode(ALGORITHM, password.as_bytes(), salt)?;
        if password.len() > KEY_LENGTH {
            return Err(EncodeError::Refused(format!(
                "bcrypt takes no more than {KEY_LENGTH} bytes; use bcrypt_sha256"
            )));
        }
        Ok(text)
    }

    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        let same = verify(ALGORITHM, password.as_bytes(), stored)?;
        Ok(same && password.len() <= KEY_LENGTH)
    }

    fn must_update(&self, stored: &EncodedPassword) -> bool {
        must_update(self.rounds, stored)
    }

    fn harden_runtime(&self, password: &str, stored: &EncodedPassword) {
        harden_runtime(self.rounds, password.as_bytes(), stored);
    }
}

/// Bcrypt's own text taken apart.
struct Setting<'a> {
    version: &'a str,
    rounds: u32,
    salt: [u8; 16],
}

pub(super) fn salt(rounds: u32) -> String {
    let mut bytes = [0_u8; 16];
    random::fill(&mut bytes);
    format!("$2b${rounds:02}${}", base64::encode_bcrypt(&bytes))
}

pub(super) fn encode(
    algorithm: &str,
    key: &[u8],
    salt: &str,
) -> Result<EncodedPassword, EncodeError> {
    let setting = read(salt).map_err(|malformed| EncodeError::Refused(malformed.reason))?;
    Ok(EncodedPassword::new(text(algorithm, key, &setting)))
}

pub(super) fn verify(
    algorithm: &str,
    key: &[u8],
    stored: &EncodedPassword,
) -> Result<bool, MalformedHash> {
    let again = text(algorithm, key, &read(setting_of(stored))?);
    Ok(constant_time_eq(
        again.as_bytes(),
        stored.as_str().as_bytes(),
    ))
}

/// Only the rounds count, as in Django; bcrypt's salts are always long enough.
pub(super) fn must_update(rounds: u32, stored: &EncodedPassword) -> bool {
    read(setting_of(stored)).map_or(true, |setting| setting.rounds != rounds)
}

/// Django's way to the work of `rounds`: as many hashes at the stored rounds as are missing.
pub(super) fn harden_runtime(rounds: u32, key: &[u8], stored: &EncodedPassword) {
    let Ok(setting) = read(setting_of(stored)) else {
        return;
    };
    let doublings = rounds.min(MAX_BCRYPT_ROUNDS).saturating_sub(setting.rounds);
    for _ in 1..1_u32 << doublings {
        std::hint::black_box(hash(key, &setting));
    }
}

fn text(algorithm: &str, key: &[u8], setting: &Setting<'_>) -> String {
    let Setting {
        version, rounds, ..
    } = setting;
    let salt = base64::encode_bcrypt(&setting.salt);
    let hash = base64::encode_bcrypt(&hash(key, setting));
    format!("{algorithm}$${version}${rounds:02}${salt}{hash}")
}

/// The 23 bytes that are stored. The key ends with a NUL unless it fills all of the 72 bytes.
fn hash(key: &[u8], setting: &Setting<'_>) -> [u8; 23] {
    let mut padded = Zeroizing::new([0_u8; KEY_LENGTH]);
    for (to, from) in padded.iter_mut().zip(key) {
        *to = *from;
    }
    let length = (key.len() + 1).min(KEY_LENGTH);
    let whole = bcrypt::bcrypt(
        setting.rounds,
        setting.salt,
        padded.get(..length).unwrap_or(&[0]),
    );
    let mut stored = [0_u8; 23];
    for (to, from) in stored.iter_mut().zip(whole) {
        *to = from;
    }
    stored
}

fn setting_of(stored: &EncodedPassword) -> &str {
    stored
        .as_str()
        .split_once('$')
        .map_or("", |(_, setting)| setting)
}

/// Reads as the package's `hashpw` does: empty fields do not count, what follows the salt is not looked at.
fn read(text: &str) -> Result<Setting<'_>, MalformedHash> {
    let invalid = || MalformedHash::new("the text after the name is not bcrypt's");
    let mut fields = text.split('$').filter(|field| !field.is_empty());
    let (Some(version), Some(rounds), Some(rest), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(invalid());
    };
    if !text.is_ascii() || !matches!(version, "2a" | "2b" | "2x" | "2y") {
        return Err(invalid());
    }
    let rounds: u32 = rounds.parse().map_err(|_| invalid())?;
    if !(MIN_ROUNDS..=MAX_BCRYPT_ROUNDS).contains(&rounds) {
        return Err(MalformedHash::new(format!(
            "bcrypt's rounds must be from {MIN_ROUNDS} to {MAX_BCRYPT_ROUNDS}"
        )));
    }
    let salt = rest
        .get(..22)
        .and_then(base64::decode_bcrypt)
        .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok())
        .ok_or_else(invalid)?;
    Ok(Setting {
        version,
        rounds,
        salt,
    })
}
