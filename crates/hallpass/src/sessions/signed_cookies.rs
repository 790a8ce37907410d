//! The engine `signed_cookies`: the session's values, signed, are the cookie's own value.
//!
//! No row is written. A cookie that was tampered with, or signed longer than `session_cookie_age` ago (the session's
//! own expiry is not looked at, as in Django), gives an empty session and a fresh cookie. Everyone can read the values,
//! a copied cookie works until it is too old, and a log-out ends nobody else's copy.

use hallpass_formats::json::Json;
use hallpass_formats::session::{SIGNED_COOKIE_SALT, SessionData, SessionKey};
use hallpass_formats::signing;
use hallpass_formats::timestamp::Timestamp;

use super::engine::Loaded;
use crate::core::Core;
use crate::rejection::Rejection;

/// Browsers drop a cookie whose name, value and attributes are longer than 4096 bytes; Django sends it all the same.
const BROWSERS_KEEP: usize = 4096;

pub(super) fn load(core: &Core, key: &SessionKey) -> Loaded {
    let loaded = signing::loads(
        key.as_str(),
        core.secret_keys(),
        SIGNED_COOKIE_SALT,
        Timestamp::now().unix_seconds(),
        Some(core.settings().session_cookie_age),
    );
    match loaded {
        Ok(Json::Object(object)) => Loaded::Data(SessionData::from(object)),
        Ok(_) => Loaded::Reset,
        Err(error) => {
            tracing::warn!(%error, "a session cookie is not valid: the session counts as empty");
            Loaded::Reset
        }
    }
}

/// The cookie's value.
pub(super) fn key(core: &Core, data: &SessionData) -> Result<SessionKey, Rejection> {
    let text = data.encode(core.secret_keys(), SIGNED_COOKIE_SALT, Timestamp::now());
    if text.len() > BROWSERS_KEEP {
        tracing::warn!(
            bytes = text.len(),
            "the session cookie is longer than browsers keep: use another session_engine"
        );
    }
    // A signature alone is longer than the shortest key.
    SessionKey::from_cookie(&text).ok_or_else(Rejection::server_error)
}
