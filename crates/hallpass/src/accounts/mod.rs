//! Accounts: making users, finding them, changing passwords.
//!
//! Django 5.2's `UserManager.create_user`: the login name is NFKC-normalised, the domain of the address lower-cased;
//! validators are not run, as in Django. What `createsuperuser` validates is here as functions of its own.

mod credentials;

use std::sync::Arc;

use hallpass_formats::password::{EncodeError, EncodedPassword};
use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::{email, username};
use hallpass_store::{NewUser, Store, StoreError, UserModel};

use crate::diagnostics::{Cause, Reason};
use crate::hashing::{Client, HashingPool};
use crate::identity::User;
use crate::identity_cache::IdentityCache;
use crate::rejection::Rejection;
use crate::signals::Signals;

/// The user table. See [`Core::accounts`](crate::Core::accounts).
#[derive(Clone, Copy, Debug)]
pub struct Accounts<'a> {
    store: &'a Store,
    identities: &'a IdentityCache,
    hashing: &'a HashingPool,
    signals: &'a Signals,
    client: Client,
}

/// A user to be made. `Debug` hides the password.
#[derive(Clone, Default)]
pub struct NewAccount {
    /// The value of the login column.
    pub username: String,
    /// The address; ignored when the login column is the address.
    pub email: String,
    /// The password; `None` makes an unusable one.
    pub password: Option<String>,
    /// May enter the admin.
    pub is_staff: bool,
    /// Holds every permission.
    pub is_superuser: bool,
    /// Cannot authenticate.
    pub is_inactive: bool,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Why an account could not be made or changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The login name is empty; Django's `ValueError`.
    #[error("The given username must be set")]
    MissingUsername,
    /// The login name is taken.
    #[error("That {0} is already taken.")]
    Taken(String),
    /// The hashing queue is full.
    #[error("too many passwords are being hashed at once: try again")]
    Busy,
    /// The preferred hasher refuses the password: `bcrypt` those over 72 bytes.
    #[error(transparent)]
    Refused(#[from] EncodeError),
    /// The user has been deleted meanwhile.
    #[error("the user does not exist any more")]
    Gone,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the caller did wrong is 400; a fault of the store or a full queue is 503.
impl From<AccountError> for Rejection {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Busy => Self::unavailable()
                .with_reason(Reason::new(Cause::HashQueue, "the hashing queue is full")),
            AccountError::Store(fault) => fault.into(),
            AccountError::Gone => Self::not_found(),
            AccountError::MissingUsername | AccountError::Taken(_) | AccountError::Refused(_) => {
                Self::parse_error(error.to_string())
            }
        }
    }
}

impl<'a> Accounts<'a> {
    pub(crate) fn new(
        store: &'a Store,
        identities: &'a IdentityCache,
        hashing: &'a HashingPool,
        signals: &'a Signals,
    ) -> Self {
        Self {
            store,
            identities,
            hashing,
            signals,
            client: Client::default(),
        }
    }

    /// The same for a client, in whose lane the password hashes wait.
    pub(crate) fn on_behalf_of(self, client: Client) -> Self {
        Self { client, ..self }
    }

    /// The names of a user's groups, in the order in which the groups were made; none for a user model without groups.
    ///
    /// # Errors
    /// The store's fault.
    pub async fn group_names(&self, user: &User) -> Result<Arc<[String]>, StoreError> {
        self.identities.group_names(self.store, user.id()).await
    }

    /// Makes a user, and in the same transaction what the signal's receivers add, such as its token.
    ///
    /// # Errors
    /// See [`AccountError`]; nothing is written then.
    pub async fn create_user(&self, account: NewAccount) -> Result<User, AccountError> {
        let login_name = self.normalize_username(&account.username);
        if login_name.is_empty() {
            return Err(AccountError::MissingUsername);
        }
        let password = self
            .hashing
            .make(self.client, account.password.as_deref())
            .await
            .map_err(|_| AccountError::Busy)??;
        let row = NewUser {
            email: Some(email::normalize(&account.email)),
            is_staff: account.is_staff,
            is_superuser: account.is_superuser,
            is_active: !account.is_inactive,
            first_name: account.first_name,
            last_name: account.last_name,
            date_joined: Timestamp::now(),
            ..NewUser::new(login_name, password)
        };
        self.insert(row).await
    }

