//! Rules for new passwords: Django 5.2's `django.contrib.auth.password_validation`, with its four validators.
//!
//! Django runs them where a person types a new password, never in `set_password` or `create_user`. All validators are
//! asked, and what they say is collected in their order. Messages and codes are Django's own, in English.

mod common;
mod length;
mod numeric;
mod similarity;

use std::fmt;

pub use common::{CommonPasswordValidator, UnreadableList};
pub use length::MinimumLengthValidator;
pub use numeric::NumericPasswordValidator;
pub use similarity::{MaxSimilarityTooSmall, UserAttributeSimilarityValidator};

/// Why a password is refused: one `ValidationError` of Django.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordProblem {
    /// The stable word for programs, such as `password_too_short`.
    pub code: &'static str,
    /// The sentence for people.
    pub message: String,
}

impl fmt::Display for PasswordProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What a validator may know of the password's owner. `Debug` prints names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PasswordOwner {
    attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Eq)]
struct Attribute {
    name: String,
    verbose_name: String,
    value: String,
}

impl PasswordOwner {
    /// An owner of whom nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field: its name (`first_name`), the model's words for it (`first name`), its value.
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<String>,
        verbose_name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.attributes.push(Attribute {
            name: name.into(),
            verbose_name: verbose_name.into(),
            value: value.into(),
        });
        self
    }

    fn find(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }
}

impl fmt::Debug for PasswordOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.attributes.iter().map(|attribute| &attribute.name);
        f.debug_set().entries(names).finish()
    }
}

/// One rule for new passwords: an entry of Django's `AUTH_PASSWORD_VALIDATORS`.
pub trait PasswordValidator: Send + Sync + fmt::Debug {
    /// Judges a password; `owner` is `None` where nobody knows whose it will be.
    ///
    /// # Errors
    /// What is wrong with it.
    fn validate(
        &self,
        password: &str,
        owner: Option<&PasswordOwner>,
    ) -> Result<(), PasswordProblem>;

    /// What a form tells people beforehand.
    fn help_text(&self) -> String;
}

/// Asks all validators; empty means that the password is good enough. Django's `validate_password`.
///
/// ```
/// use hallpass_formats::password_validation::{
///     MinimumLengthValidator, NumericPasswordValidator, PasswordValidator, validate_password,
/// };
/// let validators: [&dyn PasswordValidator; 2] =
///     [&MinimumLengthValidator::default(), &NumericPasswordValidator];
/// let problems = validate_password(validators, "2026", None);
/// let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
/// assert_eq!(codes, ["password_too_short", "password_entirely_numeric"]);
/// assert!(validate_password(validators, "eleven mice", None).is_empty());
/// ```
pub fn validate_password<'a>(
    validators: impl IntoIterator<Item = &'a dyn PasswordValidator>,
    password: &str,
    owner: Option<&PasswordOwner>,
) -> Vec<PasswordProblem> {
    validators
        .into_iter()
        .filter_map(|validator| validator.validate(password, owner).err())
        .collect()
}
