//! One value as a source gives it, and how it becomes a setting's.

use super::error::{Place, SettingsError};
use super::value::{Context, Problem, SettingValue, Value};

/// Checks a given value, or brings it into its one form.
pub(super) type Rule<T> = fn(&mut T, &Context<'_>) -> Result<(), Problem>;

/// A name in either of the two accepted cases, in lower case; `None` if it mixes them.
pub(super) fn in_lower_case(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    (name == lower || name == name.to_ascii_uppercase()).then_some(lower)
}

/// One value as a source gives it.
pub(super) struct Entry {
    /// TOML table in lower case, empty for the top level.
    pub(super) table: String,
    /// Setting in lower case, or as written if the case is mixed.
    pub(super) name: String,
    /// The whole name as it was written.
    pub(super) written: String,
    pub(super) value: Value,
    pub(super) place: Place,
}

impl Entry {
    /// Reads the value as the setting's type and applies its rule.
    pub(super) fn read<T: SettingValue>(
        &self,
        secret: bool,
        context: &Context<'_>,
        rule: Option<Rule<T>>,
    ) -> Result<T, SettingsError> {
        let context = Context {
            custom_classes: context.custom_classes,
            secret,
        };
        let mut value = T::read(&self.value, &context).map_err(|problem| self.error(problem))?;
        if let Some(rule) = rule {
            rule(&mut value, &context).map_err(|problem| self.error(problem))?;
        }
        Ok(value)
    }

    fn error(&self, problem: Problem) -> SettingsError {
        let (place, name) = (self.place.clone(), self.written.clone());
        match problem {
            Problem::WrongType { expected, found } => SettingsError::WrongType {
                place,
                name,
                expected,
                found,
            },
            Problem::Invalid(reason) => SettingsError::Invalid {
                place,
                name,
                reason,
            },
            Problem::UnknownClass { class, nearest } => SettingsError::UnknownClass {
                place,
                name,
                class,
                nearest,
            },
            Problem::NotInThisRelease(what) => {
                SettingsError::NotInThisRelease { place, name, what }
            }
        }
    }
}
