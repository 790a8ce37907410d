//! A credential that somebody mistyped: what is wrong with it, without repeating it.

use std::fmt;

use hallpass_formats::base64;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::settings::{AuthenticationClass, Settings};

/// What this server listens for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expected {
    /// The word before a token.
    pub keyword: String,
    /// Whether tokens are among the authentication classes.
    pub token: bool,
    /// Whether Basic is.
    pub basic: bool,
}

impl Expected {
    /// By `default_authentication_classes` and `[token] keyword`.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let classes = &settings.rest_framework.default_authentication_classes;
        Self {
            keyword: settings.token.keyword.clone(),
            token: classes.contains(&AuthenticationClass::Token),
            basic: classes.contains(&AuthenticationClass::Basic),
        }
    }
}

/// One way to send a good token badly.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mistake {
    /// Another header than `Authorization`.
    HeaderName(&'static str),
    /// Two headers, or two credentials in one.
    Several,
    /// Nothing behind the keyword, or nothing at all.
    Empty,
    /// No keyword.
    NoKeyword,
    /// `Token Token …`.
    KeywordTwice,
    /// `Token: …` or `Token=…`.
    KeywordMark(char),
    /// A keyword that this server does not listen for, if it is a well-known one.
    OtherKeyword(Option<&'static str>),
    /// Quotes around the key.
    Quoted,
    /// A word of a programming language, or of documentation, where a key belongs.
    Placeholder(&'static str),
    /// A blank, a non-breaking space, a line end or a control character in the key.
    BlankInside,
    /// `%20` and the like.
    PercentEncoded,
    /// A JSON Web Token.
    Jwt,
    /// User name and password in Base64, behind another word than `Basic`.
    BasicElsewhere,
    /// Behind `Basic`, but no Base64 of a name and a password.
    NotBasic,
    /// The prefix and secret of an API key of another package.
    ApiKey,
    /// Hexadecimal digits, but not 40: so many.
    Length(usize),
    /// Capital letters where DRF writes small ones.
    Capitals,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeaderName(name) => write!(
                f,
                "the credential stands in the header {name}, not in Authorization"
            ),
            Self::Several => f.write_str("there are several credentials, joined by a comma"),
            Self::Empty => f.write_str("there is no credential behind the keyword"),
            Self::NoKeyword => f.write_str("the key stands alone, without the keyword before it"),
            Self::KeywordTwice => f.write_str("the keyword stands there twice"),
            Self::KeywordMark(mark) => {
                write!(f, "{mark:?} follows the keyword; one blank belongs there")
            }
            Self::OtherKeyword(Some(word)) => write!(
                f,
                "the keyword is {word:?}, which this server does not listen for"
            ),
            Self::OtherKeyword(None) => {
                f.write_str("the keyword is none that this server listens for")
            }
            Self::Quoted => f.write_str("the key stands in quotes"),
            Self::Placeholder(word) => write!(
                f,
                "{word} stands where the key belongs: the client has no key"
            ),
            Self::BlankInside => {
                f.write_str("a blank, a line end or another invisible character stands in the key")
            }
            Self::PercentEncoded => f.write_str("the header is percent-encoded"),
            Self::Jwt => f.write_str("it is a JSON Web Token; this server hands out opaque tokens"),
            Self::BasicElsewhere => {
                f.write_str("it is a user name and password in Base64, which belong behind Basic")
            }
            Self::NotBasic => f.write_str("what follows Basic is not the Base64 of name:password"),
            Self::ApiKey => {
                f.write_str("it looks like an API key of another package (prefix.secret)")
            }
            Self::Length(digits) => {
                write!(f, "the key has {digits} hexadecimal digits; DRF's have 40")
            }
            Self::Capitals => f.write_str("the key has capital letters; DRF's have small ones"),
        }
    }
}

/// Headers that people send a token in by mistake.
const OTHER_HEADERS: [&str; 6] = [
    "http-authorization",
    "authentication",
    "authorisation",
    "x-authorization",
    "x-auth-token",
    "token",
];

/// Keywords of other schemes and packages.
const KEYWORDS: [&str; 9] = [
    "Bearer",
    "Token",
    "Basic",
    "JWT",
    "Api-Key",
    "ApiKey",
    "Digest",
    "Negotiate",
    "OAuth",
];

/// What stands where a key belongs when a program had none.
const PLACEHOLDERS: [&str; 12] = [
    "null",
    "undefined",
    "none",
    "nil",
    "nan",
    "false",
    "true",
    "[object",
    "{{",
    "${",
    "<",
    "your",
];

/// What is wrong with the credential of a request, if anything is seen.
pub(super) fn in_headers(headers: &HeaderMap, expected: &Expected) -> Option<Mistake> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        let named = OTHER_HEADERS
            .into_iter()
            .find(|name| headers.contains_key(*name));
        // With an underscore, as WSGI names it; proxies drop it more often than not.
        let underscored = || headers.contains_key("http_authorization");
        return named
            .or_else(|| underscored().then_some("HTTP_AUTHORIZATION"))
            .map(Mistake::HeaderName);
    };
    if values.next().is_some() {
        return Some(Mistake::Several);
    }
    of_value(
        &super::super::wire::charset::latin1(value.as_bytes()),
        expected,
    )
}

