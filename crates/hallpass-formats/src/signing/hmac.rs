//! Django's `salted_hmac`: the key is the digest of salt and secret, so that one secret serves many uses.

use ::hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::secret::SecretKey;

/// The hash under a signature. Django signs with SHA-256 unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Algorithm {
    /// Django's default of `salted_hmac` itself, and of signatures before 3.1.
    Sha1,
    /// What sessions, signers and the session auth hash use.
    #[default]
    Sha256,
    /// Only by the signer's option.
    Sha512,
}

impl Algorithm {
    /// The salted HMAC of a value as raw bytes.
    pub(crate) fn salted_hmac(self, key_salt: &str, value: &str, secret: &SecretKey) -> Vec<u8> {
        match self {
            Algorithm::Sha1 => salted_hmac_sha1(key_salt, value, secret).to_vec(),
            Algorithm::Sha256 => salted_hmac_sha256(key_salt, value, secret).to_vec(),
            Algorithm::Sha512 => salted_hmac_sha512(key_salt, value, secret).to_vec(),
        }
    }
}

// A macro, since the bounds of a generic function over the three digests would be longer than its body.
macro_rules! salted_hmac {
    ($name:ident, $digest:ty, $length:literal, $title:literal) => {
        #[doc = concat!("Django 5.2 `salted_hmac(key_salt, value, algorithm=\"", $title, "\")`.")]
        ///
        /// Salt and secret are joined without a separator and always hashed, however short they are.
        pub fn $name(key_salt: &str, value: &str, secret: &SecretKey) -> [u8; $length] {
            let key = <$digest>::new()
                .chain_update(key_salt)
                .chain_update(secret.expose())
                .finalize();
            // An HMAC takes a key of any length, so the error arm is never reached; an empty key would
            // only make the value unverifiable.
            let Ok(mac) = Hmac::<$digest>::new_from_slice(&key) else {
                return [0; $length];
            };
            mac.chain_update(value).finalize().into_bytes().into()
        }
    };
}

salted_hmac!(salted_hmac_sha1, Sha1, 20, "sha1");
salted_hmac!(salted_hmac_sha256, Sha256, 32, "sha256");
salted_hmac!(salted_hmac_sha512, Sha512, 64, "sha512");