    /// The user with this login name as it stands, made if there is none: Django's `get_or_create`, with the password
    /// empty. None when the name cannot be anybody's.
    pub(crate) async fn get_or_create_by_username(
        &self,
        name: &str,
    ) -> Result<Option<User>, Rejection> {
        if name.chars().count() > self.username_max_length() {
            tracing::warn!(
                "a name from outside is longer than a login name can be: it is nobody's"
            );
            return Ok(None);
        }
        if let Some(user) = self.find_by_username(name).await? {
            return Ok(Some(user));
        }
        match self
            .insert(NewUser::new(name, EncodedPassword::new("")))
            .await
        {
            Ok(user) => {
                tracing::info!(user = %user.id(), "made a user for a name from outside");
                Ok(Some(user))
            }
            // Somebody else was faster.
            Err(AccountError::Taken(_)) => self.find_by_username(name).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn insert(&self, row: NewUser) -> Result<User, AccountError> {
        match self
            .store
            .create_user(row, &self.signals.user_created)
            .await
        {
            Ok(row) => Ok(row.into()),
            Err(StoreError::Duplicate { column }) if column == self.model().username_column() => {
                Err(AccountError::Taken(self.username_verbose_name()))
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// The user whose login column is exactly this text: Django's `get_by_natural_key`.
    ///
    /// # Errors
    /// The store's fault.
    pub async fn by_username(&self, name: &str) -> Result<Option<User>, StoreError> {
        Ok(self.store.user_by_username(name).await?.map(User::from))
    }

    /// Replaces the password. Every session of the user dies, because the session auth hash covers the column.
    ///
    /// # Errors
    /// See [`AccountError`].
    pub async fn set_password(&self, user: &User, password: &str) -> Result<User, AccountError> {
        self.replace_password(user, Some(password)).await
    }

    /// Leaves the user without a password: nobody can log in with one until it is set anew.
    ///
    /// # Errors
    /// See [`AccountError`].
    pub async fn set_unusable_password(&self, user: &User) -> Result<User, AccountError> {
        self.replace_password(user, None).await
    }

    async fn replace_password(
        &self,
        user: &User,
        password: Option<&str>,
    ) -> Result<User, AccountError> {
        let encoded = self
            .hashing
            .make(self.client, password)
            .await
            .map_err(|_| AccountError::Busy)??;
        if self.store.set_password(user.id(), &encoded).await? {
            return Ok(user.with_password(&encoded));
        }
        Err(AccountError::Gone)
    }

    /// The login name as it is stored: NFKC, or a normalised address where the address is the login.
    pub fn normalize_username(&self, name: &str) -> String {
        if self.logs_in_by_email() {
            email::normalize(name)
        } else {
            username::normalize(name)
        }
    }

    /// What Django's field says against a login name: length, characters, syntax of an address.
    pub fn username_problem(&self, name: &str) -> Option<String> {
        let length = name.chars().count();
        let limit = self.username_max_length();
        if self.logs_in_by_email() {
            if !email::is_valid(name) {
                return Some("Enter a valid email address.".to_owned());
            }
        } else if !username::is_valid_unicode(name) {
            return Some(username::MESSAGE_UNICODE.to_owned());
        }
        (length > limit)
            .then(|| format!("Ensure this value has at most {limit} characters (it has {length})."))
    }

    /// Whether the login column is the address column.
    pub fn logs_in_by_email(&self) -> bool {
        let columns = &self.model().columns;
        columns.username == columns.email
    }

    /// Django's name for the login column in sentences: `username`, `email address`.
    pub fn username_verbose_name(&self) -> String {
        match self.model().username_column() {
            "email" => "email address".to_owned(),
            column => column.replace('_', " "),
        }
    }

    /// The longest login name that Django's column takes, in characters.
    pub fn username_max_length(&self) -> usize {
        if self.logs_in_by_email() { 254 } else { 150 }
    }

    pub(crate) fn username_column(&self) -> &'a str {
        self.model().username_column()
    }

    pub(crate) fn extra_columns(&self) -> &'a [String] {
        &self.model().extra_columns
    }

    fn model(&self) -> &'a UserModel {
        self.store.user_model()
    }
}
