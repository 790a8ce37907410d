//! What can be wrong with settings, each in one line that says where and what to do.

use std::fmt;

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A line of the settings file; lines count from 1.
    File {
        /// The file as the caller named it.
        file: String,
        /// The line of the key.
        line: usize,
    },
    /// An environment variable.
    Environment,
    /// An override, that is a command line flag or the library's caller.
    Override,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Environment => f.write_str("environment"),
            Self::Override => f.write_str("override"),
        }
    }
}

/// Why settings were refused. No message contains the value of a secret setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file is missing, not readable, not UTF-8 or too large.
    #[error("{file}: {reason}")]
    UnreadableFile {
        /// The file as the caller named it.
        file: String,
        /// What went wrong and what to do.
        reason: String,
    },
    /// The file is not TOML.
    #[error("{place}: not valid TOML: {reason}")]
    Syntax {
        /// The line.
        place: Place,
        /// The parser's words, without the text of the file.
        reason: String,
    },
    /// A key that neither Django nor DRF nor we know.
    #[error("{place}: unknown setting {name:?}{hint}")]
    UnknownSetting {
        /// Where it was given.
        place: Place,
        /// The name as it was written, with its table.
        name: String,
        /// `; did you mean …?`, or empty if nothing is near.
        hint: String,
    },
    /// One setting in lower and in upper case in the same file.
    #[error(
        "{place}: {name:?} is already set on line {first_line} in the other case; keep one of the two"
    )]
    TwoSpellings {
        /// The later one.
        place: Place,
        /// The name as it was written.
        name: String,
        /// Line of the earlier one.
        first_line: usize,
    },
    /// A value of another type than the setting's.
    #[error("{place}: {name}: expected {expected}, found {found}")]
    WrongType {
        /// Where it was given.
        place: Place,
        /// The name as it was written.
        name: String,
        /// What the setting takes.
        expected: String,
        /// What was given; only its type if the setting is secret.
        found: String,
    },
    /// A value of the right type that cannot be.
    #[error("{place}: {name}: {reason}")]
    Invalid {
        /// Where it was given.
        place: Place,
        /// The name as it was written.
        name: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A class that neither Django nor DRF nor the application has.
    #[error("{place}: {name}: unknown class {class:?}; the nearest known one is {nearest:?}")]
    UnknownClass {
        /// Where it was given.
        place: Place,
        /// The setting's name as it was written.
        name: String,
        /// The class as it was written.
        class: String,
        /// The known class with the most similar name.
        nearest: String,
    },
    /// Something that Django or DRF can do and this release cannot.
    #[error("{place}: {name}: {what}")]
    NotInThisRelease {
        /// Where it was given.
        place: Place,
        /// The setting's name as it was written.
        name: String,
        /// What is missing and what to do instead.
        what: String,
    },
}
