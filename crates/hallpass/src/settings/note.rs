//! What was accepted although it changes nothing.

use std::fmt;

use super::error::Place;

/// A setting that was accepted although it changes nothing, or not all it says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// The name as it was written.
    pub setting: String,
    /// Where it was given.
    pub place: Place,
    /// Why it has no effect, or not all of it.
    pub reason: String,
}

impl Note {
    /// Ends the reason of a `MIDDLEWARE` without Django's CSRF check.
    pub(super) const NO_CSRF_MIDDLEWARE: &'static str = "; the list has no CsrfViewMiddleware";

    /// Whether the note is about a `MIDDLEWARE` without Django's CSRF check.
    pub(crate) fn is_about_missing_csrf_middleware(&self) -> bool {
        self.reason.ends_with(Self::NO_CSRF_MIDDLEWARE)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.setting, self.reason)
    }
}
