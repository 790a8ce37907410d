//! The `Set-Cookie` response header as Django 5.2 and Python 3.11 write it.
//!
//! Attributes stand in alphabetical order: Domain, expires, HttpOnly, Max-Age, Path, SameSite,
//! Secure. A value outside a small safe alphabet is put in quotes with octal escapes.

use std::fmt;
use std::time::{Duration, SystemTime};

use http::HeaderValue;

/// One cookie to set or delete.
///
/// ```
/// use hallpass::wire::set_cookie::SetCookie;
/// let cookie = SetCookie::new("csrftoken", "abc").same_site(Some("Lax")).max_age(60, 0);
/// assert_eq!(
///     cookie.to_text(),
///     "csrftoken=abc; expires=Thu, 01 Jan 1970 00:01:00 GMT; Max-Age=60; Path=/; SameSite=Lax"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SetCookie {
    name: String,
    value: String,
    domain: Option<String>,
    expires: Option<i64>,
    max_age: Option<i64>,
    path: Option<String>,
    same_site: Option<String>,
    http_only: bool,
    secure: bool,
}

impl SetCookie {
    /// A cookie for the path `/` that lasts until the browser closes.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> SetCookie {
        SetCookie {
            name: name.into(),
            value: value.into(),
            domain: None,
            expires: None,
            max_age: None,
            path: Some("/".to_owned()),
            same_site: None,
            http_only: false,
            secure: false,
        }
    }

    /// The deletion of a cookie: empty, expired in 1970. Names starting with `__Secure-` or
    /// `__Host-` are marked Secure, or browsers would ignore the deletion.
    #[must_use]
    pub fn delete(name: impl Into<String>) -> SetCookie {
        let mut cookie = SetCookie::new(name, "").max_age(0, 0);
        cookie.secure = cookie.name.starts_with("__Secure-") || cookie.name.starts_with("__Host-");
        cookie
    }

    /// How long the cookie lasts in seconds, written as `Max-Age` and, counted from `now` (Unix
    /// seconds), as `expires`.
    #[must_use]
    pub fn max_age(mut self, seconds: i64, now: i64) -> SetCookie {
        self.max_age = Some(seconds);
        self.expires = Some(now.saturating_add(seconds));
        self
    }

    /// The `Domain` attribute; `None` or empty leaves it out.
    #[must_use]
    pub fn domain(mut self, domain: Option<&str>) -> SetCookie {
        self.domain = domain.map(str::to_owned);
        self
    }

    /// The `Path` attribute; `None` or empty leaves it out.
    #[must_use]
    pub fn path(mut self, path: Option<&str>) -> SetCookie {
        self.path = path.map(str::to_owned);
        self
    }

    /// The `SameSite` attribute as spelled; `None` or empty leaves it out. A deletion with
    /// `None` spelled out becomes Secure, as browsers demand and Django does.
    #[must_use]
    pub fn same_site(mut self, same_site: Option<&str>) -> SetCookie {
        let is_deletion = self.max_age == Some(0) && self.value.is_empty();
        if is_deletion && same_site.is_some_and(|word| word.eq_ignore_ascii_case("none")) {
            self.secure = true;
        }
        self.same_site = same_site.map(str::to_owned);
        self
    }

    /// Whether scripts are kept from reading the cookie.
    #[must_use]
    pub fn http_only(mut self, http_only: bool) -> SetCookie {
        self.http_only = http_only;
        self
    }

    /// Whether the cookie is for HTTPS only.
    #[must_use]
    pub fn secure(mut self, secure: bool) -> SetCookie {
        self.secure = secure;
        self
    }

    /// The header's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{}={}", self.name, quote(&self.value));
        push_attribute(&mut text, "Domain", self.domain.as_deref());
        push_attribute(&mut text, "expires", self.expires.map(http_date).as_deref());
        if self.http_only {
            text.push_str("; HttpOnly");
        }
        let max_age = self.max_age.map(|seconds| seconds.to_string());
        push_attribute(&mut text, "Max-Age", max_age.as_deref());
        push_attribute(&mut text, "Path", self.path.as_deref());
        push_attribute(&mut text, "SameSite", self.same_site.as_deref());
        if self.secure {
            text.push_str("; Secure");
        }
        text
    }

    /// The header's value; `None` if a name or attribute holds a control character.
    #[must_use]
    pub fn to_header_value(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_bytes(self.to_text().as_bytes()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// The value may be a credential and is not shown.
impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &self.name)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// Appends `; name=value` unless the value is missing or empty.
fn push_attribute(text: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        for piece in ["; ", name, "=", value] {
            text.push_str(piece);
        }
    }
}

/// The HTTP date of a time in Unix seconds, kept within the years 1970 to 9999.
fn http_date(unix_seconds: i64) -> String {
    const LAST_SECOND_OF_9999: i64 = 253_402_300_799;
    let seconds = unix_seconds.clamp(0, LAST_SECOND_OF_9999).unsigned_abs();
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Writes a value as Python's `http.cookies` does: as it is if it is made of token characters,
/// otherwise in quotes.
fn quote(value: &str) -> String {
    const TOKEN: &str = "!#$%&'*+-.^_`|~:";
    const BARE_IN_QUOTES: &str = " ()/<=>?@[]{}";
    let is_token = |c: char| c.is_ascii_alphanumeric() || TOKEN.contains(c);
    if !value.is_empty() && value.chars().all(is_token) {
        return value.to_owned();
    }
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if is_token(c) || BARE_IN_QUOTES.contains(c) || c > '\u{ff}' => quoted.push(c),
            c => quoted.push_str(&format!("\\{:03o}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}
