//! Lowercase hexadecimal, the spelling of token keys and session auth hashes.

/// Two lowercase digits for every byte.
pub(crate) fn lower(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
