//! What matters on a public site: Django's `check --deploy`, as far as it is about authentication.

use super::table::{ANY_HOST, CSRF_COOKIE_INSECURE, DEBUG_ON, SESSION_COOKIE_INSECURE};
use super::{Finding, Settings};

pub(super) fn debug(settings: &Settings) -> Option<Finding> {
    settings
        .debug
        .then(|| Finding::new(&DEBUG_ON, "debug is on."))
}

pub(super) fn allowed_hosts(settings: &Settings) -> Option<Finding> {
    if settings.allowed_hosts.is_empty() {
        return Some(Finding::new(
            &ANY_HOST,
            "allowed_hosts is empty: only names of this machine itself are answered.",
        ));
    }
    let is_open = settings.allowed_hosts.iter().any(|host| host == "*");
    is_open.then(|| {
        Finding::new(
            &ANY_HOST,
            "allowed_hosts contains \"*\", which is every name.",
        )
    })
}

pub(super) fn session_cookie(settings: &Settings) -> Option<Finding> {
    let is_insecure = !settings.session_cookie_secure;
    is_insecure.then(|| Finding::new(&SESSION_COOKIE_INSECURE, "session_cookie_secure is off."))
}

pub(super) fn csrf_cookie(settings: &Settings) -> Option<Finding> {
    let is_insecure = !settings.csrf_cookie_secure && !settings.csrf_use_sessions;
    is_insecure.then(|| Finding::new(&CSRF_COOKIE_INSECURE, "csrf_cookie_secure is off."))
}
