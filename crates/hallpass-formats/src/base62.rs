//! Numbers in base 62, the spelling of the time inside a signed value.
//!
//! Django's `signing.b62_encode` uses digits, upper case, lower case in that order, no padding, and a
//! leading `-` below zero. Reading takes the same text; Python's unlimited integers are cut to 128 bits.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The text of a number (Django 5.2 `b62_encode`).
///
/// ```
/// assert_eq!(hallpass_formats::base62::encode(1_767_225_600), "1vb66i");
/// ```
pub fn encode(number: impl Into<i128>) -> String {
    let number = number.into();
    let mut rest = number.unsigned_abs();
    let mut reversed = Vec::new();
    loop {
        let digit = usize::try_from(rest % 62).unwrap_or_default();
        reversed.extend(ALPHABET.get(digit).map(|symbol| char::from(*symbol)));
        rest /= 62;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        reversed.push('-');
    }
    reversed.into_iter().rev().collect()
}

/// The number of a text (Django 5.2 `b62_decode`), or nothing if it is empty, holds another
/// character, or does not fit 128 bits. A lone `-` is zero, as in Django.
pub fn decode(text: &str) -> Option<i128> {
    if text.is_empty() {
        return None;
    }
    let (digits, negative) = match text.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let mut number: i128 = 0;
    for symbol in digits.bytes() {
        let digit = ALPHABET.iter().position(|candidate| *candidate == symbol)?;
        number = number
            .checked_mul(62)?
            .checked_add(i128::try_from(digit).ok()?)?;
    }
    Some(if negative { -number } else { number })
}
