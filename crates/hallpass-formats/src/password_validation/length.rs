//! Django's `MinimumLengthValidator`: at least so many code points, without trimming.

use super::{PasswordOwner, PasswordProblem, PasswordValidator};

/// Refuses short passwords; 8 characters are enough unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinimumLengthValidator {
    /// Django's `min_length`, in code points.
    pub min_length: usize,
}

impl MinimumLengthValidator {
    fn characters(self) -> String {
        let plural = if self.min_length == 1 { "" } else { "s" };
        format!("at least {} character{plural}", self.min_length)
    }
}

impl Default for MinimumLengthValidator {
    fn default() -> Self {
        Self { min_length: 8 }
    }
}

impl PasswordValidator for MinimumLengthValidator {
    fn validate(&self, password: &str, _: Option<&PasswordOwner>) -> Result<(), PasswordProblem> {
        if password.chars().count() >= self.min_length {
            return Ok(());
        }
        Err(PasswordProblem {
            code: "password_too_short",
            message: format!(
                "This password is too short. It must contain {}.",
                self.characters()
            ),
        })
    }

    fn help_text(&self) -> String {
        format!("Your password must contain {}.", self.characters())
    }
}
