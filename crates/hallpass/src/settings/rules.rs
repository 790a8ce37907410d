//! What values must keep to beyond their type. A rule may also bring a value into its one form.

#![expect(
    clippy::ptr_arg,
    reason = "every rule takes its setting's own type, so that the table can name it"
)]

use std::net::SocketAddr;

use regex::Regex;

use super::classes::{APPS, BACKENDS, HASHERS, find, unknown};
use super::nearest::nearest;
use super::value::{Context, Problem, shortened};
use crate::wire::host::split_domain_port;
use crate::wire::networks::{Networks, NotANetwork};

/// A hundred years of 365 days, in seconds: longer ages are a slip, and would leave the range of dates.
const LONGEST_AGE: i64 = 100 * 365 * 24 * 60 * 60;

/// Hashes with more iterations are refused as malformed when read, so none may be written.
const MOST_ITERATIONS: u32 = 100_000_000;

fn refuse(reason: impl Into<String>) -> Result<(), Problem> {
    Err(Problem::Invalid(reason.into()))
}

/// `"X-CSRFToken"` from Django's `HTTP_X_CSRFTOKEN`, in lower case as HTTP libraries want it: `x-csrftoken`.
///
/// ```
/// use hallpass::settings::header_of_meta_name;
/// assert_eq!(header_of_meta_name("HTTP_X_FORWARDED_PROTO"), "x-forwarded-proto");
/// ```
#[must_use]
pub fn header_of_meta_name(meta_name: &str) -> String {
    meta_name
        .strip_prefix("HTTP_")
        .unwrap_or(meta_name)
        .to_ascii_lowercase()
        .replace('_', "-")
}

fn check_meta_name(name: &str) -> Result<(), Problem> {
    let rest = name.strip_prefix("HTTP_").unwrap_or_default();
    if !rest.is_empty()
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    {
        return Ok(());
    }
    let upper = name.to_ascii_uppercase().replace('-', "_");
    let meant = if upper.starts_with("HTTP_") {
        upper
    } else {
        format!("HTTP_{upper}")
    };
    refuse(format!(
        "Django writes header names as {:?}, not {:?}",
        shortened(&meant),
        shortened(name)
    ))
}

pub(super) fn meta_name(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    check_meta_name(value)
}

pub(super) fn proxy_ssl_header(
    value: &mut Option<(String, String)>,
    _: &Context<'_>,
) -> Result<(), Problem> {
    match value {
        Some((header, _)) => check_meta_name(header),
        None => Ok(()),
    }
}

/// A token of RFC 9110, which names of cookies and authentication schemes are.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

pub(super) fn cookie_name(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    if is_token(value) {
        return Ok(());
    }
    refuse(format!(
        "{:?} cannot be the name of a cookie; use letters, digits, - and _",
        shortened(value)
    ))
}

pub(super) fn keyword(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    if is_token(value) {
        return Ok(());
    }
    refuse(format!(
        "{:?} cannot stand before a token; use one word such as \"Token\" or \"Bearer\"",
        shortened(value)
    ))
}

fn check_cookie_attribute(value: &str) -> Result<(), Problem> {
    if value
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b';')
    {
        return Ok(());
    }
    refuse("a cookie attribute is ASCII text without a semicolon")
}

pub(super) fn cookie_path(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    check_cookie_attribute(value)
}

pub(super) fn cookie_domain(value: &mut Option<String>, _: &Context<'_>) -> Result<(), Problem> {
    value.as_deref().map_or(Ok(()), check_cookie_attribute)
}

/// Python's regular expressions, but for what cannot be searched for in bounded time: looking around and back references.
pub(super) fn patterns(value: &mut Vec<String>, _: &Context<'_>) -> Result<(), Problem> {
    match value.iter().find(|pattern| Regex::new(pattern).is_err()) {
        Some(pattern) => refuse(format!(
            "{:?} is no regular expression that can be used here; looking around and back references cannot",
            shortened(pattern)
        )),
        None => Ok(()),
    }
}

fn check_header_value(value: &str) -> Result<(), Problem> {
    if value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    refuse("a header's value is ASCII text on one line")
}

pub(super) fn header_value(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    check_header_value(value)
}

pub(super) fn optional_header_value(
    value: &mut Option<String>,
    _: &Context<'_>,
) -> Result<(), Problem> {
    value.as_deref().map_or(Ok(()), check_header_value)
}

