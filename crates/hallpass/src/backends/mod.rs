//! Credential backends: who checks a user name and a password?
//!
//! Django's `AUTHENTICATION_BACKENDS`, asked in order: the first that returns a user wins and is remembered in the
//! session by its dotted path; one that denies (`PermissionDenied`) ends the chain at once.

mod model;
mod remote_user;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use hallpass_store::UserId;

use crate::accounts::Accounts;
use crate::future::BoxFuture;
use crate::identity::User;
use crate::permissions::Object;
use crate::rejection::Rejection;

pub use model::ModelBackend;
pub use remote_user::RemoteUserBackend;

/// A user name and a password, as a client sent them. `Debug` hides the password.
#[derive(Clone)]
pub struct Credentials {
    username: String,
    password: String,
    repeated: bool,
}

impl Credentials {
    /// Both exactly as sent: nothing is trimmed or normalised.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
            repeated: false,
        }
    }

    /// The same from a client that sends them with every request, as Basic does: the user table's own backends then
    /// believe for `[identity_cache] remember_basic` seconds what a check of the same password found.
    #[must_use]
    pub fn repeated(mut self) -> Self {
        self.repeated = true;
        self
    }

    pub(crate) fn are_repeated(&self) -> bool {
        self.repeated
    }

    /// The value for the login column.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The secret.
    pub fn password(&self) -> &str {
        &self.password
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// What one backend says of credentials.
#[derive(Clone, Debug)]
pub enum Answer {
    /// These are this user's.
    User(User),
    /// Not known here: ask the next backend.
    Pass,
    /// Nobody may log in with these: ask no further (Django's `PermissionDenied`).
    Deny,
}

/// One credential backend: Django's `BaseBackend`.
pub trait CredentialBackend: Send + Sync + 'static {
    /// The name that a session keeps; a session whose backend is not configured is anonymous.
    fn path(&self) -> &str;

    /// Checks credentials.
    fn authenticate(
        &self,
        accounts: &Accounts<'_>,
        credentials: &Credentials,
    ) -> impl Future<Output = Result<Answer, Rejection>> + Send;

    /// The user whom a server in front of us vouches for: Django's `authenticate(remote_user=…)`. Not known here unless
    /// overridden, as in Django, where a backend without such a parameter is passed over.
    fn authenticate_remote_user(
        &self,
        _accounts: &Accounts<'_>,
        _remote_user: &str,
    ) -> impl Future<Output = Result<Answer, Rejection>> + Send {
        std::future::ready(Ok(Answer::Pass))
    }

    /// Loads the user of a session that this backend opened; `None` makes the session anonymous.
    fn user(
        &self,
        accounts: &Accounts<'_>,
        id: &UserId,
    ) -> impl Future<Output = Result<Option<User>, Rejection>> + Send;

    /// The user that [`user`](Self::user) would find, where nothing has to be waited for; `None`, the default, asks that
    /// one.
    fn user_now(&self, _accounts: &Accounts<'_>, _id: &UserId) -> Option<User> {
        None
    }

    /// Whether this backend grants the user a permission (`shop.change_order`): Django's `has_perm`, asked of every
    /// backend in turn until one grants it. [`Rejection::permission_denied`] ends the search: no, whatever those behind
    /// would say. Django's own backends grant what stands in the permission tables, of which nothing is to be done here.
    fn has_perm(
        &self,
        _accounts: &Accounts<'_>,
        _user: &User,
        _permission: &str,
    ) -> impl Future<Output = Result<bool, Rejection>> + Send {
        std::future::ready(Ok(false))
    }

    /// Whether this backend grants the user a permission (`shop.change_order`) on one object; what
    /// [`DjangoObjectPermissions`](crate::DjangoObjectPermissions) asks. No unless overridden, as in Django's own
    /// backends. An inactive user and an active superuser are decided before any backend is asked.
    fn has_object_perm(
        &self,
        _accounts: &Accounts<'_>,
        _user: &User,
        _permission: &str,
        _object: Object<'_>,
    ) -> impl Future<Output = Result<bool, Rejection>> + Send {
        std::future::ready(Ok(false))
    }
}

/// A user that a backend accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The user.
    pub user: User,
    /// The [`CredentialBackend::path`] of the backend that accepted it.
    pub backend: String,
}

/// What the whole chain says.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// A backend accepted the credentials.
    Accepted(Accepted),
    /// No backend did.
    Refused,
}

/// A backend behind a pointer, so that a list may hold different ones.
#[derive(Clone)]
pub struct Backend(Arc<dyn ErasedBackend>);

impl Backend {
    /// Wraps a backend.
    pub fn new(backend: impl CredentialBackend) -> Self {
        Self(Arc::new(backend))
    }

    pub(crate) fn path(&self) -> &str {
        self.0.path()
    }

