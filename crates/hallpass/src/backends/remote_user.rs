//! Django's `RemoteUserBackend`: users whom a server in front of us has authenticated.

use std::fmt;
use std::sync::Arc;

use hallpass_store::UserId;

use super::{Answer, CredentialBackend, Credentials, ModelBackend};
use crate::accounts::Accounts;
use crate::identity::User;
use crate::rejection::Rejection;

/// Takes the name that [`RemoteUserAuthentication`](crate::RemoteUserAuthentication) found for proven, and makes the
/// user if there is none.
///
/// A user made so is what Django's `get_or_create` makes: active, without rights, with an empty password that nothing
/// matches; receivers of new users run as for any other.
///
/// ```
/// use hallpass::{Hallpass, RemoteUserBackend};
/// use hallpass::settings::Settings;
///
/// # fn main() -> Result<(), hallpass::settings::SettingsError> {
/// let settings = Settings::from_toml("authentication_backends = ['remote_user', 'model']")?;
/// // Kerberos names such as bob@EXAMPLE.COM, and nobody who is not here already.
/// let backend = RemoteUserBackend::new()
///     .create_unknown_user(false)
///     .clean_username(|name| name.trim_end_matches("@EXAMPLE.COM").to_owned());
/// let builder = Hallpass::builder(settings).backend(backend);
/// # let _ = builder;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RemoteUserBackend {
    path: &'static str,
    users: ModelBackend,
    create_unknown_user: bool,
    clean_username: Arc<dyn Fn(&str) -> String + Send + Sync>,
}

impl RemoteUserBackend {
    /// `django.contrib.auth.backends.RemoteUserBackend`: inactive users are refused.
    pub fn new() -> Self {
        Self::with(
            "django.contrib.auth.backends.RemoteUserBackend",
            ModelBackend::new(),
        )
    }

    /// `django.contrib.auth.backends.AllowAllUsersRemoteUserBackend`: inactive users pass the backend. The scheme still
    /// refuses them.
    pub fn allow_all_users() -> Self {
        Self::with(
            "django.contrib.auth.backends.AllowAllUsersRemoteUserBackend",
            ModelBackend::allow_all_users(),
        )
    }

    fn with(path: &'static str, users: ModelBackend) -> Self {
        Self {
            path,
            users,
            create_unknown_user: true,
            clean_username: Arc::new(str::to_owned),
        }
    }

    /// Whether a user is made for a name that nobody has: Django's attribute of that name, true unless changed.
    #[must_use]
    pub fn create_unknown_user(mut self, create: bool) -> Self {
        self.create_unknown_user = create;
        self
    }

    /// What a name becomes before it is looked up: Django's method of that name.
    #[must_use]
    pub fn clean_username(
        mut self,
        clean: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.clean_username = Arc::new(clean);
        self
    }
}

impl Default for RemoteUserBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RemoteUserBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteUserBackend")
            .field("path", &self.path)
            .field("create_unknown_user", &self.create_unknown_user)
            .finish_non_exhaustive()
    }
}

impl CredentialBackend for RemoteUserBackend {
    fn path(&self) -> &str {
        self.path
    }

    /// A name and a password are for the next backend.
    async fn authenticate(&self, _: &Accounts<'_>, _: &Credentials) -> Result<Answer, Rejection> {
        Ok(Answer::Pass)
    }

    async fn authenticate_remote_user(
        &self,
        accounts: &Accounts<'_>,
        remote_user: &str,
    ) -> Result<Answer, Rejection> {
        let name = (self.clean_username)(remote_user);
        let user = if self.create_unknown_user {
            accounts.get_or_create_by_username(&name).await?
        } else {
            accounts.find_by_username(&name).await?
        };
        let user = user.filter(|user| self.users.may_authenticate(user));
        Ok(user.map_or(Answer::Pass, Answer::User))
    }

    async fn user(&self, accounts: &Accounts<'_>, id: &UserId) -> Result<Option<User>, Rejection> {
        self.users.user(accounts, id).await
    }
}
