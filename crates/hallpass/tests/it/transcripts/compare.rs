//! A response against the recorded one: random values become placeholders, and are kept for later requests.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::fixture::Fixture;
use super::html;
use super::read::{Page, Response};

/// The CSRF secret that recorded requests bring along.
const SECRET: &str = "abcdefghijABCDEFGHIJ0123456789Zz";

/// Headers that belong to the connection, the length, which every server computes from the body, and the id of a
/// refusal, which is ours.
const NOT_COMPARED: [&str; 5] = [
    "date",
    "server",
    "connection",
    "content-length",
    "hallpass-diagnostic",
];

/// What a request was answered with.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// The random values of a scenario so far, by placeholder.
#[derive(Default)]
pub(super) struct Captures(HashMap<&'static str, String>);

impl Captures {
    /// A request's text with the placeholders filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("<<{name}>>"), value)
        })
    }

    fn capture(&mut self, name: &'static str, value: &str) -> String {
        self.0.insert(name, value.to_owned());
        format!("<<{name}>>")
    }
}

/// What differs; empty when nothing does.
pub(super) fn differences(
    expected: &Response,
    answer: &Answer,
    captures: &mut Captures,
    fixture: &Fixture,
) -> Vec<String> {
    let mut found = Vec::new();
    if expected.status != answer.status {
        found.push(format!(
            "status {} instead of {}",
            answer.status, expected.status
        ));
    }
    let (wanted, got) = (
        normalised(&expected.headers, |_, value| value.to_owned()),
        normalised(&answer.headers, |name, value| {
            header(name, value, captures, fixture)
        }),
    );
    // The recording site's own login template has no form; ours has, so it sends the cookie of the form's token.
    let bare_form = expected.body.as_deref().is_some_and(is_plain_template);
    let of_form = |line: &str| line.starts_with("set-cookie: csrftoken=") || line == "vary: Cookie";
    let extra = got.iter().filter(|line| !wanted.contains(line));
    for line in extra.filter(|line| !(bare_form && of_form(line))) {
        found.push(format!("header too much: {line}"));
    }
    for line in wanted.iter().filter(|line| !got.contains(line)) {
        found.push(format!("header missing: {line}"));
    }
    if !bare_form && cookies(&wanted) != cookies(&got) && found.is_empty() {
        found.push("the cookies are in another order".to_owned());
    }
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    found.extend(body_difference(expected, &text, captures, fixture));
    found
}

fn body_difference(
    expected: &Response,
    text: &str,
    captures: &mut Captures,
    fixture: &Fixture,
) -> Option<String> {
    if let Some(page) = &expected.html {
        return page_difference(page, &html::summary(text));
    }
    let Some(wanted) = &expected.body else {
        return Some("the recording has no body to compare with".to_owned());
    };
    if is_plain_template(wanted) {
        return plain_template_difference(wanted, &html::summary(text));
    }
    let got = body(text, captures, fixture);
    (got != *wanted).then(|| format!("body {got:?}\n  instead of {wanted:?}"))
}

fn page_difference(wanted: &Page, got: &Page) -> Option<String> {
    let mut visible = wanted.visible.clone();
    visible.sort();
    let wanted = Page {
        title: wanted.title.clone(),
        visible,
        next_field: wanted.next_field.clone(),
        has_csrf_field: wanted.has_csrf_field,
    };
    (*got != wanted).then(|| format!("page {got:?}\n  instead of {wanted:?}"))
}

/// The recording site had text templates of its own at `/accounts/`; ours is a page with the same sentences.
fn is_plain_template(body: &str) -> bool {
    ["NON_FIELD: ", "username: ", "NEXT: ", "LOGGED OUT: "]
        .iter()
        .any(|beginning| body.starts_with(beginning))
}

fn plain_template_difference(wanted: &str, got: &Page) -> Option<String> {
    let mut sentences = Vec::new();
    for line in wanted.lines() {
        let (label, text) = line.split_once(": ").unwrap_or((line, ""));
        let as_shown = match label {
            "NEXT" => got.next_field.as_deref() == Some(text),
            "LOGGED OUT" => got.title == text,
            _ => {
                sentences.push(text);
                got.visible.iter().any(|sentence| sentence == text)
            }
        };
        if !as_shown {
            return Some(format!("page {got:?}\n  does not show {line:?}"));
        }
    }
    got.visible
        .iter()
        .find(|sentence| !sentences.contains(&sentence.as_str()))
        .map(|sentence| format!("the page also says {sentence:?}"))
}

