//! Masks, formats and comparisons of `csrf.json`.

use hallpass_formats::csrf::{CsrfFormatError, CsrfSecret};
use hallpass_formats::random::ALPHANUMERIC;

use crate::vectors::Vectors;

#[test]
fn masks_are_djangos() {
    let vectors = Vectors::load("csrf.json");
    for row in vectors.rows("mask_pairs") {
        let secret = CsrfSecret::parse(row.str("secret")).expect("a secret");
        let mask = CsrfSecret::parse(row.str("mask")).expect("a mask");
        assert_eq!(secret.mask_with(&mask), row.str("token"));
        let unmasked = CsrfSecret::parse(row.str("token")).expect("a token");
        assert_eq!(unmasked.as_str(), row.str("secret"));
        assert!(unmasked.matches(&secret));
    }
}

/// The part of the decision table that needs nothing of the request.
fn reason(cookie: Option<&str>, header: Option<&str>, field: Option<&str>) -> Option<String> {
    let secret = match cookie.map(CsrfSecret::parse) {
        None => return Some("CSRF cookie not set.".into()),
        Some(Err(error)) => return Some(format!("CSRF cookie {error}.")),
        Some(Ok(secret)) => secret,
    };
    let (token, source) = match (field, header) {
        (Some(field), _) if !field.is_empty() => (field, "POST"),
        (_, Some(header)) => (header, "the 'X-Csrftoken' HTTP header"),
        _ => return Some("CSRF token missing.".into()),
    };
    match CsrfSecret::parse(token) {
        Err(error) => Some(format!("CSRF token from {source} {error}.")),
        Ok(token) if token.matches(&secret) => None,
        Ok(_) => Some(format!("CSRF token from {source} incorrect.")),
    }
}

#[test]
fn verdicts_are_djangos() {
    for row in Vectors::load("csrf.json").rows("token_verdicts") {
        let verdict = reason(
            row.opt_str("cookie"),
            row.opt_str("header"),
            row.opt_str("field"),
        );
        assert_eq!(verdict.as_deref(), row.opt_str("reason"), "{row:?}");
    }
}

#[test]
fn fresh_secrets_and_masks_differ() {
    let secret = CsrfSecret::generate();
    assert_eq!(secret.as_str().len(), 32);
    assert!(!secret.matches(&CsrfSecret::generate()));
    let (one, other) = (secret.mask(), secret.mask());
    assert_ne!(one, other);
    for token in [one, other] {
        assert_eq!(token.len(), 64);
        assert!(token.chars().all(|symbol| ALPHANUMERIC.contains(symbol)));
        assert!(CsrfSecret::parse(&token).expect("a token").matches(&secret));
    }
}

#[test]
fn length_is_counted_in_characters_and_judged_first() {
    assert_eq!(
        CsrfSecret::parse(&"é".repeat(16)).err(),
        Some(CsrfFormatError::IncorrectLength)
    );
    assert_eq!(
        CsrfSecret::parse(&"é".repeat(32)).err(),
        Some(CsrfFormatError::InvalidCharacters)
    );
}