/// What is wrong with a credential as somebody would type it: a whole header line, its value, or the key alone.
///
/// ```
/// use hallpass::diagnostics::{Expected, Mistake, mistake};
/// use hallpass::settings::Settings;
///
/// let expected = Expected::of(&Settings::default());
/// assert_eq!(mistake("Authorization: Token \"a11ce\"", &expected), Some(Mistake::Quoted));
/// let good = "Token a11ce00000000000000000000000000000000001";
/// assert_eq!(mistake(good, &expected), None);
/// ```
#[must_use]
pub fn mistake(line: &str, expected: &Expected) -> Option<Mistake> {
    let line = line.trim_end_matches(['\r', '\n']);
    let Some((name, value)) = line.split_once(':') else {
        return of_value(line, expected);
    };
    let plain = name.trim().to_ascii_lowercase().replace('_', "-");
    if plain == "authorization" && !name.contains('_') {
        return of_value(value, expected);
    }
    match OTHER_HEADERS.into_iter().find(|other| *other == plain) {
        // `Token: …` is more often the keyword with a colon than a header.
        Some("token") => Some(Mistake::KeywordMark(':')),
        Some(other) => Some(Mistake::HeaderName(other)),
        None => of_value(line, expected),
    }
}

fn of_value(value: &str, expected: &Expected) -> Option<Mistake> {
    let value = value.trim_matches([' ', '\t']);
    if value.is_empty() {
        return Some(Mistake::Empty);
    }
    if value.contains("%20") {
        return Some(Mistake::PercentEncoded);
    }
    if value.starts_with(is_quote) {
        return Some(Mistake::Quoted);
    }
    let (word, rest) = value.split_once(' ').unwrap_or((value, ""));
    let is = |name: &str| word.eq_ignore_ascii_case(name);
    if let Some(mark) = mark_after(word, &expected.keyword) {
        return Some(Mistake::KeywordMark(mark));
    }
    if is("basic") {
        return of_basic(rest.trim_matches([' ', '\t']), expected);
    }
    if expected.token && is(&expected.keyword) {
        return of_key(rest.trim_matches([' ', '\t']), &expected.keyword);
    }
    let known = KEYWORDS.into_iter().find(|known| is(known));
    if rest.is_empty() && known.is_none() {
        return Some(placeholder(word).map_or(Mistake::NoKeyword, Mistake::Placeholder));
    }
    match of_key(rest.trim_matches([' ', '\t']), &expected.keyword) {
        Some(mistake @ (Mistake::Jwt | Mistake::BasicElsewhere)) => Some(mistake),
        _ => Some(Mistake::OtherKeyword(known)),
    }
}

/// What is behind the keyword.
fn of_key(key: &str, keyword: &str) -> Option<Mistake> {
    if key.is_empty() {
        return Some(Mistake::Empty);
    }
    if key.starts_with(is_quote) || key.ends_with(is_quote) {
        return Some(Mistake::Quoted);
    }
    if let Some(word) = placeholder(key) {
        return Some(Mistake::Placeholder(word));
    }
    let mut words = key.split(' ');
    if words.next().is_some_and(|word| {
        let word = word.trim_end_matches([':', '=']);
        word.eq_ignore_ascii_case(keyword) || word.eq_ignore_ascii_case("bearer")
    }) {
        return Some(Mistake::KeywordTwice);
    }
    if key
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
    {
        return Some(Mistake::BlankInside);
    }
    if key.contains(',') {
        return Some(Mistake::Several);
    }
    if key.starts_with("eyJ") && key.split('.').count() == 3 {
        return Some(Mistake::Jwt);
    }
    if key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return of_digits(key);
    }
    if is_name_and_password(key) {
        return Some(Mistake::BasicElsewhere);
    }
    match key.split_once('.') {
        Some((prefix, secret)) if prefix.len() == 8 && secret.len() >= 32 => Some(Mistake::ApiKey),
        _ => None,
    }
}

fn of_digits(key: &str) -> Option<Mistake> {
    if key.len() != 40 {
        return Some(Mistake::Length(key.len()));
    }
    let has_capitals = key.bytes().any(|byte| byte.is_ascii_uppercase());
    has_capitals.then_some(Mistake::Capitals)
}

fn of_basic(encoded: &str, expected: &Expected) -> Option<Mistake> {
    if !expected.basic {
        return Some(Mistake::OtherKeyword(Some("Basic")));
    }
    if encoded.is_empty() {
        return Some(Mistake::Empty);
    }
    (!is_name_and_password(encoded)).then_some(Mistake::NotBasic)
}

fn is_name_and_password(encoded: &str) -> bool {
    let decoded = base64::decode_lenient(encoded.as_bytes());
    decoded.is_some_and(|decoded| {
        std::str::from_utf8(&decoded)
            .is_ok_and(|text| text.contains(':') && !text.chars().any(char::is_control))
    })
}

fn mark_after(word: &str, keyword: &str) -> Option<char> {
    let front = word.get(..keyword.len())?;
    let mark = word.get(keyword.len()..)?.chars().next()?;
    (front.eq_ignore_ascii_case(keyword) && matches!(mark, ':' | '=')).then_some(mark)
}

fn placeholder(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let is_whole = |word: &str| word.chars().all(|c| c.is_ascii_alphabetic()) && word != "your";
    PLACEHOLDERS
        .into_iter()
        .find(|word| text == *word || !is_whole(word) && text.starts_with(word))
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '«' | '»' | '„'
    )
}

/// Blanks that look like nothing: no-break space, zero-width characters, byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
