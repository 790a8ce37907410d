//! Who is calling: a user, and what proved it.
//!
//! DRF keeps the two halves as `request.user` and `request.auth`; an [`Identity`] is both, plus the name of the
//! scheme that succeeded (`request.successful_authenticator`).

use std::borrow::Cow;
use std::fmt;

use hallpass_formats::password::EncodedPassword;
use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;
use hallpass_store::{OwnTokenRow, TokenRow, UserId, UserRow, Value};

/// A row of the user table: `AUTH_USER_MODEL`'s fields as Django names them.
///
/// Cheap to clone. `Debug` prints the id and the login name, never the stored password.
#[derive(Clone)]
pub struct User {
    row: UserRow,
}

impl User {
    /// The primary key.
    pub fn id(&self) -> &UserId {
        self.row.id()
    }

    /// The value of the login column (`USERNAME_FIELD`): Django's `get_username()`.
    pub fn username(&self) -> &str {
        self.row.username()
    }

    /// The address; `None` when the model has no such column.
    pub fn email(&self) -> Option<&str> {
        self.row.email()
    }

    /// The first name; `None` when the model has no such column.
    pub fn first_name(&self) -> Option<&str> {
        self.row.first_name()
    }

    /// The last name; `None` when the model has no such column.
    pub fn last_name(&self) -> Option<&str> {
        self.row.last_name()
    }

    /// May enter the admin; what [`IsAdminUser`](crate::permissions::IsAdminUser) asks. False when the model has
    /// no such column.
    pub fn is_staff(&self) -> bool {
        self.row.is_staff().unwrap_or(false)
    }

    /// Holds every permission. False when the model has no such column.
    pub fn is_superuser(&self) -> bool {
        self.row.is_superuser().unwrap_or(false)
    }

    /// Whether both are of one reading of the row.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.row.is(&other.row)
    }

    /// The row underneath: there a column that the model lacks is `None`.
    pub(crate) fn row(&self) -> &UserRow {
        &self.row
    }

    /// May authenticate at all. True when the model has no such column, as in Django's `AbstractBaseUser`.
    pub fn is_active(&self) -> bool {
        self.row.is_active()
    }

    /// When the user last logged in with a session; tokens and Basic never move it.
    pub fn last_login(&self) -> Option<Timestamp> {
        self.row.last_login()
    }

    /// When the user was made; `None` when the model has no such column.
    pub fn date_joined(&self) -> Option<Timestamp> {
        self.row.date_joined()
    }

    /// A further column that `[user_model] extra_columns` names.
    pub fn extra(&self, column: &str) -> Option<&Value> {
        let mut all = self.row.extra().iter();
        all.find(|(name, _)| **name == *column)
            .map(|(_, value)| value)
    }

    /// The stored password text.
    pub(crate) fn password(&self) -> EncodedPassword {
        self.row.password()
    }

    /// The same user after it logged in.
    pub(crate) fn with_last_login(&self, at: Timestamp) -> Self {
        self.row.with_last_login(at).into()
    }

    /// The same user after its stored password was replaced.
    pub(crate) fn with_password(&self, password: &EncodedPassword) -> Self {
        self.row.with_password(password).into()
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self { row }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id().to_string())
            .field("username", &self.username())
            .finish()
    }
}

/// A row of `authtoken_token`, or of a table of tokens that is the application's own. `Debug` hides the key.
#[derive(Clone, Debug)]
pub struct Token {
    key: TokenKey,
    created: Option<Timestamp>,
}

impl Token {
    /// The key, the secret that `Authorization: Token <key>` carries.
    pub fn key(&self) -> &str {
        self.key.as_str()
    }

    pub(crate) fn new(key: TokenKey, created: Timestamp) -> Self {
        Self {
            key,
            created: Some(created),
        }
    }

    /// When the row was made; `None` when a table of the application's own does not say.
    pub fn created(&self) -> Option<Timestamp> {
        self.created
    }
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            key: row.key,
            created: Some(row.created),
        }
    }
}

impl From<OwnTokenRow> for Token {
    fn from(row: OwnTokenRow) -> Self {
        Self {
            key: row.key,
            created: row.created,
        }
    }
}

/// A caller that an authentication scheme has recognised.
#[derive(Clone, Debug)]
pub struct Identity {
    user: User,
    token: Option<Token>,
    authenticated_by: Cow<'static, str>,
}

impl Identity {
    /// `user`, recognised by the scheme called `authenticated_by` (`"session"`, `"token"`, `"basic"`, or the name
    /// of an application's own scheme).
    pub fn new(user: User, authenticated_by: impl Into<Cow<'static, str>>) -> Self {
        Self {
            user,
            token: None,
            authenticated_by: authenticated_by.into(),
        }
    }

    /// The same, with the token that proved it (DRF's `request.auth`).
    #[must_use]
    pub fn with_token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// The caller.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The token, when one was used.
    pub fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// The name of the scheme that succeeded.
    pub fn authenticated_by(&self) -> &str {
        &self.authenticated_by
    }
}
