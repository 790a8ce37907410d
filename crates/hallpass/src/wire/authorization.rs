//! What the `Authorization` header says to DRF's `TokenAuthentication` and `BasicAuthentication`.
//!
//! DRF 3.16 splits the raw bytes on ASCII white space, compares the first word with the scheme and
//! complains only once the scheme is its own: a malformed header of another scheme is nobody's
//! error. `Ok(None)` means "not mine, ask the next class".

use std::fmt;

use hallpass_formats::base64;

/// The header names this scheme but its credentials cannot be read.
///
/// The display text is DRF's `detail`, to be sent as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct AuthorizationError {
    detail: &'static str,
}

impl AuthorizationError {
    /// DRF's exact message for the response body.
    #[must_use]
    pub fn detail(&self) -> &'static str {
        self.detail
    }
}

const NO_TOKEN: AuthorizationError = AuthorizationError {
    detail: "Invalid token header. No credentials provided.",
};
const SPACES_IN_TOKEN: AuthorizationError = AuthorizationError {
    detail: "Invalid token header. Token string should not contain spaces.",
};
const TOKEN_NOT_TEXT: AuthorizationError = AuthorizationError {
    detail: "Invalid token header. Token string should not contain invalid characters.",
};
const NO_BASIC: AuthorizationError = AuthorizationError {
    detail: "Invalid basic header. No credentials provided.",
};
const SPACES_IN_BASIC: AuthorizationError = AuthorizationError {
    detail: "Invalid basic header. Credentials string should not contain spaces.",
};
const BASIC_NOT_BASE64: AuthorizationError = AuthorizationError {
    detail: "Invalid basic header. Credentials not correctly base64 encoded.",
};

/// Name and password of a Basic header, exactly as sent: not trimmed, not normalised.
#[derive(Clone, PartialEq, Eq)]
pub struct BasicCredentials {
    /// The text before the first colon; may be empty.
    pub username: String,
    /// The text after the first colon; may be empty or hold colons.
    pub password: String,
}

impl fmt::Debug for BasicCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicCredentials")
            .field("username", &self.username)
            .field("password", &"<redacted>")
            .finish()
    }
}

/// The key in a token header whose scheme is `keyword` (`Token` by default in DRF).
///
/// `Ok(None)` if the header is blank or of another scheme.
///
/// # Errors
///
/// With DRF's message if there is no key, more than one word, or a key that is not UTF-8.
///
/// ```
/// use hallpass::wire::authorization::token_credentials;
/// assert_eq!(token_credentials(b"token 3f5e", "Token"), Ok(Some("3f5e")));
/// assert_eq!(token_credentials(b"Basic dTpw", "Token"), Ok(None));
/// assert!(token_credentials(b"Token a b", "Token").is_err());
/// ```
pub fn token_credentials<'a>(
    header: &'a [u8],
    keyword: &str,
) -> Result<Option<&'a str>, AuthorizationError> {
    if let Some(key) = usual_token(header, keyword) {
        return Ok(Some(key));
    }
    let Some(credentials) = Credentials::of_scheme(header, keyword) else {
        return Ok(None);
    };
    let key = match credentials {
        Credentials::None => return Err(NO_TOKEN),
        Credentials::Several => return Err(SPACES_IN_TOKEN),
        Credentials::One(key) => key,
    };
    match std::str::from_utf8(key) {
        Ok(key) => Ok(Some(key)),
        Err(_) => Err(TOKEN_NOT_TEXT),
    }
}

/// What nearly every client sends: the keyword, one space, and a key of printable ASCII. `None` says nothing.
fn usual_token<'a>(header: &'a [u8], keyword: &str) -> Option<&'a str> {
    let (word, rest) = header.split_at_checked(keyword.len())?;
    let key = rest.strip_prefix(b" ")?;
    // A keyword that is no word is no header's first word.
    let usual = is_graphic(keyword.as_bytes())
        && word.eq_ignore_ascii_case(keyword.as_bytes())
        && is_graphic(key);
    usual.then(|| std::str::from_utf8(key).ok())?
}

/// Whether it is a word of printable ASCII.
fn is_graphic(word: &[u8]) -> bool {
    // Without a way out in the middle, and in bytes only, it is a few instructions for many of them.
    let odd = |odd: u8, byte: &u8| odd | u8::from(byte.wrapping_sub(b'!') > b'~' - b'!');
    !word.is_empty() && word.iter().fold(0, odd) == 0
}

/// Name and password of a Basic header; `Ok(None)` if it is blank or of another scheme.
///
/// # Errors
///
/// With DRF's message if there are no credentials, more than one word, or if Python's lenient
/// Base64 cannot read them, or they hold no colon.
pub fn basic_credentials(header: &[u8]) -> Result<Option<BasicCredentials>, AuthorizationError> {
    let Some(credentials) = Credentials::of_scheme(header, "basic") else {
        return Ok(None);
    };
    let encoded = match credentials {
        Credentials::None => return Err(NO_BASIC),
        Credentials::Several => return Err(SPACES_IN_BASIC),
        Credentials::One(encoded) => encoded,
    };
    let decoded = base64::decode_lenient(encoded).ok_or(BASIC_NOT_BASE64)?;
    // One choice for the whole: a single bad byte makes name and password latin-1.
    let text =
        String::from_utf8(decoded).unwrap_or_else(|error| super::charset::latin1(error.as_bytes()));
    let (username, password) = text.split_once(':').ok_or(BASIC_NOT_BASE64)?;
    Ok(Some(BasicCredentials {
        username: username.to_owned(),
        password: password.to_owned(),
    }))
}

/// The words that follow the scheme.
enum Credentials<'a> {
    None,
    One(&'a [u8]),
    Several,
}

impl Credentials<'_> {
    /// `None` if the header's first word is not `scheme`.
    fn of_scheme<'a>(header: &'a [u8], scheme: &str) -> Option<Credentials<'a>> {
        let mut words = header
            .split(|byte| matches!(byte, b'\t'..=b'\r' | b' '))
            .filter(|word| !word.is_empty());
        // DRF lower-cases its keyword as Unicode, the received bytes only as ASCII.
        let word = words.next()?;
        let same = match scheme.is_ascii() {
            true => word.eq_ignore_ascii_case(scheme.as_bytes()),
            false => word.to_ascii_lowercase() == scheme.to_lowercase().as_bytes(),
        };
        if !same {
            return None;
        }
        Some(match (words.next(), words.next()) {
            (None, _) => Credentials::None,
            (Some(word), None) => Credentials::One(word),
            (Some(_), Some(_)) => Credentials::Several,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_password() {
        let credentials = basic_credentials(b"Basic YWxpY2U6aHVudGVyMg==")
            .unwrap()
            .unwrap();
        let shown = format!("{credentials:?}");
        assert!(
            shown.contains("alice") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
}
