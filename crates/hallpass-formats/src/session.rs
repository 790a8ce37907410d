//! Sessions: keys, the signed text of `session_data`, expiry, and the session auth hash.
//!
//! Text written here is read by Django 5.2, 6.0 and 6.1, and the other way round.

mod auth_hash;
mod data;
mod expiry;
mod key;

pub use auth_hash::{AuthHashMatch, match_auth_hash, session_auth_hash};
pub use data::{SessionData, SessionDataError};
pub use expiry::Expiry;
pub use key::SessionKey;

/// Salt of the engines `db`, `cached_db` and `file`.
pub const DB_SALT: &str = "django.contrib.sessions.SessionStore";
/// Salt of the engine `signed_cookies`.
pub const SIGNED_COOKIE_SALT: &str = "django.contrib.sessions.backends.signed_cookies";

/// Holds the primary key of the logged-in user, as text.
pub const USER_ID: &str = "_auth_user_id";
/// Holds the dotted path of the backend that authenticated the user.
pub const BACKEND: &str = "_auth_user_backend";
/// Holds the session auth hash, 64 hex digits.
pub const USER_HASH: &str = "_auth_user_hash";
/// Holds a custom expiry: seconds, or an ISO 8601 time.
pub const EXPIRY: &str = "_session_expiry";
/// Holds the CSRF secret when `CSRF_USE_SESSIONS` is on.
pub const CSRF_TOKEN: &str = "_csrftoken";
