//! `auth_password_validators`: Django's list of dictionaries with `NAME` and `OPTIONS`.
//!
//! An entry is a table such as `{ NAME = "…MinimumLengthValidator", OPTIONS = { min_length = 12 } }`, or the bare name
//! when there are no options. Django's paths and our short names are both accepted; an own validator goes by the name
//! under which the application registers it, and has its options there.

use hallpass_formats::password_validation::UserAttributeSimilarityValidator;

use super::classes::{KnownClass, find, known, unknown};
use super::nearest::nearest;
use super::value::{Context, Problem, SettingValue, Value, shortened, toml_text};

/// One entry of Django's `AUTH_PASSWORD_VALIDATORS`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PasswordValidatorClass {
    /// `"user_attribute_similarity"`, Django's `UserAttributeSimilarityValidator`.
    UserAttributeSimilarity {
        /// The attributes that a password must not resemble.
        user_attributes: Vec<String>,
        /// The likeness that is refused, from 0.1 up; 1 asks for the same characters.
        max_similarity: f64,
    },
    /// `"minimum_length"`, Django's `MinimumLengthValidator`.
    MinimumLength {
        /// The fewest characters.
        min_length: usize,
    },
    /// `"common_password"`, Django's `CommonPasswordValidator`.
    CommonPassword {
        /// Another list than the built-in one, relative to the settings file.
        password_list_path: Option<String>,
    },
    /// `"numeric_password"`, Django's `NumericPasswordValidator`.
    NumericPassword,
    /// A validator that the application registers under this name.
    Custom(String),
}

/// Without its options.
#[derive(Clone, Copy)]
pub(super) enum Stock {
    UserAttributeSimilarity,
    MinimumLength,
    CommonPassword,
    NumericPassword,
}

#[rustfmt::skip]
pub(super) static VALIDATORS: &[KnownClass<Stock>] = &[
    known("user_attribute_similarity", "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", Some(Stock::UserAttributeSimilarity)),
    known("minimum_length", "django.contrib.auth.password_validation.MinimumLengthValidator", Some(Stock::MinimumLength)),
    known("common_password", "django.contrib.auth.password_validation.CommonPasswordValidator", Some(Stock::CommonPassword)),
    known("numeric_password", "django.contrib.auth.password_validation.NumericPasswordValidator", Some(Stock::NumericPassword)),
];

/// The list that Django's `startproject` writes, as `hallpass init` does.
pub(super) const OF_STARTPROJECT: &str =
    r#"["user_attribute_similarity", "minimum_length", "common_password", "numeric_password"]"#;

impl SettingValue for PasswordValidatorClass {
    fn kind() -> String {
        "validators: names, or tables { NAME = …, OPTIONS = { … } }".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        let Value::Table(keys) = value else {
            return of_name(&String::read(value, context)?, &[], context);
        };
        let (mut name, mut options) = (None, &[][..]);
        for (key, value) in keys {
            match (key.to_ascii_uppercase().as_str(), value) {
                ("NAME", value) => name = Some(String::read(value, context)?),
                ("OPTIONS", Value::Table(given)) => options = given,
                ("OPTIONS", other) => return Err(other.wrong_type("a table of options", context)),
                _ => {
                    return Err(Problem::Invalid(format!(
                        "a validator has NAME and OPTIONS, not {:?}",
                        shortened(key)
                    )));
                }
            }
        }
        let name = name.ok_or_else(|| Problem::Invalid("a validator has no NAME".to_owned()))?;
        of_name(&name, options, context)
    }

    fn show(&self) -> String {
        let table = |name: &str, options: String| {
            format!(
                "{{ NAME = {}, OPTIONS = {{ {options} }} }}",
                toml_text(name)
            )
        };
        match self {
            Self::UserAttributeSimilarity {
                user_attributes,
                max_similarity,
            } => table(
                "user_attribute_similarity",
                format!(
                    "user_attributes = {}, max_similarity = {max_similarity:?}",
                    user_attributes.show()
                ),
            ),
            Self::MinimumLength { min_length } => {
                table("minimum_length", format!("min_length = {min_length}"))
            }
            Self::CommonPassword {
                password_list_path: Some(path),
            } => table(
                "common_password",
                format!("password_list_path = {}", toml_text(path)),
            ),
            Self::CommonPassword {
                password_list_path: None,
            } => toml_text("common_password"),
            Self::NumericPassword => toml_text("numeric_password"),
            Self::Custom(name) => toml_text(name),
        }
    }
}

fn of_name(
    name: &str,
    options: &[(String, Value)],
    context: &Context<'_>,
) -> Result<PasswordValidatorClass, Problem> {
    let Some(stock) = find(VALIDATORS, name).and_then(|entry| entry.class) else {
        if !context.custom_classes.iter().any(|custom| custom == name) {
            return Err(unknown(VALIDATORS, name, context));
        }
        known_options(options, &[])?;
        return Ok(PasswordValidatorClass::Custom(name.to_owned()));
    };
    Ok(match stock {
        Stock::UserAttributeSimilarity => {
            known_options(options, &["user_attributes", "max_similarity"])?;
            let defaults = UserAttributeSimilarityValidator::DEFAULT_USER_ATTRIBUTES;
            let user_attributes = option(options, "user_attributes", context)?
                .unwrap_or_else(|| defaults.map(str::to_owned).to_vec());
            let max_similarity = option(options, "max_similarity", context)?.unwrap_or(0.7);
            UserAttributeSimilarityValidator::new(&user_attributes, max_similarity)
                .map_err(|error| Problem::Invalid(error.to_string()))?;
            PasswordValidatorClass::UserAttributeSimilarity {
                user_attributes,
                max_similarity,
            }
        }
        Stock::MinimumLength => {
            known_options(options, &["min_length"])?;
            PasswordValidatorClass::MinimumLength {
                min_length: option(options, "min_length", context)?.unwrap_or(8),
            }
        }
        Stock::CommonPassword => {
            known_options(options, &["password_list_path"])?;
            PasswordValidatorClass::CommonPassword {
                password_list_path: option(options, "password_list_path", context)?,
            }
        }
        Stock::NumericPassword => {
            known_options(options, &[])?;
            PasswordValidatorClass::NumericPassword
        }
    })
}

/// Python refuses an argument that the class does not take; so does this.
fn known_options(options: &[(String, Value)], known: &[&str]) -> Result<(), Problem> {
    let Some((name, _)) = options
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    else {
        return Ok(());
    };
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!(
            "; its options are {}, the nearest is {near:?}",
            known.join(", ")
        ),
        None => "; it takes none in the settings".to_owned(),
    };
    Err(Problem::Invalid(format!(
        "the validator has no option {:?}{hint}",
        shortened(name)
    )))
}

fn option<T: SettingValue>(
    options: &[(String, Value)],
    name: &str,
    context: &Context<'_>,
) -> Result<Option<T>, Problem> {
    options
        .iter()
        .find(|(given, _)| given == name)
        .map(|(_, value)| {
            T::read(value, context).map_err(|problem| match problem {
                Problem::WrongType { expected, found } => {
                    Problem::Invalid(format!("expected {expected} for {name}, found {found}"))
                }
                other => other,
            })
        })
        .transpose()
}
