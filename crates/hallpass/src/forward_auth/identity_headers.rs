//! The headers that tell the application who is calling.
//!
//! All of them are sent with every allowed answer and none is ever empty, so that a proxy has something to put in the
//! place of whatever the client sent. `-` stands for nobody and for what is not known.

use std::borrow::Cow;
use std::fmt::Write as _;

use hallpass_store::UserId;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::identity::{Identity, User};

const REMOTE_USER: HeaderName = HeaderName::from_static("remote-user");
const REMOTE_EMAIL: HeaderName = HeaderName::from_static("remote-email");
const REMOTE_NAME: HeaderName = HeaderName::from_static("remote-name");
const REMOTE_GROUPS: HeaderName = HeaderName::from_static("remote-groups");
const USER_ID: HeaderName = HeaderName::from_static("x-hallpass-user-id");
const AUTH: HeaderName = HeaderName::from_static("x-hallpass-auth");

/// What stands for nothing.
const NOTHING: &str = "-";

/// Puts all of them into an answer.
pub(super) fn set(headers: &mut HeaderMap, identity: Option<&Identity>, groups: &[String]) {
    let user = identity.map(Identity::user);
    let groups: Vec<Cow<'_, str>> = groups.iter().map(|group| encode(group)).collect();
    let values = [
        (REMOTE_USER, user.map(User::username).and_then(value)),
        (REMOTE_EMAIL, user.and_then(User::email).and_then(value)),
        (REMOTE_NAME, user.and_then(|user| value(&full_name(user)))),
        (REMOTE_GROUPS, said(&groups.join(","))),
        (USER_ID, user.and_then(|user| id(*user.id()))),
        (
            AUTH,
            identity.map(Identity::authenticated_by).and_then(value),
        ),
    ];
    for (name, value) in values {
        headers.insert(name, value.unwrap_or(HeaderValue::from_static(NOTHING)));
    }
}

fn id(id: UserId) -> Option<HeaderValue> {
    match id.as_integer() {
        Some(number) => Some(HeaderValue::from(number)),
        None => value(&id.to_string()),
    }
}

fn value(text: &str) -> Option<HeaderValue> {
    said(&encode(text))
}

/// Encoded text is always a valid value; if it were not, nobody would be better than somebody else.
fn said(encoded: &str) -> Option<HeaderValue> {
    let value = (!encoded.is_empty()).then(|| HeaderValue::from_str(encoded));
    value?.ok()
}

/// Whether a client's header could be taken for one of ours: applications and gateways read `_`, `.` and letter case
/// as they like.
pub(super) fn is_like_ours(name: &HeaderName) -> bool {
    let name = name.as_str().as_bytes();
    let begins = |words: &[&[u8]]| {
        let mut rest = name;
        for word in words {
            let Some(after) = rest.strip_prefix(*word) else {
                return false;
            };
            let Some((separator, after)) = after.split_first() else {
                return false;
            };
            if separator.is_ascii_alphanumeric() {
                return false;
            }
            rest = after;
        }
        true
    };
    begins(&[b"remote"]) || begins(&[b"x", b"hallpass"])
}

/// Django's `get_full_name`.
fn full_name(user: &User) -> Cow<'_, str> {
    let first = user.first_name().unwrap_or_default();
    let last = user.last_name().unwrap_or_default();
    match (first, last) {
        (name, "") | ("", name) => Cow::Borrowed(name.trim()),
        _ => Cow::Owned(format!("{first} {last}").trim().to_owned()),
    }
}

/// Percent-encodes the UTF-8 bytes of a text but for letters, digits, inner spaces and a few signs that split nothing
/// anywhere. A text that is only `-` is encoded, because that means nobody.
fn encode(text: &str) -> Cow<'_, str> {
    if text == NOTHING {
        return Cow::Borrowed("%2D");
    }
    if text.bytes().all(stays) {
        return Cow::Borrowed(text);
    }
    let last = text.len().saturating_sub(1);
    let mut encoded = String::with_capacity(text.len());
    for (position, byte) in text.bytes().enumerate() {
        let is_inner_space = byte == b' ' && position != 0 && position != last;
        if stays(byte) || is_inner_space {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Cow::Owned(encoded)
}

fn stays(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'_' | b'~' | b'@' | b'+' | b'\'' | b':' | b'/'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_splits_a_header() {
        for (text, encoded) in [
            ("alice@example.com", "alice@example.com"),
            ("Alice O'Neil", "Alice O'Neil"),
            (" padded ", "%20padded%20"),
            ("a,b", "a%2Cb"),
            ("a\r\nRemote-User: root", "a%0D%0ARemote-User: root"),
            ("100%", "100%25"),
            ("Zoë", "Zo%C3%AB"),
            ("{env.SECRET}$x\"\\<>", "%7Benv.SECRET%7D%24x%22%5C%3C%3E"),
            ("-", "%2D"),
            ("--", "--"),
            ("\0\u{7f}\t", "%00%7F%09"),
        ] {
            assert_eq!(encode(text), encoded);
            assert!(HeaderValue::from_str(&encode(text)).is_ok());
        }
    }

    #[test]
    fn nobody_is_said_in_every_header() {
        let mut headers = HeaderMap::new();
        headers.insert(REMOTE_USER, HeaderValue::from_static("root"));
        set(&mut headers, None, &[]);
        assert_eq!(headers.len(), 6);
        assert!(headers.values().all(|value| value == "-"));
    }

    #[test]
    fn twins_are_recognised() {
        for name in [
            "remote-user",
            "remote_user",
            "remote.user",
            "remote-anything",
            "x-hallpass-auth",
            "x_hallpass_auth",
            "x-hallpass_user-id",
            "x.hallpass-",
        ] {
            assert!(is_like_ours(&name.parse().unwrap()), "{name}");
        }
        for name in [
            "remote",
            "remoteuser",
            "x-hallpassed",
            "x-remote-user",
            "cookie",
            "x-h",
        ] {
            assert!(!is_like_ours(&name.parse().unwrap()), "{name}");
        }
    }
}
