//! Where a redirect may lead, and how its `Location` is written.
//!
//! Django 5.2 tests `?next=` targets with `url_has_allowed_host_and_scheme` and encodes locations
//! with `iri_to_uri`. Both are reproduced exactly: browsers read backslashes as slashes and skip
//! control characters, which is why the test looks odd.

use unicode_general_category::{GeneralCategory, get_general_category};

use super::text::{percent_decode_bytes, percent_encode, trim};
use super::url::SplitUrl;

/// Longest target Django considers, in characters.
const MAX_URL_LENGTH: usize = 2048;

/// Whether `url` stays on an allowed host and speaks HTTP (HTTPS only with `require_https`).
///
/// `allowed_hosts` are compared exactly: letter case and port count.
///
/// ```
/// use hallpass::wire::redirect::is_safe;
/// assert!(is_safe("/accounts/", &["example.com"], false));
/// assert!(!is_safe("//evil.example/", &["example.com"], false));
/// assert!(!is_safe("/\\evil.example/", &["example.com"], false));
/// ```
#[must_use]
pub fn is_safe(url: &str, allowed_hosts: &[&str], require_https: bool) -> bool {
    let url = trim(url);
    // The length is judged before any copy is made of a hostile text.
    if url.is_empty() || url.chars().nth(MAX_URL_LENGTH).is_some() {
        return false;
    }
    is_safe_as_written(url, allowed_hosts, require_https)
        && is_safe_as_written(&url.replace('\\', "/"), allowed_hosts, require_https)
}

fn is_safe_as_written(url: &str, allowed_hosts: &[&str], require_https: bool) -> bool {
    if url.starts_with("///") || url.starts_with(is_control) {
        return false;
    }
    let Some(parts) = SplitUrl::parse(url) else {
        return false;
    };
    let has_host = !parts.authority.is_empty();
    let scheme = match parts.scheme.as_str() {
        "" if has_host => "http",
        "" => return true,
        _ if !has_host => return false,
        scheme => scheme,
    };
    let scheme_is_fine = scheme == "https" || (scheme == "http" && !require_https);
    scheme_is_fine && (!has_host || allowed_hosts.contains(&parts.authority.as_str()))
}

/// Unicode category C: control, format, private use, unassigned.
fn is_control(c: char) -> bool {
    matches!(
        get_general_category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    )
}

/// Writes a target for the `Location` header: UTF-8, percent-encoded, reserved characters and
/// existing `%` left alone.
///
/// ```
/// assert_eq!(hallpass::wire::redirect::encode_location("/café?a=b c"), "/caf%C3%A9?a=b%20c");
/// ```
#[must_use]
pub fn encode_location(iri: &str) -> String {
    percent_encode(iri, "/#%[]=:;$&()+,!?*@'~")
}

/// Writes a path that came percent-encoded in the one spelling of Django's `escape_uri_path`; bytes that are no UTF-8
/// are encoded twice, as `repercent_broken_unicode` makes them.
///
/// ```
/// use hallpass::wire::redirect::encode_path;
/// assert_eq!(encode_path("/a%40b/%63%3B%c3%a9/"), "/a@b/c%3B%C3%A9/");
/// assert_eq!(encode_path("/%FF/"), "/%25FF/");
/// ```
#[must_use]
pub fn encode_path(path: &str) -> String {
    let mut decoded = String::with_capacity(path.len());
    for chunk in percent_decode_bytes(path).utf8_chunks() {
        decoded.push_str(chunk.valid());
        for byte in chunk.invalid() {
            decoded.push_str(&format!("%{byte:02X}"));
        }
    }
    percent_encode(&decoded, "/:@&+$,!*'()")
}

/// A path for `?next=` behind a login address: `/` stays, a space becomes `+`, the rest is
/// percent-encoded (Django's `redirect_to_login`).
#[must_use]
pub fn encode_next(path_and_query: &str) -> String {
    percent_encode(path_and_query, "/ ").replace(' ', "+")
}
