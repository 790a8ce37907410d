//! The recorded answers of Django and DRF in `tests/vectors/` at the repository's root.

use std::path::Path;

use serde_json::Value;

/// One vector file.
pub(crate) fn load(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/vectors")
        .join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The rows under `key`; never empty, so that a renamed key cannot pass unseen.
pub(crate) fn rows(file: &str, key: &str) -> Vec<Value> {
    let rows = load(file)[key]
        .as_array()
        .unwrap_or_else(|| panic!("{file}: no {key}"))
        .clone();
    assert!(!rows.is_empty(), "{file}: {key} is empty");
    rows
}

/// The text under `key`, `None` for null or missing.
pub(crate) fn text<'a>(row: &'a Value, key: &str) -> Option<&'a str> {
    row[key].as_str()
}

/// The list of texts under `key`.
pub(crate) fn texts<'a>(row: &'a Value, key: &str) -> Vec<&'a str> {
    row[key]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}
