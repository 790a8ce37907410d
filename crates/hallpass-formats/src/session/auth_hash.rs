//! The session auth hash: it ties a session to the user's password column, so that changing the
//! password ends all other sessions (Django 5.2 `AbstractBaseUser.get_session_auth_hash`).

use crate::hex;
use crate::password::EncodedPassword;
use crate::secret::{SecretKey, SecretKeys};
use crate::signing::{constant_time_eq, salted_hmac_sha256};

const KEY_SALT: &str = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash";

/// 64 lowercase hex digits for a stored password under one key.
pub fn session_auth_hash(password: &EncodedPassword, key: &SecretKey) -> String {
    hex::lower(&salted_hmac_sha256(KEY_SALT, password.as_str(), key))
}

/// Which key made a session's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthHashMatch {
    /// The current key: the session is good.
    Current,
    /// A retired key: the session is good, but Django cycles its key and stores the current hash.
    Fallback,
    /// None: the password changed, or the hash is forged. Django flushes the session.
    None,
}

/// Compares in constant time against the current key, then the retired ones.
pub fn match_auth_hash(
    stored: &str,
    password: &EncodedPassword,
    keys: &SecretKeys,
) -> AuthHashMatch {
    let made_by = |key: &SecretKey| {
        constant_time_eq(
            stored.as_bytes(),
            session_auth_hash(password, key).as_bytes(),
        )
    };
    if made_by(&keys.current) {
        AuthHashMatch::Current
    } else if keys.fallbacks.iter().any(made_by) {
        AuthHashMatch::Fallback
    } else {
        AuthHashMatch::None
    }
}