/// `name: value` lines, cookies in their order.
fn normalised(
    headers: &[(String, String)],
    mut shown: impl FnMut(&str, &str) -> String,
) -> Vec<String> {
    headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| !NOT_COMPARED.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", shown(&name, value)))
        .collect()
}

fn cookies(lines: &[String]) -> Vec<&String> {
    lines
        .iter()
        .filter(|line| line.starts_with("set-cookie: "))
        .collect()
}

fn header(name: &str, value: &str, captures: &mut Captures, fixture: &Fixture) -> String {
    match name {
        "set-cookie" => cookie(value, captures, fixture),
        "expires" => {
            assert!(is_from_now(value, 0), "{value} is not now");
            "<<date>>".to_owned()
        }
        _ => value.to_owned(),
    }
}

fn cookie(text: &str, captures: &mut Captures, fixture: &Fixture) -> String {
    let (pair, attributes) = text.split_once("; ").unwrap_or((text, ""));
    let (name, value) = pair.split_once('=').unwrap();
    let known =
        value == "\"\"" || value == SECRET || fixture.session_keys.iter().any(|key| key == value);
    let value = match name {
        _ if known => value.to_owned(),
        "sessionid" | "sid"
            if is_of(value, 32, |c| c.is_ascii_lowercase() || c.is_ascii_digit()) =>
        {
            captures.capture("session", value)
        }
        "sessionid" if is_signed(value) => captures.capture("signed", value),
        "csrftoken" | "xsrf" if is_of(value, 32, |c| c.is_ascii_alphanumeric()) => {
            captures.capture("csrf32", value)
        }
        _ => value.to_owned(),
    };
    let max_age = attributes
        .split("; ")
        .find_map(|attribute| attribute.strip_prefix("Max-Age="))
        .map(|age| age.parse::<u64>().unwrap());
    let attributes: Vec<String> = attributes
        .split("; ")
        .map(|attribute| match attribute.strip_prefix("expires=") {
            Some(date) if max_age.is_some_and(|age| age > 0 && is_from_now(date, age)) => {
                "expires=<<date>>".to_owned()
            }
            _ => attribute.to_owned(),
        })
        .collect();
    format!("{name}={value}; {}", attributes.join("; "))
}

/// Whether an HTTP date is `seconds` away, give or take the time that a slow machine needs.
fn is_from_now(date: &str, seconds: u64) -> bool {
    let Ok(date) = httpdate::parse_http_date(date) else {
        return false;
    };
    let wanted = SystemTime::now() + Duration::from_secs(seconds);
    let distance = wanted
        .duration_since(date)
        .unwrap_or_else(|error| error.duration());
    distance < Duration::from_secs(20)
}

/// Payload, time and signature: the session itself, from the engine `signed_cookies`.
fn is_signed(value: &str) -> bool {
    let parts: Vec<&str> = value.split(':').collect();
    matches!(parts.as_slice(), [payload, _, signature] if !payload.is_empty() && signature.len() == 43)
}

fn is_of(text: &str, length: usize, belongs: impl Fn(char) -> bool) -> bool {
    text.len() == length && text.chars().all(belongs)
}

/// The body with its random values as placeholders, and rewritten auth hashes as Django recorded them.
fn body(text: &str, captures: &mut Captures, fixture: &Fixture) -> String {
    let text = replaced(text, "\"token\": \"", |value| {
        is_of(value, 64, |c| c.is_ascii_alphanumeric()).then(|| captures.capture("csrf64", value))
    });
    let text = replaced(&text, "\"token\":\"", |value| {
        let fresh = is_of(value, 40, |c| matches!(c, '0'..='9' | 'a'..='f'))
            && !fixture.tokens.iter().any(|token| token == value);
        fresh.then(|| captures.capture("token", value))
    });
    replaced(&text, "\"_auth_user_hash\": \"", |value| {
        let hash = is_of(value, 64, |c| matches!(c, '0'..='9' | 'a'..='f'));
        let recorded = fixture.auth_hashes.get(value);
        recorded
            .cloned()
            .or_else(|| hash.then(|| "<<authhash>>".to_owned()))
    })
}

/// The text with the quoted value after `label` replaced, where `replacement` has one.
fn replaced(text: &str, label: &str, replacement: impl FnOnce(&str) -> Option<String>) -> String {
    let found = text.split_once(label).and_then(|(before, rest)| {
        let (value, after) = rest.split_once('"')?;
        Some(format!("{before}{label}{}\"{after}", replacement(value)?))
    });
    found.unwrap_or_else(|| text.to_owned())
}
