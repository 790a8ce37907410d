//! Why a command ends without having done its work, and what is said about it.

use std::io;

use hallpass::settings::SettingsError;
use hallpass::store::StoreError;
use hallpass::{AccountError, StartError};

/// The one way out of a command that did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Django refuses here with the same words: `CommandError: …`.
    Command(String),
    /// Refused or failed for a reason of ours, in one line.
    Refused(String),
    /// Everything has been said already; only the exit code is missing.
    Said(u8),
    /// Ctrl-C at a prompt, or the end of input. `on_new_line` says whether the prompt's line was ended already.
    Cancelled { on_new_line: bool },
    /// Whoever read our output has heard enough. Not a failure.
    BrokenPipe,
}

impl Failure {
    /// Django's `CommandError`.
    pub(crate) fn command(text: impl Into<String>) -> Self {
        Self::Command(text.into())
    }

    /// A refusal of our own.
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Refused(error.to_string()),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::MissingSecretKey => Self::Refused(format!(
                "{error} Set secret_key in hallpass.toml, or HALLPASS_SECRET_KEY; `hallpass init` writes a file \
                 with a fresh one"
            )),
            _ => Self::Refused(error.to_string()),
        }
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Taken(_) => Self::Command(format!("Error: {error}")),
            AccountError::Store(fault) => fault.into(),
            _ => Self::Command(error.to_string()),
        }
    }
}
