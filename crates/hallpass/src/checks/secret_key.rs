//! The secret key: is there one, and is it a secret? Django asks only with `--deploy`; a key that is printed in a
//! tutorial is a fault everywhere.

use std::collections::BTreeSet;

use super::table::{FALLBACK_KEY_WEAK, SECRET_KEY_MISSING, SECRET_KEY_WEAK};
use super::{Finding, Settings};

/// Django 5.2's `SECRET_KEY_INSECURE_PREFIX`.
const PLACEHOLDER: &str = "django-insecure-";
/// Django 5.2's `SECRET_KEY_MIN_LENGTH`, in characters.
const LENGTH: usize = 50;
/// Django 5.2's `SECRET_KEY_MIN_UNIQUE_CHARACTERS`.
const DISTINCT: usize = 5;

pub(super) fn missing(settings: &Settings) -> Option<Finding> {
    let is_missing = settings.secret_key.is_empty();
    is_missing.then(|| Finding::new(&SECRET_KEY_MISSING, "secret_key is empty."))
}

pub(super) fn weak(settings: &Settings) -> Option<Finding> {
    if settings.secret_key.is_empty() {
        return None;
    }
    let weakness = weakness(settings.secret_key.expose())?;
    Some(Finding::new(
        &SECRET_KEY_WEAK,
        format!("secret_key {weakness}."),
    ))
}

pub(super) fn weak_fallbacks(settings: &Settings) -> Vec<Finding> {
    let keys = settings.secret_key_fallbacks.iter().enumerate();
    keys.filter_map(|(position, key)| {
        let weakness = weakness(key.expose())?;
        let seen = format!("secret_key_fallbacks[{position}] {weakness}.");
        Some(Finding::new(&FALLBACK_KEY_WEAK, seen))
    })
    .collect()
}

/// Django's rule for W009 and W025, in words that do not contain the key.
fn weakness(key: &str) -> Option<String> {
    if key.starts_with(PLACEHOLDER) {
        return Some(format!(
            "begins with {PLACEHOLDER:?}: it is the placeholder that startproject writes"
        ));
    }
    let length = key.chars().count();
    if length < LENGTH {
        return Some(format!("has {length} characters, fewer than {LENGTH}"));
    }
    let distinct = key.chars().collect::<BTreeSet<_>>().len();
    (distinct < DISTINCT)
        .then(|| format!("has {distinct} different characters, fewer than {DISTINCT}"))
}
