//! Integers of any size between their decimal text and Python's `encode_long`: two's complement, least byte first.

use super::PickleError;
use crate::json::Integer;

/// What Python's own limit for the text of integers allows, with the sign: 4300 digits.
const MOST_BYTES: usize = 1786;
const MOST_DIGITS: usize = 4300;

/// Nine decimal digits fit 32 bits.
const CHUNK: usize = 9;
const CHUNK_BASE: u64 = 1_000_000_000;

/// The integer of these bytes.
pub(super) fn decode(bytes: &[u8]) -> Result<Integer, PickleError> {
    if bytes.len() > MOST_BYTES {
        return Err(PickleError::TooLarge);
    }
    let negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
    let mut magnitude = bytes.to_vec();
    if negative {
        negate(&mut magnitude);
    }
    let mut limbs: Vec<u32> = magnitude
        .chunks(4)
        .map(|chunk| {
            let number = chunk.iter().rev();
            number.fold(0, |number, byte| number << 8 | u32::from(*byte))
        })
        .collect();
    let mut chunks = Vec::new();
    while limbs.iter().any(|limb| *limb != 0) {
        chunks.push(divide(&mut limbs));
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
    }
    let mut text = String::new();
    for (position, chunk) in chunks.iter().rev().enumerate() {
        if position == 0 {
            text.push_str(&chunk.to_string());
        } else {
            text.push_str(&format!("{chunk:09}"));
        }
    }
    if text.len() > MOST_DIGITS {
        return Err(PickleError::TooLarge);
    }
    if text.is_empty() {
        text.push('0');
    }
    if negative {
        text.insert(0, '-');
    }
    Ok(Integer::from_json_text(&text))
}

/// The bytes of an integer.
pub(super) fn encode(integer: &Integer) -> Vec<u8> {
    let text = integer.to_string();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.as_str()),
    };
    let mut limbs: Vec<u32> = Vec::new();
    let mut rest = digits;
    while !rest.is_empty() {
        let length = match rest.len() % CHUNK {
            0 => CHUNK,
            odd => odd,
        };
        let (chunk, after) = rest.split_at(length);
        multiply(&mut limbs, chunk.parse().unwrap_or_default());
        rest = after;
    }
    let mut bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    // One bit more than the magnitude needs, for the sign.
    bytes.push(0);
    if negative {
        negate(&mut bytes);
    }
    drop_redundant_sign(&mut bytes);
    bytes
}

/// Two's complement in place.
fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes {
        let (number, overflow) = (!*byte).overflowing_add(u8::from(carry));
        (*byte, carry) = (number, overflow);
    }
}

/// A last byte that only repeats the sign of the one before it.
fn drop_redundant_sign(bytes: &mut Vec<u8>) {
    if let [.., before, last] = bytes.as_slice()
        && ((*last == 0 && *before < 0x80) || (*last == 0xff && *before >= 0x80))
    {
        bytes.pop();
    }
}

/// Divides by 10^9 in place; the remainder.
fn divide(limbs: &mut [u32]) -> u32 {
    let mut remainder = 0_u64;
    for limb in limbs.iter_mut().rev() {
        let number = remainder << 32 | u64::from(*limb);
        *limb = low(number / CHUNK_BASE);
        remainder = number % CHUNK_BASE;
    }
    low(remainder)
}

/// Multiplies by 10^9 and adds in place.
fn multiply(limbs: &mut Vec<u32>, add: u32) {
    let mut carry = u64::from(add);
    for limb in limbs.iter_mut() {
        let number = u64::from(*limb) * CHUNK_BASE + carry;
        *limb = low(number);
        carry = number >> 32;
    }
    if carry != 0 {
        limbs.push(low(carry));
    }
}

/// The low 32 bits.
fn low(number: u64) -> u32 {
    u32::try_from(number & 0xffff_ffff).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python_writes_them() {
        // pickle.encode_long
        let cases: [(&str, &[u8]); 10] = [
            ("255", b"\xff\x00"),
            ("32767", b"\xff\x7f"),
            ("-256", b"\x00\xff"),
            ("-32768", b"\x00\x80"),
            ("-128", b"\x80"),
            ("127", b"\x7f"),
            ("9007199254740993", b"\x01\x00\x00\x00\x00\x00\x20"),
            ("-9223372036854775808", b"\x00\x00\x00\x00\x00\x00\x00\x80"),
            (
                "18446744073709551616",
                b"\x00\x00\x00\x00\x00\x00\x00\x00\x01",
            ),
            (
                "-18446744073709551617",
                b"\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
            ),
        ];
        for (text, bytes) in cases {
            assert_eq!(encode(&Integer::from_json_text(text)), bytes, "{text}");
            assert_eq!(decode(bytes).unwrap().to_string(), text);
        }
        assert_eq!(decode(b"").unwrap().to_string(), "0");
        assert_eq!(decode(b"\xff\xff\xff").unwrap().to_string(), "-1");
    }

    #[test]
    fn as_long_as_python_allows() {
        for sign in ["", "-"] {
            let longest = format!("{sign}{}", "9".repeat(4300));
            let bytes = encode(&Integer::from_json_text(&longest));
            assert!(bytes.len() <= MOST_BYTES);
            assert_eq!(decode(&bytes).unwrap().to_string(), longest);
        }
        let longer = encode(&Integer::from_json_text(&format!("1{}", "0".repeat(4300))));
        assert_eq!(decode(&longer), Err(PickleError::TooLarge));
        assert_eq!(decode(&[1; MOST_BYTES + 1]), Err(PickleError::TooLarge));
    }
}
