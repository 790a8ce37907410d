//! Account names: normal form, the two validators, and Python's idea of white space.
//!
//! Django's `UnicodeUsernameValidator` is the pattern `^[\w.@+-]+\Z` on Python text. Python's `\w` is
//! "letter or number of any kind, or underscore": it takes `½` and refuses combining marks, unlike the
//! `\w` of Rust's regex engine. We therefore go by the general category.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

/// Django's `UnicodeUsernameValidator.message`.
pub const MESSAGE_UNICODE: &str = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
/// Django's `ASCIIUsernameValidator.message`.
pub const MESSAGE_ASCII: &str = "Enter a valid username. This value may contain only unaccented lowercase a-z and uppercase A-Z letters, numbers, and @/./+/-/_ characters.";

/// NFKC, applied by Django when a user is created or a form is cleaned, never on API logins.
///
/// ```
/// assert_eq!(hallpass_formats::username::normalize("ｂｏｂ"), "bob");
/// ```
pub fn normalize(name: &str) -> String {
    if name.is_ascii() {
        name.to_owned()
    } else {
        name.nfkc().collect()
    }
}

/// Whether Django's default validator accepts the name. The length is the caller's to check.
pub fn is_valid_unicode(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|symbol| is_punctuation(symbol) || is_alphanumeric(symbol))
}

/// Whether `ASCIIUsernameValidator` accepts the name.
pub fn is_valid_ascii(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|symbol| is_punctuation(symbol) || symbol.is_ascii_alphanumeric())
}

/// Removes what Python's `str.strip()` removes: Unicode white space and U+001C to U+001F.
pub fn trim_python(text: &str) -> &str {
    text.trim_matches(is_python_space)
}

/// Python's `str.isspace` for one character.
fn is_python_space(symbol: char) -> bool {
    symbol.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&symbol)
}

fn is_punctuation(symbol: char) -> bool {
    matches!(symbol, '.' | '@' | '+' | '-' | '_')
}

/// Python's `\w` for one character.
pub(crate) fn is_word(symbol: char) -> bool {
    symbol == '_' || is_alphanumeric(symbol)
}

/// Python's `str.isalnum` for one character: the categories L* and N*.
fn is_alphanumeric(symbol: char) -> bool {
    use GeneralCategory as Category;
    symbol.is_ascii_alphanumeric()
        || matches!(
            get_general_category(symbol),
            Category::UppercaseLetter
                | Category::LowercaseLetter
                | Category::TitlecaseLetter
                | Category::ModifierLetter
                | Category::OtherLetter
                | Category::DecimalNumber
                | Category::LetterNumber
                | Category::OtherNumber
        )
}
