//! What browsers need to be told right: CSRF, origins, HTTPS, cookies.

use super::table::{
    COOKIE_OF_ANOTHER_DOMAIN, CSRF_MIDDLEWARE_MISSING, NO_HSTS, NO_HTTPS_REDIRECT,
    OWN_ORIGIN_TRUSTED, PLAIN_ORIGIN_TRUSTED, REDIRECT_FOR_EVER, SAME_SITE_NONE_INSECURE,
    SESSION_COOKIE_FOR_SCRIPTS,
};
use super::{Finding, Settings};
use crate::settings::SameSite;
use crate::wire::host::{AllowedHosts, split_domain_port};

pub(super) fn csrf_middleware(settings: &Settings) -> Vec<Finding> {
    let notes = settings.notes().iter();
    notes
        .filter(|note| note.is_about_missing_csrf_middleware())
        .map(|note| {
            let seen = format!(
                "{}: {} has no CsrfViewMiddleware.",
                note.place, note.setting
            );
            Finding::new(&CSRF_MIDDLEWARE_MISSING, seen)
        })
        .collect()
}

/// An origin is the site's own if its host is one of `allowed_hosts` other than `*`.
pub(super) fn own_origin(settings: &Settings) -> Vec<Finding> {
    if settings.secure_proxy_ssl_header.is_some() {
        return Vec::new();
    }
    let names = settings.allowed_hosts.iter().filter(|name| *name != "*");
    let own = AllowedHosts::new(names.cloned().collect(), false);
    let is_own = |origin: &&String| {
        let host = origin.strip_prefix("https://");
        host.is_some_and(|host| !host.contains('*') && own.check(host).is_ok())
    };
    let origins = settings.csrf_trusted_origins.iter().filter(is_own);
    origins
        .map(|origin| {
            let seen = format!(
                "csrf_trusted_origins has {origin:?}, whose host is one of allowed_hosts, and secure_proxy_ssl_header is not set."
            );
            Finding::new(&OWN_ORIGIN_TRUSTED, seen)
        })
        .collect()
}

pub(super) fn redirect_for_ever(settings: &Settings) -> Option<Finding> {
    let is_blind = settings.secure_ssl_redirect && settings.secure_proxy_ssl_header.is_none();
    is_blind.then(|| {
        Finding::new(
            &REDIRECT_FOR_EVER,
            "secure_ssl_redirect is on, and secure_proxy_ssl_header is not set.",
        )
    })
}

pub(super) fn plain_origins(settings: &Settings) -> Vec<Finding> {
    let origins = settings.csrf_trusted_origins.iter();
    origins
        .filter(|origin| origin.starts_with("http://"))
        .map(|origin| {
            let seen = format!("csrf_trusted_origins has {origin:?}.");
            Finding::new(&PLAIN_ORIGIN_TRUSTED, seen)
        })
        .collect()
}

pub(super) fn hsts(settings: &Settings) -> Option<Finding> {
    (settings.secure_hsts_seconds == 0).then(|| Finding::new(&NO_HSTS, "secure_hsts_seconds is 0."))
}

pub(super) fn https_redirect(settings: &Settings) -> Option<Finding> {
    (!settings.secure_ssl_redirect)
        .then(|| Finding::new(&NO_HTTPS_REDIRECT, "secure_ssl_redirect is off."))
}

pub(super) fn session_cookie_for_scripts(settings: &Settings) -> Option<Finding> {
    (!settings.session_cookie_httponly).then(|| {
        Finding::new(
            &SESSION_COOKIE_FOR_SCRIPTS,
            "session_cookie_httponly is off.",
        )
    })
}

/// A cookie's domain must be the host's own or one above it. Nothing can be said where any host is allowed.
pub(super) fn cookie_domains(settings: &Settings) -> Vec<Finding> {
    if settings.allowed_hosts.is_empty() || settings.allowed_hosts.iter().any(|host| host == "*") {
        return Vec::new();
    }
    let cookies = [
        ("session_cookie_domain", &settings.session_cookie_domain),
        ("csrf_cookie_domain", &settings.csrf_cookie_domain),
    ];
    cookies
        .into_iter()
        .filter_map(|(name, domain)| Some((name, domain.as_deref()?)))
        .filter(|(_, domain)| {
            !settings
                .allowed_hosts
                .iter()
                .any(|host| reaches(host, domain))
        })
        .map(|(name, domain)| {
            let seen = format!("{name} is {domain:?}, which no name in allowed_hosts belongs to.");
            Finding::new(&COOKIE_OF_ANOTHER_DOMAIN, seen)
        })
        .collect()
}

fn reaches(host: &str, domain: &str) -> bool {
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let host = host.trim_start_matches('.');
    let Some(host) = split_domain_port(host).map(|host| host.domain) else {
        return false;
    };
    host == domain
        || host
            .strip_suffix(&domain)
            .is_some_and(|rest| rest.ends_with('.'))
}

pub(super) fn same_site_none(settings: &Settings) -> Vec<Finding> {
    let cookies = [
        (
            "session_cookie",
            settings.session_cookie_samesite,
            settings.session_cookie_secure,
        ),
        (
            "csrf_cookie",
            settings.csrf_cookie_samesite,
            settings.csrf_cookie_secure,
        ),
    ];
    cookies
        .into_iter()
        .filter(|(_, same_site, is_secure)| *same_site == SameSite::None && !is_secure)
        .map(|(name, ..)| {
            let seen = format!("{name}_samesite is \"None\" and {name}_secure is off.");
            Finding::new(&SAME_SITE_NONE_INSECURE, seen)
        })
        .collect()
}
