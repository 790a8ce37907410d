//! CSRF's `Origin` and `Referer` checks, as in Django 5.2's `CsrfViewMiddleware`.
//!
//! Comparison is of text: letter case counts and default ports are not filled in. The reasons are
//! Django's, word for word; DRF puts `CSRF Failed: ` before them.

use super::host::is_same_domain;
use super::url::SplitUrl;

/// `CSRF_TRUSTED_ORIGINS`, taken apart once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedOrigins {
    /// Entries without `*`, compared with the whole `Origin`.
    exact: Vec<String>,
    /// Scheme and domain pattern of entries with `*`.
    subdomains: Vec<(String, String)>,
    /// Domain pattern of every entry, for the `Referer`, where the scheme is known to be https.
    domains: Vec<String>,
}

/// An entry of `CSRF_TRUSTED_ORIGINS` that cannot be an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustedOriginError {
    /// The entry lacks its scheme (Django's check `4_0.E001`).
    #[error(
        "CSRF_TRUSTED_ORIGINS must start with a scheme (usually http:// or https://) but found {0}; add it"
    )]
    MissingScheme(String),
    /// The host part is not a host, for example a `[` without `]`.
    #[error("CSRF_TRUSTED_ORIGINS: {0} is not a URL; write scheme://host[:port]")]
    Malformed(String),
}

impl TrustedOrigins {
    /// Reads the setting's entries, such as `https://example.com` or `https://*.example.com`.
    ///
    /// # Errors
    ///
    /// [`TrustedOriginError`] for the first entry that has no scheme or is not a URL.
    pub fn new<S: AsRef<str>>(
        entries: impl IntoIterator<Item = S>,
    ) -> Result<Self, TrustedOriginError> {
        let mut trusted = TrustedOrigins::default();
        for entry in entries {
            let entry = entry.as_ref();
            if !entry.contains("://") {
                return Err(TrustedOriginError::MissingScheme(entry.to_owned()));
            }
            let Some(url) = SplitUrl::parse(entry) else {
                return Err(TrustedOriginError::Malformed(entry.to_owned()));
            };
            // `*.example.com` becomes `.example.com`, which also matches example.com itself.
            let pattern = url.authority.trim_start_matches('*').to_owned();
            if entry.contains('*') {
                trusted.subdomains.push((url.scheme, pattern.clone()));
            } else {
                trusted.exact.push(entry.to_owned());
            }
            trusted.domains.push(pattern);
        }
        Ok(trusted)
    }
}

/// Checks a request's `Origin` header.
///
/// `host` is the Host header as received, `None` if `ALLOWED_HOSTS` refuses it; `secure` is whether
/// the request came over HTTPS.
///
/// # Errors
///
/// Django's reason if the origin is neither the request's own nor trusted.
pub fn check_origin(
    origin: &str,
    host: Option<&str>,
    secure: bool,
    trusted: &TrustedOrigins,
) -> Result<(), String> {
    let scheme = if secure { "https" } else { "http" };
    let is_own = origin
        .strip_prefix(scheme)
        .and_then(|rest| rest.strip_prefix("://"))
        .is_some_and(|rest| Some(rest) == host);
    if is_own || trusted.exact.iter().any(|exact| exact == origin) || is_subdomain(origin, trusted)
    {
        return Ok(());
    }
    Err(format!(
        "Origin checking failed - {origin} does not match any trusted origins."
    ))
}

fn is_subdomain(origin: &str, trusted: &TrustedOrigins) -> bool {
    !trusted.subdomains.is_empty()
        && SplitUrl::parse(origin).is_some_and(|url| {
            let matches = |(scheme, pattern): &(String, String)| {
                *scheme == url.scheme && is_same_domain(&url.authority, pattern)
            };
            trusted.subdomains.iter().any(matches)
        })
}

/// What the Referer check needs to know about the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefererContext<'a> {
    /// The Host header as received, `None` if `ALLOWED_HOSTS` refuses it.
    pub host: Option<&'a str>,
    /// `CSRF_COOKIE_DOMAIN`, or `SESSION_COOKIE_DOMAIN` when secrets live in sessions.
    pub cookie_domain: Option<&'a str>,
    /// The port the server was reached on, as digits.
    pub server_port: &'a str,
}

/// Checks the `Referer` of an HTTPS request that has no `Origin`.
///
/// # Errors
///
/// Django's reason if the referer is missing, malformed, insecure or foreign.
pub fn check_referer(
    referer: Option<&str>,
    request: &RefererContext<'_>,
    trusted: &TrustedOrigins,
) -> Result<(), String> {
    let Some(referer) = referer else {
        return Err("Referer checking failed - no Referer.".to_owned());
    };
    let parsed =
        SplitUrl::parse(referer).filter(|url| !url.scheme.is_empty() && !url.authority.is_empty());
    let Some(url) = parsed else {
        return Err("Referer checking failed - Referer is malformed.".to_owned());
    };
    if url.scheme != "https" {
        return Err(
            "Referer checking failed - Referer is insecure while host is secure.".to_owned(),
        );
    }
    if trusted
        .domains
        .iter()
        .any(|pattern| is_same_domain(&url.authority, pattern))
    {
        return Ok(());
    }
    let is_good = match (request.cookie_domain, request.host) {
        (Some(domain), _) if matches!(request.server_port, "443" | "80") => {
            is_same_domain(&url.authority, domain)
        }
        (Some(domain), _) => {
            is_same_domain(&url.authority, &format!("{domain}:{}", request.server_port))
        }
        (None, Some(host)) => is_same_domain(&url.authority, host),
        (None, None) => false,
    };
    if is_good {
        return Ok(());
    }
    Err(format!(
        "Referer checking failed - {} does not match any trusted origins.",
        url.to_text()
    ))
}
