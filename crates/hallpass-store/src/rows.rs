//! The rows as the floors above see them.

use std::fmt;

use hallpass_formats::password::EncodedPassword;
use hallpass_formats::session::SessionKey;
use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;

use crate::user_id::UserId;
use crate::user_row::UserRow;

/// One row of `authtoken_token`.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// The key, stored in clear.
    pub key: TokenKey,
    /// Whose token it is; a user has at most one.
    pub user_id: UserId,
    /// Set on insert, never changed.
    pub created: Timestamp,
}

/// Whose token a key is: what whoever has the key does not know yet.
#[derive(Debug, Clone)]
pub struct TokenOwner {
    /// When the token was made.
    pub created: Timestamp,
    /// Whose it is.
    pub user: UserRow,
    /// The key as it is stored, where the database takes another for the same: on MySQL and MariaDB one in other letter case.
    pub other_key: Option<Box<TokenKey>>,
}

/// One row of a table of tokens that is the application's own. `Debug` hides the key.
#[derive(Debug, Clone)]
pub struct OwnTokenRow {
    /// The secret.
    pub key: TokenKey,
    /// When it was made; `None` when the table does not say.
    pub created: Option<Timestamp>,
}

/// One row of `django_session`.
#[derive(Clone)]
pub struct SessionRow {
    /// The key that the cookie carries.
    pub key: SessionKey,
    /// The signed text; see `hallpass_formats::session::SessionData`.
    pub data: String,
    /// The row is live while this is later than now.
    pub expire_date: Timestamp,
}

/// Without the data, which is as good as the session itself.
impl fmt::Debug for SessionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRow")
            .field("key", &self.key)
            .field("expire_date", &self.expire_date)
            .finish_non_exhaustive()
    }
}

/// Some live sessions, and where the next ones begin.
#[derive(Debug, Clone)]
pub struct SessionPage {
    /// The sessions, in the order of their keys.
    pub rows: Vec<SessionRow>,
    /// The key after which the next page begins; `None` at the end.
    pub next: Option<String>,
}

/// One permission that somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionRow {
    /// The application of the content type, such as `auth`.
    pub app_label: String,
    /// What may be done, such as `add_group`.
    pub codename: String,
    /// Whether it comes through a group instead of directly.
    pub through_group: bool,
}

/// What a new row of the user table needs. Fields whose column the table lacks are left out.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The value of the login column, already normalised.
    pub username: String,
    /// Address; empty text is stored for `None`. Ignored when the address is the login column.
    pub email: Option<String>,
    /// The encoded password.
    pub password: EncodedPassword,
    /// May use the admin; `None` when the table has no such column.
    pub is_staff: bool,
    /// Has every permission; `None` when the table has no such column.
    pub is_superuser: bool,
    /// May log in.
    pub is_active: bool,
    /// Given name, may be empty.
    pub first_name: String,
    /// Family name, may be empty.
    pub last_name: String,
    /// When the account was made.
    pub date_joined: Timestamp,
}

impl NewUser {
    /// An active account without rights, names or address, made now: what Django's
    /// `create_user(username, password=...)` stores.
    #[must_use]
    pub fn new(username: impl Into<String>, password: EncodedPassword) -> Self {
        Self {
            username: username.into(),
            email: None,
            password,
            is_staff: false,
            is_superuser: false,
            is_active: true,
            first_name: String::new(),
            last_name: String::new(),
            date_joined: Timestamp::now(),
        }
    }
}
