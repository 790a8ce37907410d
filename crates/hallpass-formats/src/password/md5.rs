//! `md5$salt$hex`: one MD5 over salt and password.
//!
//! Not in Django's default list. It is here so that old rows can be verified and, with another hasher
//! in front of it, replaced at the next login.

use md5::{Digest, Md5 as Md5Digest};

use super::fields::check_salt;
use super::{EncodeError, EncodedPassword, MalformedHash, PasswordHasher, SALT_LENGTH};
use crate::hex;
use crate::signing::constant_time_eq;

/// Django 5.2 `MD5PasswordHasher`.
///
/// ```
/// use hallpass_formats::password::{EncodedPassword, Md5, PasswordHasher};
///
/// let stored = EncodedPassword::new("md5$salt$67a1e09bb1f83f5007dc119c14d663aa");
/// assert_eq!(Md5.verify("", &stored), Ok(false));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Md5;

const ALGORITHM: &str = "md5";

impl PasswordHasher for Md5 {
    fn algorithm(&self) -> &'static str {
        ALGORITHM
    }

    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        check_salt(salt)?;
        Ok(EncodedPassword::new(text(password, salt)))
    }

    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        let again = text(password, salt_of(stored)?);
        Ok(constant_time_eq(
            again.as_bytes(),
            stored.as_str().as_bytes(),
        ))
    }

    fn must_update(&self, stored: &EncodedPassword) -> bool {
        salt_of(stored).map_or(true, |salt| salt.chars().count() < SALT_LENGTH)
    }

    /// Every hash costs the same.
    fn harden_runtime(&self, _password: &str, _stored: &EncodedPassword) {}
}

fn text(password: &str, salt: &str) -> String {
    let hash = Md5Digest::new()
        .chain_update(salt)
        .chain_update(password)
        .finalize();
    format!("{ALGORITHM}${salt}${}", hex::lower(&hash))
}

fn salt_of(stored: &EncodedPassword) -> Result<&str, MalformedHash> {
    let mut fields = stored.as_str().splitn(3, '$');
    match (fields.next(), fields.next(), fields.next()) {
        (Some(ALGORITHM), Some(salt), Some(_hash)) if !salt.is_empty() => Ok(salt),
        _ => Err(MalformedHash::new("md5 needs salt and hash")),
    }
}
