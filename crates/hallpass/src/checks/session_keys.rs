//! Does the secret key open the sessions of this database? A sample of the newest ones tells.

use hallpass_formats::secret::{SecretKey, SecretKeys};
use hallpass_formats::session::{DB_SALT, SessionData, SessionDataError};

use super::table::{
    FALLBACKS_IN_USE, FALLBACKS_UNUSED, SECRET_KEY_FORMER, SECRET_KEY_OF_ANOTHER,
    SESSIONS_UNREADABLE,
};
use super::{Finding, Settings};
use crate::settings::SessionEngine;

/// How many sessions are looked at.
pub(super) const SAMPLE: u32 = 50;

/// Whether sessions of this engine are rows at all.
pub(super) fn are_rows(settings: &Settings) -> bool {
    matches!(
        settings.session_engine,
        SessionEngine::Db | SessionEngine::CachedDb
    )
}

/// Which key opened how many.
#[derive(Debug, Default, PartialEq, Eq)]
struct Opened {
    by_current: usize,
    by_fallbacks: Vec<usize>,
    by_none: usize,
}

impl Opened {
    fn of(settings: &Settings, sessions: &[String]) -> Self {
        let mut opened = Self {
            by_fallbacks: vec![0; settings.secret_key_fallbacks.len()],
            ..Self::default()
        };
        for text in sessions {
            if opens(&settings.secret_key, text) {
                opened.by_current += 1;
                continue;
            }
            let fallbacks = settings.secret_key_fallbacks.iter();
            let count = fallbacks
                .zip(&mut opened.by_fallbacks)
                .find(|(key, _)| opens(key, text))
                .map(|(_, count)| count);
            *count.unwrap_or(&mut opened.by_none) += 1;
        }
        opened
    }
}

/// What is well signed and unreadable all the same speaks for the key.
fn opens(key: &SecretKey, text: &str) -> bool {
    let keys = SecretKeys::new(key.clone(), Vec::new());
    !matches!(
        SessionData::decode(text, &keys, DB_SALT),
        Err(SessionDataError::BadSignature)
    )
}

/// `sessions` are the stored texts of the newest ones.
pub(super) fn findings(settings: &Settings, sessions: &[String]) -> Vec<Finding> {
    if sessions.is_empty() || settings.secret_key.is_empty() {
        return Vec::new();
    }
    let opened = Opened::of(settings, sessions);
    let total = sessions.len();
    let by_fallbacks: usize = opened.by_fallbacks.iter().sum();
    if opened.by_none == total {
        let seen = format!("0 of the {total} newest sessions are signed with this secret_key.");
        return vec![Finding::new(&SECRET_KEY_OF_ANOTHER, seen)];
    }
    let mut findings = Vec::new();
    if opened.by_none > 0 {
        let seen = format!(
            "{} of the {total} newest sessions are signed with another key.",
            opened.by_none
        );
        findings.push(Finding::new(&SESSIONS_UNREADABLE, seen));
    }
    let each = opened.by_fallbacks.iter().enumerate();
    let used: Vec<String> = each
        .filter(|(_, count)| **count > 0)
        .map(|(position, count)| format!("{count} with secret_key_fallbacks[{position}]"))
        .collect();
    if by_fallbacks > 0 {
        let seen = format!(
            "Of the {total} newest sessions {} are signed with secret_key, {}.",
            opened.by_current,
            used.join(", ")
        );
        let check = match opened.by_current {
            0 => &SECRET_KEY_FORMER,
            _ => &FALLBACKS_IN_USE,
        };
        findings.push(Finding::new(check, seen));
    } else if !settings.secret_key_fallbacks.is_empty() {
        let seen = format!("None of the {total} newest sessions needs secret_key_fallbacks.");
        findings.push(Finding::new(&FALLBACKS_UNUSED, seen));
    }
    findings
}
