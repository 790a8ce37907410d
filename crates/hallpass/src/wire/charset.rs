//! The three text encodings a request may name.
//!
//! Django looks a `charset` parameter up among all of Python's codecs and falls back to UTF-8 for
//! unknown names. We know UTF-8, latin-1 and ASCII; every other name is "unknown" to us, so the
//! fallback covers it. This is a deliberate difference: bodies in, say, UTF-16 are not read.

use std::borrow::Cow;

/// A text encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// UTF-8, Django's default.
    #[default]
    Utf8,
    /// ISO 8859-1: every byte is the character of that number.
    Latin1,
    /// US-ASCII.
    Ascii,
}

impl Charset {
    /// The encoding a label names, `None` for one we do not know. Letter case and the choice and
    /// number of separators do not matter, as in Python's codec lookup.
    #[must_use]
    pub fn from_label(label: &str) -> Option<Charset> {
        match plain_label(label)?.as_str() {
            "utf_8" | "utf8" | "u8" | "utf" | "cp65001" => Some(Charset::Utf8),
            "iso_8859_1" | "iso8859_1" | "iso8859" | "8859" | "latin_1" | "latin1" | "latin"
            | "l1" | "cp819" | "ibm819" => Some(Charset::Latin1),
            "ascii" | "us_ascii" | "us" | "646" | "cp367" | "ibm367" => Some(Charset::Ascii),
            _ => None,
        }
    }

    /// Decodes with U+FFFD for what does not fit, as Python's `errors="replace"`.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Charset::Utf8 => String::from_utf8_lossy(bytes),
            Charset::Latin1 => Cow::Owned(latin1(bytes)),
            Charset::Ascii => match std::str::from_utf8(bytes) {
                Ok(text) if bytes.is_ascii() => Cow::Borrowed(text),
                _ => Cow::Owned(
                    bytes
                        .iter()
                        .map(|byte| {
                            if byte.is_ascii() {
                                char::from(*byte)
                            } else {
                                char::REPLACEMENT_CHARACTER
                            }
                        })
                        .collect(),
                ),
            },
        }
    }

    /// Decodes only if every byte fits.
    #[must_use]
    pub fn decode_strict(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Charset::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Charset::Latin1 => Some(self.decode(bytes)),
            Charset::Ascii => bytes.is_ascii().then(|| self.decode(bytes)),
        }
    }
}

/// Whether a label names one of Python's codecs that make bytes of bytes, such as `hex` or `zip`. DRF 3.18 refuses
/// them, because a small body could expand without bound.
#[must_use]
pub fn is_no_text_encoding(label: &str) -> bool {
    const CODECS: [&str; 18] = [
        "base64",
        "base64_codec",
        "base_64",
        "bz2",
        "bz2_codec",
        "hex",
        "hex_codec",
        "quopri",
        "quopri_codec",
        "quoted_printable",
        "quotedprintable",
        "rot13",
        "rot_13",
        "uu",
        "uu_codec",
        "zip",
        "zlib",
        "zlib_codec",
    ];
    let plain = plain_label(label);
    plain.is_some_and(|plain| CODECS.contains(&plain.as_str()))
}

/// Lower case, with one underscore for whatever separates the words; `None` for a label too long to be one.
fn plain_label(label: &str) -> Option<String> {
    if label.len() > 40 {
        return None;
    }
    let lower = label.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    Some(words.join("_"))
}

/// Reads bytes as latin-1, as WSGI hands header values to Django. Never fails.
///
/// ```
/// assert_eq!(hallpass::wire::charset::latin1(b"caf\xe9"), "café");
/// ```
#[must_use]
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_usual_labels() {
        assert_eq!(Charset::from_label("UTF-8"), Some(Charset::Utf8));
        assert_eq!(Charset::from_label("ISO-8859-1"), Some(Charset::Latin1));
        assert_eq!(Charset::from_label("us-ascii"), Some(Charset::Ascii));
        assert_eq!(Charset::from_label("hex"), None);
        assert!(is_no_text_encoding("HEX") && is_no_text_encoding("zlib-codec"));
        assert!(!is_no_text_encoding("utf-8") && !is_no_text_encoding("bogus"));
    }

    #[test]
    fn replaces_what_does_not_fit() {
        assert_eq!(Charset::Utf8.decode(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(Charset::Ascii.decode(b"a\xc3\xa9"), "a\u{fffd}\u{fffd}");
        assert_eq!(Charset::Ascii.decode_strict(b"\xe9"), None);
    }
}
