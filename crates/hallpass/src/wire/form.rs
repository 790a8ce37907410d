//! Form data, and the `application/x-www-form-urlencoded` bodies and query strings it comes from.
//!
//! The rules are those of Django 5.2's `QueryDict`: pairs end at `&`, `+` is a space, a `%`
//! without two hex digits stays, a name without `=` has an empty value, and names may repeat. At
//! most 1000 fields are taken (`DATA_UPLOAD_MAX_NUMBER_FIELDS`).

use std::fmt;

use super::charset::Charset;
use super::text::percent_decode;

/// Django's default for `DATA_UPLOAD_MAX_NUMBER_FIELDS`.
pub const DEFAULT_MAX_FIELDS: usize = 1000;

/// The fields of a form in the order sent.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct FormData {
    fields: Vec<(String, String)>,
    files: Vec<FilePart>,
}

/// An uploaded file, of which only the names are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePart {
    /// The form field's name.
    pub field: String,
    /// The file name as sent, without directories.
    pub file_name: String,
}

impl FormData {
    /// The value of the last field called `name`, which is the one Django's `data["name"]` gives.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().rev().find(|(found, _)| found == name)?;
        Some(value)
    }

    /// Names and values in order, duplicates included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The number of fields, files not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are no fields (there may be files).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The uploaded files of a multipart form; their contents are not kept.
    #[must_use]
    pub fn files(&self) -> &[FilePart] {
        &self.files
    }

    pub(super) fn push(&mut self, name: String, value: String) {
        self.fields.push((name, value));
    }

    pub(super) fn extend_files(&mut self, files: impl IntoIterator<Item = FilePart>) {
        self.files.extend(files);
    }
}

/// Values may be passwords: only the names are shown.
impl fmt::Debug for FormData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

/// The form has more fields than the limit (Django: `TooManyFieldsSent`, a 400).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The number of GET/POST parameters exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS.")]
pub struct TooManyFields;

/// Reads a urlencoded body or query string.
///
/// Bytes that do not fit `charset` make the whole body latin-1 before its escapes are decoded;
/// escapes that do not fit become U+FFFD.
///
/// # Errors
///
/// [`TooManyFields`] if there are more than `max_fields`, empty ones counted.
///
/// ```
/// use hallpass::wire::{charset::Charset, form};
/// let data = form::parse_urlencoded(b"a=1&b=x+y%21&a=2&c", Charset::Utf8, 1000).unwrap();
/// assert_eq!(data.last("a"), Some("2"));
/// assert_eq!(data.last("b"), Some("x y!"));
/// assert_eq!(data.last("c"), Some(""));
/// ```
pub fn parse_urlencoded(
    body: &[u8],
    charset: Charset,
    max_fields: usize,
) -> Result<FormData, TooManyFields> {
    let mut data = FormData::default();
    if body.is_empty() {
        return Ok(data);
    }
    let separators = body.iter().filter(|byte| **byte == b'&').count();
    if separators >= max_fields {
        return Err(TooManyFields);
    }
    let text = charset
        .decode_strict(body)
        .unwrap_or_else(|| Charset::Latin1.decode(body));
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        data.push(decode(name, charset), decode(value, charset));
    }
    Ok(data)
}

fn decode(text: &str, charset: Charset) -> String {
    percent_decode(&text.replace('+', " "), charset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &[u8]) -> Vec<(String, String)> {
        parse_urlencoded(body, Charset::Utf8, 10).unwrap().fields
    }

    #[test]
    fn keeps_djangos_leniency() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            fields(b"&&a=%zz&=b;c=d&"),
            [pair("a", "%zz"), pair("", "b;c=d")]
        );
        assert_eq!(fields(b"a=%ff%C3%A9"), [pair("a", "\u{fffd}é")]);
        assert_eq!(fields(b"a=\xc3\xa9"), [pair("a", "é")]);
        assert_eq!(fields(b"a=\xff\xc3\xa9"), [pair("a", "ÿÃ©")]);
        assert_eq!(fields(b""), []);
    }

    #[test]
    fn counts_fields_before_reading_them() {
        assert!(parse_urlencoded(b"&&&&&&&&&", Charset::Utf8, 10).is_ok());
        assert_eq!(
            parse_urlencoded(b"&&&&&&&&&&", Charset::Utf8, 10),
            Err(TooManyFields)
        );
    }

    #[test]
    fn debug_shows_names_only() {
        let data = parse_urlencoded(b"password=hunter2", Charset::Utf8, 10).unwrap();
        assert_eq!(format!("{data:?}"), r#"["password"]"#);
    }
}
