//! Random text from the operating system's secure source.
//!
//! Django's `get_random_string` picks each character with `secrets.choice`. We draw bytes and throw
//! away those that would favour the front of the alphabet, which gives the same distribution.

/// Django's `RANDOM_STRING_CHARS`: lower case, upper case, digits, in that order.
pub const ALPHANUMERIC: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// `length` characters, each drawn from `alphabet` with equal chance (Django 5.2 `get_random_string`).
///
/// ```
/// use hallpass_formats::random::{ALPHANUMERIC, random_string};
///
/// let salt = random_string(22, ALPHANUMERIC);
/// assert_eq!(salt.len(), 22);
/// ```
///
/// # Panics
/// If the alphabet is empty, has more than 256 characters or is not ASCII, or if the operating system
/// has no random bytes to give: a predictable secret would be worse than a stopped process.
pub fn random_string(length: usize, alphabet: &str) -> String {
    let symbols = alphabet.as_bytes();
    assert!(
        alphabet.is_ascii() && (1..=256).contains(&symbols.len()),
        "give an alphabet of 1 to 256 ASCII characters"
    );
    // The largest multiple of the alphabet's size that fits a byte: draws at or above it are refused.
    let fair_below = 256 - 256 % symbols.len();
    let mut text = String::with_capacity(length);
    let mut pool = [0_u8; 64];
    while text.len() < length {
        fill(&mut pool);
        let drawn = pool
            .iter()
            .map(|byte| usize::from(*byte))
            .filter(|value| *value < fair_below)
            .filter_map(|value| symbols.get(value % symbols.len()))
            .map(|symbol| char::from(*symbol));
        text.extend(drawn.take(length - text.len()));
    }
    text
}

/// As many random bytes as the caller's array has room for.
///
/// ```
/// use hallpass_formats::random::random_bytes;
///
/// let salt: [u8; 16] = random_bytes();
/// assert_ne!(salt, random_bytes());
/// ```
///
/// # Panics
/// If the operating system has no random bytes to give, as [`random_string`].
pub fn random_bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    fill(&mut bytes);
    bytes
}

/// Fills the buffer with random bytes or stops the process; see [`random_string`] for why.
pub(crate) fn fill(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system must provide random bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_turns_up_and_nothing_else() {
        let text = random_string(20_000, ALPHANUMERIC);
        assert_eq!(text.len(), 20_000);
        for symbol in ALPHANUMERIC.chars() {
            let seen = text.matches(symbol).count();
            assert!(
                (200..460).contains(&seen),
                "{symbol} was drawn {seen} times"
            );
        }
        assert!(text.chars().all(|symbol| ALPHANUMERIC.contains(symbol)));
    }

    #[test]
    fn short_and_long_alphabets_work() {
        assert_eq!(random_string(0, "ab"), "");
        assert_eq!(random_string(3, "z"), "zzz");
    }
}
