//! Python's reading of text: latin-1 headers, `str.strip`, and `urllib.parse.unquote`.

use super::charset::Charset;

pub use hallpass_formats::username::trim_python as trim;

/// Decodes `%XX` as Python's `unquote(text, encoding, errors="replace")`.
///
/// A `%` without two hex digits stays. Decoded bytes are turned into text per run of ASCII
/// characters, so a multi-byte character cannot be completed across a literal non-ASCII one.
#[must_use]
pub fn percent_decode(text: &str, charset: Charset) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut decoded = String::with_capacity(text.len());
    let mut run = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(byte) = escaped_byte(rest.as_bytes()) {
            run.push(byte);
            rest = rest.get(3..).unwrap_or_default();
            continue;
        }
        if c.is_ascii() {
            run.push(c as u8);
        } else {
            decoded.push_str(&charset.decode(&run));
            run.clear();
            decoded.push(c);
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    decoded.push_str(&charset.decode(&run));
    decoded
}

/// Decodes `%XX` to bytes, as Python's `unquote_to_bytes`.
#[must_use]
pub fn percent_decode_bytes(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match escaped_byte(rest) {
            Some(byte) => {
                decoded.push(byte);
                rest = rest.get(3..).unwrap_or_default();
            }
            None => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    decoded
}

/// The byte written as `%XX` at the start of `text`.
fn escaped_byte(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else {
        return None;
    };
    let high = char::from(*high).to_digit(16)?;
    let low = char::from(*low).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// Percent-encodes the UTF-8 bytes of `text`, except ASCII letters, digits, `_.-~` and those in
/// `safe`, as Python's `quote(text, safe)`.
#[must_use]
pub fn percent_encode(text: &str, safe: &str) -> String {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric()
            || b"_.-~".contains(&byte)
            || safe.as_bytes().contains(&byte)
        {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 15] {
                encoded.extend(HEX.get(usize::from(digit)));
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_what_python_trims() {
        assert_eq!(trim("\u{1c}\u{a0}\u{3000} a\u{85}\u{1f}"), "a");
        assert_eq!(trim("\u{200b}a"), "\u{200b}a");
    }

    #[test]
    fn decodes_escapes_run_by_run() {
        assert_eq!(percent_decode("%C3%A9", Charset::Utf8), "é");
        assert_eq!(
            percent_decode("%C3é%A9", Charset::Utf8),
            "\u{fffd}é\u{fffd}"
        );
        assert_eq!(percent_decode("%e9", Charset::Latin1), "é");
        assert_eq!(
            percent_decode("100%, %zz %4", Charset::Utf8),
            "100%, %zz %4"
        );
        assert_eq!(percent_decode("%4é", Charset::Utf8), "%4é");
    }
}
