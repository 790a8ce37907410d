//! Comparing the CSRF token a client sent with the secret in its cookie.
//!
//! This is the last part of Django 5.2's check, after Origin and Referer: cookie form, presence,
//! token form, match, in that order. A form field that is not empty beats the header even when it
//! is wrong; an empty one gives way to it.

use hallpass_formats::csrf::{CsrfFormatError, CsrfSecret};

/// Judges the token of a request.
///
/// `cookie` is the CSRF cookie's text (or the session's secret), `field` the form field
/// `csrfmiddlewaretoken` of a POST, `header` the token header, and `header_display` its name in
/// messages, see [`header_display_name`].
///
/// # Errors
///
/// Django's reason for the refusal, word for word.
///
/// ```
/// use hallpass::wire::csrf_token::verdict;
/// let secret = "abcdefghijABCDEFGHIJ0123456789Zz";
/// assert_eq!(verdict(Some(secret), None, Some(secret), "X-Csrftoken"), Ok(()));
/// assert_eq!(verdict(Some(secret), None, None, "X-Csrftoken"), Err("CSRF token missing.".into()));
/// ```
pub fn verdict(
    cookie: Option<&str>,
    field: Option<&str>,
    header: Option<&str>,
    header_display: &str,
) -> Result<(), String> {
    let Some(cookie) = cookie else {
        return Err("CSRF cookie not set.".to_owned());
    };
    let secret =
        CsrfSecret::parse(cookie).map_err(|error| format!("CSRF cookie {}.", fault(&error)))?;
    let field = field.filter(|field| !field.is_empty());
    let (token, source) = match (field, header) {
        (Some(field), _) => (field, "POST".to_owned()),
        (None, Some(header)) => (header, format!("the '{header_display}' HTTP header")),
        (None, None) => return Err("CSRF token missing.".to_owned()),
    };
    let token = CsrfSecret::parse(token)
        .map_err(|error| format!("CSRF token from {source} {}.", fault(&error)))?;
    if secret.matches(&token) {
        return Ok(());
    }
    Err(format!("CSRF token from {source} incorrect."))
}

fn fault(error: &CsrfFormatError) -> &'static str {
    match error {
        CsrfFormatError::IncorrectLength => "has incorrect length",
        _ => "has invalid characters",
    }
}

/// The header that `CSRF_HEADER_NAME` stands for, in lower case: `HTTP_X_CSRFTOKEN` is
/// `x-csrftoken`. `None` if the setting is not the WSGI name of a request header.
#[must_use]
pub fn header_name(meta_name: &str) -> Option<String> {
    let name = meta_name
        .strip_prefix("HTTP_")
        .filter(|name| !name.is_empty())?;
    Some(name.replace('_', "-").to_ascii_lowercase())
}

/// The header's name as Django's messages spell it: `HTTP_X_CSRFTOKEN` is `X-Csrftoken`.
///
/// As Python's `str.title`: a letter is upper case exactly when no letter precedes it.
#[must_use]
pub fn header_display_name(meta_name: &str) -> String {
    let name = meta_name.strip_prefix("HTTP_").unwrap_or(meta_name);
    let mut follows_letter = false;
    let mut display = String::with_capacity(name.len());
    for c in name.chars() {
        let c = if c == '_' { '-' } else { c };
        display.push(match follows_letter {
            true => c.to_ascii_lowercase(),
            false => c.to_ascii_uppercase(),
        });
        follows_letter = c.is_alphabetic();
    }
    display
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_header() {
        assert_eq!(
            header_name("HTTP_X_CSRFTOKEN").as_deref(),
            Some("x-csrftoken")
        );
        assert_eq!(header_name("X_CSRFTOKEN"), None);
        assert_eq!(header_display_name("HTTP_X_CSRFTOKEN"), "X-Csrftoken");
        assert_eq!(header_display_name("HTTP_X_XSRF_TOKEN"), "X-Xsrf-Token");
        assert_eq!(header_display_name("HTTP_X_2FA_TOKEN"), "X-2Fa-Token");
    }
}
