//! Settings that do nothing, and settings that nothing can be built from.

use super::table::{CANNOT_START, WITHOUT_EFFECT};
use super::{Finding, Settings, StartError};

pub(super) fn without_effect(settings: &Settings) -> Vec<Finding> {
    let notes = settings.notes().iter();
    notes
        .filter(|note| !note.is_about_missing_csrf_middleware())
        .map(|note| Finding::new(&WITHOUT_EFFECT, format!("{note}.")))
        .collect()
}

/// What has a check of its own is left to it.
pub(super) fn cannot_start(error: &StartError) -> Option<Finding> {
    match error {
        StartError::MissingSecretKey | StartError::Store(_) => None,
        _ => Some(Finding::new(&CANNOT_START, error.to_string())),
    }
}
