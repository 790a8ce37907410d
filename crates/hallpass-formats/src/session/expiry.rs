//! When a session ends: Django 5.2's `get_expiry_age`, `get_expiry_date` and
//! `get_expire_at_browser_close`.

use super::{EXPIRY, SessionData};
use crate::json::Json;
use crate::timestamp::Timestamp;

/// The three answers a save needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// For the cookie's `Max-Age`; negative if the time has passed.
    pub age_seconds: i64,
    /// For the row's `expire_date`.
    pub expire_date: Timestamp,
    /// The cookie gets neither `Max-Age` nor `expires`.
    pub at_browser_close: bool,
}

impl SessionData {
    /// Works out the end from the entry `_session_expiry`, or from the settings
    /// `SESSION_COOKIE_AGE` (seconds) and `SESSION_EXPIRE_AT_BROWSER_CLOSE` if it is absent.
    ///
    /// An entry of another type, or text that is no time with an offset, makes Django fail with 500;
    /// here the settings apply.
    pub fn expiry(&self, now: Timestamp, cookie_age: i64, expire_at_browser_close: bool) -> Expiry {
        let after = |age_seconds: i64, at_browser_close: bool| Expiry {
            age_seconds,
            expire_date: now.add_seconds(age_seconds),
            at_browser_close,
        };
        let seconds = match self.get(EXPIRY) {
            Some(Json::Int(integer)) => integer.as_i64(),
            Some(Json::Bool(flag)) => Some(i64::from(*flag)),
            // The cast stops at the ends of the range, and makes NaN zero.
            Some(Json::Float(seconds)) => Some(seconds.floor() as i64),
            Some(Json::String(text)) => {
                if let Some(expire_date) = text.as_str().and_then(Timestamp::parse_iso8601) {
                    let left = expire_date.unix_micros().saturating_sub(now.unix_micros());
                    let age_seconds = left.div_euclid(1_000_000);
                    return Expiry {
                        age_seconds,
                        expire_date,
                        at_browser_close: false,
                    };
                }
                None
            }
            _ => None,
        };
        match seconds {
            Some(0) => after(cookie_age, true),
            Some(seconds) => after(seconds, false),
            None => after(cookie_age, expire_at_browser_close),
        }
    }
}
