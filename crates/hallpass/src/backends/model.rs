//! Django's `ModelBackend`: the user table's own passwords.

use hallpass_store::UserId;

use super::{Answer, CredentialBackend, Credentials};
use crate::accounts::Accounts;
use crate::hashing::LONGEST_PASSWORD;
use crate::identity::User;
use crate::rejection::Rejection;

/// Checks the stored password of the user whose login column equals the name.
///
/// A password over 4096 bytes is nobody's. An unknown name costs one hash, so that time does not tell who exists. A correct password whose hash is out of
/// date is re-hashed, also for an inactive user, as Django 5.2 does.
#[derive(Clone, Debug)]
pub struct ModelBackend {
    path: &'static str,
    allow_inactive: bool,
}

impl ModelBackend {
    /// `django.contrib.auth.backends.ModelBackend`: inactive users are refused.
    pub fn new() -> Self {
        Self {
            path: "django.contrib.auth.backends.ModelBackend",
            allow_inactive: false,
        }
    }

    /// `django.contrib.auth.backends.AllowAllUsersModelBackend`: inactive users pass the backend. The schemes and
    /// the login form still refuse them.
    pub fn allow_all_users() -> Self {
        Self {
            path: "django.contrib.auth.backends.AllowAllUsersModelBackend",
            allow_inactive: true,
        }
    }

    /// Django's `user_can_authenticate`.
    pub(super) fn may_authenticate(&self, user: &User) -> bool {
        self.allow_inactive || user.is_active()
    }
}

impl Default for ModelBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl CredentialBackend for ModelBackend {
    fn path(&self) -> &str {
        self.path
    }

    async fn authenticate(
        &self,
        accounts: &Accounts<'_>,
        credentials: &Credentials,
    ) -> Result<Answer, Rejection> {
        let password = credentials.password();
        // Whoever the name belongs to: nothing is looked up, and nothing hashed.
        if password.len() > LONGEST_PASSWORD {
            return Ok(Answer::Pass);
        }
        let Some(user) = accounts.find_by_username(credentials.username()).await? else {
            accounts.spend_a_hash(password).await?;
            return Ok(Answer::Pass);
        };
        let checked = if credentials.are_repeated() {
            accounts.check_or_recall(user, password).await?
        } else {
            accounts.check_and_upgrade(user, password).await?
        };
        let Some(user) = checked else {
            return Ok(Answer::Pass);
        };
        Ok(if self.may_authenticate(&user) {
            Answer::User(user)
        } else {
            Answer::Pass
        })
    }

    async fn user(&self, accounts: &Accounts<'_>, id: &UserId) -> Result<Option<User>, Rejection> {
        Ok(accounts
            .find_by_id(id)
            .await?
            .filter(|user| self.may_authenticate(user)))
    }

    fn user_now(&self, accounts: &Accounts<'_>, id: &UserId) -> Option<User> {
        let found = accounts.at_hand(id);
        found.filter(|user| self.may_authenticate(user))
    }
}
