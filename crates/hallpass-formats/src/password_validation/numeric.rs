//! Django's `NumericPasswordValidator`: Python's `str.isdigit`, which knows the digits of every script.

use unicode_general_category::{GeneralCategory, get_general_category};

use super::{PasswordOwner, PasswordProblem, PasswordValidator};

/// Digits that are no decimal ones (Unicode's `Numeric_Type=Digit`): superscripts, circled digits and their like.
const OTHER_DIGITS: [(char, char); 20] = [
    ('\u{b2}', '\u{b3}'),
    ('\u{b9}', '\u{b9}'),
    ('\u{1369}', '\u{1371}'),
    ('\u{19da}', '\u{19da}'),
    ('\u{2070}', '\u{2070}'),
    ('\u{2074}', '\u{2079}'),
    ('\u{2080}', '\u{2089}'),
    ('\u{2460}', '\u{2468}'),
    ('\u{2474}', '\u{247c}'),
    ('\u{2488}', '\u{2490}'),
    ('\u{24ea}', '\u{24ea}'),
    ('\u{24f5}', '\u{24fd}'),
    ('\u{24ff}', '\u{24ff}'),
    ('\u{2776}', '\u{277e}'),
    ('\u{2780}', '\u{2788}'),
    ('\u{278a}', '\u{2792}'),
    ('\u{10a40}', '\u{10a43}'),
    ('\u{10e60}', '\u{10e68}'),
    ('\u{11052}', '\u{1105a}'),
    ('\u{1f100}', '\u{1f10a}'),
];

/// Refuses passwords of digits alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumericPasswordValidator;

impl PasswordValidator for NumericPasswordValidator {
    fn validate(&self, password: &str, _: Option<&PasswordOwner>) -> Result<(), PasswordProblem> {
        if password.is_empty() || !password.chars().all(is_digit) {
            return Ok(());
        }
        Err(PasswordProblem {
            code: "password_entirely_numeric",
            message: "This password is entirely numeric.".to_owned(),
        })
    }

    fn help_text(&self) -> String {
        "Your password can\u{2019}t be entirely numeric.".to_owned()
    }
}

fn is_digit(symbol: char) -> bool {
    symbol.is_ascii_digit()
        || get_general_category(symbol) == GeneralCategory::DecimalNumber
        || OTHER_DIGITS
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&symbol))
}
