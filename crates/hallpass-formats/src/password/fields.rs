//! What the layouts share: numbers as Python reads them, and salts as Django checks them.

use super::EncodeError;

/// Django's `_check_encode_args`: a salt is not empty and has no `$`.
pub(super) fn check_salt(salt: &str) -> Result<(), EncodeError> {
    if salt.is_empty() || salt.contains('$') {
        return Err(EncodeError::Salt);
    }
    Ok(())
}

/// Reads as Python's `int()` does: spaces around, a sign, single underscores between digits. Only
/// ASCII digits, and nothing below zero or above `limit`.
pub(super) fn python_int(text: &str, limit: u32) -> Option<u32> {
    // Unlike `str.strip`, `int` does not take U+001C to U+001F for space; nor does `trim`.
    let text = text.trim();
    let (digits, negative) = match text.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let mut value: u32 = 0;
    for group in digits.split('_') {
        if group.is_empty() {
            return None;
        }
        for digit in group.chars() {
            value = value.checked_mul(10)?.checked_add(digit.to_digit(10)?)?;
        }
    }
    (value <= limit && (!negative || value == 0)).then_some(value)
}