pub(super) fn seconds(value: &mut i64, _: &Context<'_>) -> Result<(), Problem> {
    if (0..=LONGEST_AGE).contains(value) {
        return Ok(());
    }
    refuse(format!("{value} is outside 0 to {LONGEST_AGE} seconds"))
}

/// Up to an hour: what is not looked at again for longer is not looked after.
pub(super) fn short_seconds(value: &mut i64, _: &Context<'_>) -> Result<(), Problem> {
    if (0..=3600).contains(value) {
        return Ok(());
    }
    refuse(format!("{value} is outside 0 to 3600 seconds"))
}

pub(super) fn cache_size(value: &mut usize, _: &Context<'_>) -> Result<(), Problem> {
    if *value <= 10_000_000 {
        return Ok(());
    }
    refuse(format!("{value} is outside 0 to 10000000"))
}

pub(super) fn optional_seconds(
    value: &mut Option<i64>,
    context: &Context<'_>,
) -> Result<(), Problem> {
    value.as_mut().map_or(Ok(()), |age| seconds(age, context))
}

pub(super) fn iterations(value: &mut Option<u32>, _: &Context<'_>) -> Result<(), Problem> {
    match value {
        Some(count) if *count == 0 || *count > MOST_ITERATIONS => {
            refuse(format!("{count} is outside 1 to {MOST_ITERATIONS}"))
        }
        _ => Ok(()),
    }
}

pub(super) fn threads(value: &mut Option<usize>, _: &Context<'_>) -> Result<(), Problem> {
    match value {
        Some(count) if *count == 0 || *count > 1024 => {
            refuse(format!("{count} is outside 1 to 1024"))
        }
        _ => Ok(()),
    }
}

pub(super) fn queue(value: &mut usize, _: &Context<'_>) -> Result<(), Problem> {
    if *value <= 100_000 {
        return Ok(());
    }
    refuse(format!("{value} is outside 0 to 100000"))
}

/// Django's check 4_0.E001, in its words.
pub(super) fn trusted_origins(value: &mut Vec<String>, _: &Context<'_>) -> Result<(), Problem> {
    match value.iter().find(|origin| !origin.contains("://")) {
        Some(origin) => refuse(format!(
            "(4_0.E001) As of Django 4.0, the values in the CSRF_TRUSTED_ORIGINS setting must start with a scheme \
             (usually http:// or https://) but found {}. See the release notes for details.",
            shortened(origin).escape_debug()
        )),
        None => Ok(()),
    }
}

pub(super) fn use_tz(value: &mut bool, _: &Context<'_>) -> Result<(), Problem> {
    if *value {
        return Ok(());
    }
    Err(Problem::NotInThisRelease(
        "times are stored in UTC only; set it to true here and in Django (USE_TZ = True)"
            .to_owned(),
    ))
}

pub(super) fn cache_alias(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    if value == "default" {
        return Ok(());
    }
    Err(Problem::NotInThisRelease(format!(
        "sessions are kept in the cache \"default\" only, not in {:?}; write its settings under [caches.default]",
        shortened(value)
    )))
}

pub(super) fn session_serializer(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    if value == "django.contrib.sessions.serializers.JSONSerializer" {
        return Ok(());
    }
    Err(Problem::NotInThisRelease(
        "sessions can be read and written only as \"django.contrib.sessions.serializers.JSONSerializer\" does".to_owned(),
    ))
}

pub(super) fn model_label(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    match value.split_once('.') {
        Some((app, model)) if is_name(app) && is_name(model) => Ok(()),
        _ => refuse(format!(
            "{:?} must be of the form 'app_label.model_name', for example \"auth.User\"",
            shortened(value)
        )),
    }
}

pub(super) fn auto_field(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    const FIELDS: [&str; 3] = [
        "django.db.models.AutoField",
        "django.db.models.BigAutoField",
        "django.db.models.SmallAutoField",
    ];
    if FIELDS.contains(&value.as_str()) {
        return Ok(());
    }
    Err(Problem::UnknownClass {
        class: shortened(value),
        nearest: nearest(value, FIELDS).unwrap_or_default().to_owned(),
    })
}

/// Applications by their dotted path: a short name, or the path of an `AppConfig`, becomes the path of its package.
pub(super) fn installed_apps(
    value: &mut Vec<String>,
    context: &Context<'_>,
) -> Result<(), Problem> {
    for app in value {
        let package = app
            .split_once(".apps.")
            .map_or(app.as_str(), |(package, _)| package);
        if let Some(known) = find(APPS, package) {
            *app = known.dotted.to_owned();
        } else if app.starts_with("django.contrib.") {
            return Err(unknown(APPS, app, context));
        }
    }
    Ok(())
}

