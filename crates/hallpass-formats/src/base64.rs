//! Base64 in the spellings Django meets.
//!
//! Writing is plain: URL-safe without padding for signed values, standard with padding for most password
//! hashes, without padding for Argon2, and bcrypt's own alphabet. Reading follows CPython's `binascii.a2b_base64` in its default, lenient mode, because both
//! DRF's Basic authentication and Django's `b64_decode` go through it.

use base64::Engine;
use base64::alphabet;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{NO_PAD, STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// bcrypt's order of symbols: `./`, letters, digits.
const BCRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, NO_PAD);

/// URL-safe base64 without `=` (Django 5.2 `signing.b64_encode`).
pub fn encode_urlsafe(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Standard base64 with padding (Python's `base64.b64encode`), as found in password hashes.
pub fn encode_standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Standard base64 without padding, as in Argon2's text.
pub(crate) fn encode_standard_unpadded(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// Reads it strictly: no padding, no other symbols, no bits left over.
pub(crate) fn decode_standard_unpadded(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text).ok()
}

/// The base64 of bcrypt.
pub(crate) fn encode_bcrypt(bytes: &[u8]) -> String {
    BCRYPT.encode(bytes)
}

/// Reads it strictly: no other symbols, no bits left over.
pub(crate) fn decode_bcrypt(text: &str) -> Option<Vec<u8>> {
    BCRYPT.decode(text).ok()
}

/// What CPython's `binascii.a2b_base64` makes of the text: junk is skipped, a complete padding ends the
/// reading, and only a number of symbols that leaves a remainder is an error.
///
/// ```
/// use hallpass_formats::base64::decode_lenient;
///
/// assert_eq!(decode_lenient(b"dTpw").as_deref(), Some(&b"u:p"[..]));
/// assert_eq!(decode_lenient(b"dTp"), None);
/// ```
pub fn decode_lenient(text: &[u8]) -> Option<Vec<u8>> {
    decode_symbols(text.iter().copied())
}

/// What Django 5.2's `signing.b64_decode` makes of the text: padding is added to a multiple of four,
/// `-` and `_` stand for `+` and `/`, then the lenient reading applies.
pub fn decode_urlsafe_lenient(text: &[u8]) -> Option<Vec<u8>> {
    let missing = (4 - text.len() % 4) % 4;
    let symbols = text.iter().map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    });
    decode_symbols(symbols.chain(std::iter::repeat_n(b'=', missing)))
}

fn decode_symbols(symbols: impl Iterator<Item = u8>) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(symbols.size_hint().0 / 4 * 3 + 3);
    // `phase` counts the symbols of the current group of four, `left` holds the bits not yet written.
    let mut phase = 0_u8;
    let mut left = 0_u8;
    let mut pads = 0_u8;
    for symbol in symbols {
        if symbol == b'=' {
            if phase >= 2 {
                pads += 1;
                if phase + pads >= 4 {
                    return Some(decoded);
                }
            }
            continue;
        }
        let Some(value) = value_of(symbol) else {
            continue;
        };
        pads = 0;
        match phase {
            0 => left = value,
            1 => {
                decoded.push(left << 2 | value >> 4);
                left = value & 0x0f;
            }
            2 => {
                decoded.push(left << 4 | value >> 2);
                left = value & 0x03;
            }
            _ => {
                decoded.push(left << 6 | value);
                left = 0;
            }
        }
        phase = (phase + 1) % 4;
    }
    (phase == 0).then_some(decoded)
}

fn value_of(symbol: u8) -> Option<u8> {
    match symbol {
        b'A'..=b'Z' => Some(symbol - b'A'),
        b'a'..=b'z' => Some(symbol - b'a' + 26),
        b'0'..=b'9' => Some(symbol - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}
