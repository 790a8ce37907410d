//! The people in the database: who cannot log in, and who has no token.

use hallpass_store::Inspection;

use super::table::{PASSWORDS_UNVERIFIABLE, USERS_WITHOUT_TOKEN};
use super::{Finding, Settings};

/// The store's mark of passwords that are unusable on purpose.
const UNUSABLE: &str = "!";

pub(super) fn unverifiable_passwords(
    settings: &Settings,
    inspection: &Inspection,
) -> Option<Finding> {
    let algorithms = inspection.password_algorithms.as_ref()?;
    let others: Vec<String> = algorithms
        .iter()
        .filter(|(name, count)| {
            *count > 0 && name != UNUSABLE && !settings.password_hashers.contains(name)
        })
        .map(|(name, count)| format!("{} with {}", users(*count), described(name)))
        .collect();
    (!others.is_empty()).then(|| {
        Finding::new(
            &PASSWORDS_UNVERIFIABLE,
            format!(
                "Passwords that cannot be verified here: {}.",
                others.join(", ")
            ),
        )
    })
}

pub(super) fn without_token(settings: &Settings, inspection: &Inspection) -> Option<Finding> {
    let count = inspection.users_without_token.filter(|count| *count > 0)?;
    let seen = match count {
        1 => "1 user has no token.".to_owned(),
        _ => format!("{count} users have no token."),
    };
    settings
        .token
        .auto_create
        .then(|| Finding::new(&USERS_WITHOUT_TOKEN, seen))
}

fn users(count: u64) -> String {
    match count {
        1 => "1 user".to_owned(),
        _ => format!("{count} users"),
    }
}

/// A name that looks like an algorithm's is shown; anything else may be a password that was stored as it is.
pub(super) fn described(name: &str) -> &str {
    let is_name = !name.is_empty()
        && name.len() <= 32
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_name { name } else { "no known algorithm" }
}
