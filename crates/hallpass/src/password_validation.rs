//! `AUTH_PASSWORD_VALIDATORS`: which rules new passwords must keep to, and what they know of the owner.
//!
//! The rules are in `hallpass_formats::password_validation`. As in Django they are asked where a person types a new
//! password (the commands, an application's own form), never by `create_user`, `set_password` or a script.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use hallpass_formats::password_validation::{
    CommonPasswordValidator, MinimumLengthValidator, NumericPasswordValidator, PasswordOwner,
    PasswordProblem, PasswordValidator, UserAttributeSimilarityValidator, validate_password,
};
use hallpass_store::Value;

use crate::accounts::{Accounts, NewAccount};
use crate::core::Core;
use crate::hallpass::StartError;
use crate::identity::User;
use crate::settings::PasswordValidatorClass;

/// The largest file that is read as a list of passwords, in bytes.
const LARGEST_LIST: u64 = 256 * 1024 * 1024;

impl Core {
    /// Asks all of `auth_password_validators`; empty means that the password is good enough. Django's
    /// `validate_password`. The owner comes from [`Accounts::password_owner`] or
    /// [`Accounts::new_password_owner`].
    pub fn validate_password(
        &self,
        password: &str,
        owner: Option<&PasswordOwner>,
    ) -> Vec<PasswordProblem> {
        let validators = self.password_validators().iter().map(AsRef::as_ref);
        validate_password(validators, password, owner)
    }

    /// What `auth_password_validators` tell people beforehand. Django's `password_validators_help_texts`.
    pub fn password_help_texts(&self) -> Vec<String> {
        let validators = self.password_validators().iter();
        validators.map(|validator| validator.help_text()).collect()
    }
}

impl Accounts<'_> {
    /// What validators may know of a user whose password is to change.
    pub fn password_owner(&self, user: &User) -> PasswordOwner {
        let owner = self.owner(
            user.username(),
            user.first_name(),
            user.last_name(),
            user.email(),
        );
        let extra = self.extra_columns().iter();
        extra.fold(owner, |owner, column| match user.extra(column) {
            Some(Value::Text(text)) => owner.with(column, column.replace('_', " "), text),
            _ => owner,
        })
    }

    /// The same of a user that does not exist yet.
    pub fn new_password_owner(&self, account: &NewAccount) -> PasswordOwner {
        self.owner(
            &account.username,
            Some(&account.first_name),
            Some(&account.last_name),
            Some(&account.email),
        )
    }

    /// Fields by Django's names, whatever their columns are called; the login field by the name of its column.
    fn owner(
        &self,
        login: &str,
        first_name: Option<&str>,
        last_name: Option<&str>,
        email: Option<&str>,
    ) -> PasswordOwner {
        let owner =
            PasswordOwner::new().with(self.username_column(), self.username_verbose_name(), login);
        [
            ("first_name", "first name", first_name),
            ("last_name", "last name", last_name),
            ("email", "email address", email),
        ]
        .into_iter()
        .fold(owner, |owner, (name, verbose_name, value)| {
            owner.with(name, verbose_name, value.unwrap_or_default())
        })
    }
}

/// One of Django's validators with its options; `own` has those that the application brings.
pub(crate) fn resolve(
    class: &PasswordValidatorClass,
    base_dir: &Path,
    own: impl Fn(&str) -> Option<Arc<dyn PasswordValidator>>,
) -> Result<Arc<dyn PasswordValidator>, StartError> {
    Ok(match class {
        PasswordValidatorClass::UserAttributeSimilarity {
            user_attributes,
            max_similarity,
        } => Arc::new(
            UserAttributeSimilarityValidator::new(user_attributes, *max_similarity)
                .unwrap_or_default(),
        ),
        PasswordValidatorClass::MinimumLength { min_length } => Arc::new(MinimumLengthValidator {
            min_length: *min_length,
        }),
        PasswordValidatorClass::CommonPassword { password_list_path } => {
            Arc::new(match password_list_path {
                Some(path) => common_passwords(&base_dir.join(path))?,
                None => CommonPasswordValidator::default(),
            })
        }
        PasswordValidatorClass::NumericPassword => Arc::new(NumericPasswordValidator),
        PasswordValidatorClass::Custom(name) => {
            own(name).ok_or_else(|| StartError::NotRegistered {
                setting: "auth_password_validators",
                name: name.clone(),
            })?
        }
    })
}

fn common_passwords(file: &Path) -> Result<CommonPasswordValidator, StartError> {
    let refuse = |reason: String| StartError::PasswordList {
        file: file.to_owned(),
        reason,
    };
    let size = fs::metadata(file).map_err(|error| refuse(error.to_string()))?;
    if size.len() > LARGEST_LIST {
        return Err(refuse("it is larger than 256 MiB".to_owned()));
    }
    let bytes = fs::read(file).map_err(|error| refuse(error.to_string()))?;
    CommonPasswordValidator::from_list(&bytes).map_err(|error| refuse(error.to_string()))
}