    pub(crate) async fn user(
        &self,
        accounts: &Accounts<'_>,
        id: &UserId,
    ) -> Result<Option<User>, Rejection> {
        self.0.user(accounts, id).await
    }

    pub(crate) fn user_now(&self, accounts: &Accounts<'_>, id: &UserId) -> Option<User> {
        self.0.user_now(accounts, id)
    }

    pub(crate) async fn has_perm(
        &self,
        accounts: &Accounts<'_>,
        user: &User,
        permission: &str,
    ) -> Result<bool, Rejection> {
        self.0.has_perm(accounts, user, permission).await
    }

    /// Whether it is one of Django's, which grant what stands in the permission tables.
    pub(crate) fn is_of_django(&self) -> bool {
        self.path().starts_with("django.contrib.auth.backends.")
    }

    pub(crate) async fn has_object_perm(
        &self,
        accounts: &Accounts<'_>,
        user: &User,
        permission: &str,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        self.0
            .has_object_perm(accounts, user, permission, object)
            .await
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Backend").field(&self.path()).finish()
    }
}

/// The object-safe twin of [`CredentialBackend`].
trait ErasedBackend: Send + Sync {
    fn path(&self) -> &str;
    fn authenticate<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        credentials: &'a Credentials,
    ) -> BoxFuture<'a, Result<Answer, Rejection>>;
    fn authenticate_remote_user<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        remote_user: &'a str,
    ) -> BoxFuture<'a, Result<Answer, Rejection>>;
    fn user<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        id: &'a UserId,
    ) -> BoxFuture<'a, Result<Option<User>, Rejection>>;
    fn user_now(&self, accounts: &Accounts<'_>, id: &UserId) -> Option<User>;
    fn has_perm<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        user: &'a User,
        permission: &'a str,
    ) -> BoxFuture<'a, Result<bool, Rejection>>;
    fn has_object_perm<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        user: &'a User,
        permission: &'a str,
        object: Object<'a>,
    ) -> BoxFuture<'a, Result<bool, Rejection>>;
}

impl<B: CredentialBackend> ErasedBackend for B {
    fn path(&self) -> &str {
        CredentialBackend::path(self)
    }

    fn authenticate<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        credentials: &'a Credentials,
    ) -> BoxFuture<'a, Result<Answer, Rejection>> {
        Box::pin(CredentialBackend::authenticate(self, accounts, credentials))
    }

    fn authenticate_remote_user<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        remote_user: &'a str,
    ) -> BoxFuture<'a, Result<Answer, Rejection>> {
        Box::pin(CredentialBackend::authenticate_remote_user(
            self,
            accounts,
            remote_user,
        ))
    }

    fn user<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        id: &'a UserId,
    ) -> BoxFuture<'a, Result<Option<User>, Rejection>> {
        Box::pin(CredentialBackend::user(self, accounts, id))
    }

    fn user_now(&self, accounts: &Accounts<'_>, id: &UserId) -> Option<User> {
        CredentialBackend::user_now(self, accounts, id)
    }

    fn has_perm<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        user: &'a User,
        permission: &'a str,
    ) -> BoxFuture<'a, Result<bool, Rejection>> {
        Box::pin(CredentialBackend::has_perm(
            self, accounts, user, permission,
        ))
    }

    fn has_object_perm<'a>(
        &'a self,
        accounts: &'a Accounts<'a>,
        user: &'a User,
        permission: &'a str,
        object: Object<'a>,
    ) -> BoxFuture<'a, Result<bool, Rejection>> {
        Box::pin(CredentialBackend::has_object_perm(
            self, accounts, user, permission, object,
        ))
    }
}

/// What a caller offers to the backends.
#[derive(Clone, Copy)]
pub(crate) enum Offer<'a> {
    Credentials(&'a Credentials),
    RemoteUser(&'a str),
}

impl<'a> Offer<'a> {
    pub(crate) fn username(self) -> &'a str {
        match self {
            Self::Credentials(credentials) => credentials.username(),
            Self::RemoteUser(name) => name,
        }
    }
}

/// Asks `backends` in order.
pub(crate) async fn authenticate(
    backends: &[Backend],
    accounts: &Accounts<'_>,
    offer: Offer<'_>,
) -> Result<Verdict, Rejection> {
    for backend in backends {
        let answer = match offer {
            Offer::Credentials(credentials) => backend.0.authenticate(accounts, credentials),
            Offer::RemoteUser(name) => backend.0.authenticate_remote_user(accounts, name),
        };
        match answer.await? {
            Answer::User(user) => {
                return Ok(Verdict::Accepted(Accepted {
                    user,
                    backend: backend.path().to_owned(),
                }));
            }
            Answer::Pass => {}
            Answer::Deny => break,
        }
    }
    tracing::info!("credentials were refused");
    Ok(Verdict::Refused)
}