/// Backends by their dotted path, because that is what a session stores. Other names are left to the application.
pub(super) fn backends(value: &mut Vec<String>, context: &Context<'_>) -> Result<(), Problem> {
    for backend in value {
        if let Some(known) = find(BACKENDS, backend) {
            *backend = known.dotted.to_owned();
        } else if backend.starts_with("django.contrib.") {
            return Err(unknown(BACKENDS, backend, context));
        }
    }
    Ok(())
}

/// Hashers by their algorithm; the first one writes.
pub(super) fn hashers(value: &mut Vec<String>, context: &Context<'_>) -> Result<(), Problem> {
    for hasher in value.iter_mut() {
        if context.custom_classes.contains(hasher) {
            continue;
        }
        let known = find(HASHERS, hasher).ok_or_else(|| unknown(HASHERS, hasher, context))?;
        *hasher = known.short.to_owned();
    }
    if value.is_empty() {
        return refuse("the list is empty; put \"pbkdf2_sha256\" first");
    }
    Ok(())
}

/// Addresses (`10.0.0.1`) and networks (`10.0.0.0/8`).
pub(super) fn networks(value: &mut Vec<String>, _: &Context<'_>) -> Result<(), Problem> {
    Networks::parse(value).map_or_else(
        |NotANetwork(text)| refuse(NotANetwork(shortened(&text)).to_string()),
        |_| Ok(()),
    )
}

/// Hosts as a `Host` header has them, in lower case: they are compared as text.
pub(super) fn redirect_hosts(value: &mut Vec<String>, _: &Context<'_>) -> Result<(), Problem> {
    let is_host =
        |host: &String| split_domain_port(host).is_some() && *host == host.to_ascii_lowercase();
    match value.iter().find(|host| !is_host(host)) {
        Some(host) => refuse(format!(
            "{:?} is no host in lower case, such as \"app.example.com\" or \"localhost:8080\"",
            shortened(host)
        )),
        None => Ok(()),
    }
}

/// Names of tables and columns: whatever Django's models can have, without what could end a quoted name.
fn check_identifier(name: &str) -> Result<(), Problem> {
    let ends_a_name = |c: char| c.is_control() || "\"'`[];".contains(c);
    if !name.is_empty() && name.len() <= 255 && !name.contains(ends_a_name) {
        return Ok(());
    }
    refuse(format!(
        "{:?} cannot be the name of a table or column",
        shortened(name)
    ))
}

pub(super) fn identifier(value: &mut Option<String>, _: &Context<'_>) -> Result<(), Problem> {
    value.as_deref().map_or(Ok(()), check_identifier)
}

pub(super) fn identifiers(value: &mut Vec<String>, _: &Context<'_>) -> Result<(), Problem> {
    value.iter().try_for_each(|name| check_identifier(name))
}

/// A path of ours: empty switches the endpoint off.
pub(super) fn endpoint_path(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    if value.is_empty() || (value.starts_with('/') && value.bytes().all(plain)) {
        return Ok(());
    }
    refuse(format!(
        "{:?} must start with / and have letters, digits, - . _ ~ only, or be empty to switch the endpoint off",
        shortened(value)
    ))
}

pub(super) fn socket_address(value: &mut Option<String>, _: &Context<'_>) -> Result<(), Problem> {
    match value {
        Some(address) if address.parse::<SocketAddr>().is_err() => refuse(format!(
            "{:?} is no address and port such as \"127.0.0.1:9090\"",
            shortened(address)
        )),
        _ => Ok(()),
    }
}

pub(super) fn log_format(value: &mut String, _: &Context<'_>) -> Result<(), Problem> {
    match value.as_str() {
        "text" | "json" => Ok(()),
        other => refuse(format!(
            "{:?} is neither \"text\" nor \"json\"",
            shortened(other)
        )),
    }
}

pub(super) fn timeout(value: &mut u64, _: &Context<'_>) -> Result<(), Problem> {
    match value {
        1..=3600 => Ok(()),
        _ => refuse(format!("{value} is outside 1 to 3600 seconds")),
    }
}

pub(super) fn connections(value: &mut usize, _: &Context<'_>) -> Result<(), Problem> {
    match value {
        1..=1_000_000 => Ok(()),
        _ => refuse(format!("{value} is outside 1 to 1000000 connections")),
    }
}
