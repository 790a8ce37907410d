//! The rows as the floors above see them.

use std::fmt;

use hallpass_formats::password::EncodedPassword;
use hallpass_formats::session::SessionKey;
use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;

use crate::user_id::UserId;
use crate::value::Value;

/// One row of the user table. Columns that the table lacks read as Django's
/// `AbstractBaseUser` would have them: active, no staff, no superuser, no names.
#[derive(Clone)]
pub struct UserRow {
    /// Primary key.
    pub id: UserId,
    /// The value of the login column (`USERNAME_FIELD`).
    pub username: String,
    /// The encoded password as stored.
    pub password: EncodedPassword,
    /// Set by login only.
    pub last_login: Option<Timestamp>,
    /// Has every permission; `None` when the table has no such column.
    pub is_superuser: Option<bool>,
    /// May use the admin; `None` when the table has no such column.
    pub is_staff: Option<bool>,
    /// May log in.
    pub is_active: bool,
    /// Given name; `None` when the table has no such column.
    pub first_name: Option<String>,
    /// Family name; `None` when the table has no such column.
    pub last_name: Option<String>,
    /// Address; `None` when the table has no such column.
    pub email: Option<String>,
    /// When the account was made; `None` when the table has no such column.
    pub date_joined: Option<Timestamp>,
    /// The columns asked for in [`UserModel::extra_columns`](crate::UserModel), in that order.
    pub extra: Vec<(String, Value)>,
}

/// Without the other columns: an extra one may hold a secret of the application.
impl fmt::Debug for UserRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRow")
            .field("id", &self.id)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

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
