//! One row of the user table. The cache above holds many of them, so a row is small: two pieces of memory, however
//! many columns it has.

mod texts;

use std::fmt;
use std::sync::Arc;

use hallpass_formats::password::EncodedPassword;
use hallpass_formats::timestamp::Timestamp;

use crate::user_id::UserId;
use crate::value::Value;
use texts::Texts;

/// One row of the user table, as it was when it was read. Cheap to clone.
///
/// Columns that the table lacks read as Django's `AbstractBaseUser` would have them: active, no staff, no superuser, no
/// names.
#[derive(Clone)]
pub struct UserRow(Arc<Packed>);

#[derive(Clone)]
struct Packed {
    id: UserId,
    last_login: Timestamp,
    date_joined: Timestamp,
    texts: Texts<5>,
    is_superuser: Option<bool>,
    is_staff: Option<bool>,
    is_active: bool,
    /// Behind a pointer of its own, since most models have none.
    extra: Option<Box<Extra>>,
}

#[derive(Clone)]
struct Extra(Vec<(Arc<str>, Value)>);

/// Stands for NULL: earlier than any time that a database can hold, and half the size of an `Option`.
const NEVER: Timestamp = Timestamp::from_unix_micros(i64::MIN);

const USERNAME: usize = 0;
const PASSWORD: usize = 1;
const FIRST_NAME: usize = 2;
const LAST_NAME: usize = 3;
const EMAIL: usize = 4;

/// The columns, as they lie in the database's memory.
pub(crate) struct UserColumnValues<'a> {
    pub(crate) id: UserId,
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    pub(crate) last_login: Option<Timestamp>,
    pub(crate) is_superuser: Option<bool>,
    pub(crate) is_staff: Option<bool>,
    pub(crate) is_active: bool,
    pub(crate) first_name: Option<&'a str>,
    pub(crate) last_name: Option<&'a str>,
    pub(crate) email: Option<&'a str>,
    pub(crate) date_joined: Option<Timestamp>,
    pub(crate) extra: Vec<(Arc<str>, Value)>,
}

impl UserRow {
    /// `None` when the texts are longer than memory has a right to be asked for: 2 GiB.
    pub(crate) fn pack(values: UserColumnValues<'_>) -> Option<Self> {
        let texts = Texts::pack([
            Some(values.username),
            Some(values.password),
            values.first_name,
            values.last_name,
            values.email,
        ])?;
        let extra = values.extra;
        Some(Self(Arc::new(Packed {
            id: values.id,
            last_login: values.last_login.unwrap_or(NEVER),
            date_joined: values.date_joined.unwrap_or(NEVER),
            texts,
            is_superuser: values.is_superuser,
            is_staff: values.is_staff,
            is_active: values.is_active,
            extra: (!extra.is_empty()).then(|| Box::new(Extra(extra))),
        })))
    }

    /// Primary key.
    #[must_use]
    pub fn id(&self) -> &UserId {
        &self.0.id
    }

    /// The value of the login column (`USERNAME_FIELD`).
    #[must_use]
    pub fn username(&self) -> &str {
        self.0.texts.get(USERNAME).unwrap_or_default()
    }

    /// The encoded password as stored.
    #[must_use]
    pub fn password(&self) -> EncodedPassword {
        EncodedPassword::new(self.0.texts.get(PASSWORD).unwrap_or_default())
    }

    /// Set by login only.
    #[must_use]
    pub fn last_login(&self) -> Option<Timestamp> {
        known(self.0.last_login)
    }

    /// Has every permission; `None` when the table has no such column.
    #[must_use]
    pub fn is_superuser(&self) -> Option<bool> {
        self.0.is_superuser
    }

    /// May use the admin; `None` when the table has no such column.
    #[must_use]
    pub fn is_staff(&self) -> Option<bool> {
        self.0.is_staff
    }

    /// May log in.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.0.is_active
    }

    /// Given name; `None` when the table has no such column.
    #[must_use]
    pub fn first_name(&self) -> Option<&str> {
        self.0.texts.get(FIRST_NAME)
    }

    /// Family name; `None` when the table has no such column.
    #[must_use]
    pub fn last_name(&self) -> Option<&str> {
        self.0.texts.get(LAST_NAME)
    }

    /// Address; `None` when the table has no such column.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.0.texts.get(EMAIL)
    }

    /// When the account was made; `None` when the table has no such column.
    #[must_use]
    pub fn date_joined(&self) -> Option<Timestamp> {
        known(self.0.date_joined)
    }

    /// The columns asked for in [`UserModel::extra_columns`](crate::UserModel), in that order.
    #[must_use]
    pub fn extra(&self) -> &[(Arc<str>, Value)] {
        self.0.extra.as_ref().map_or(&[], |extra| &extra.0)
    }

    /// Whether both are of one reading.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The same row with another [`last_login`](Self::last_login).
    #[must_use]
    pub fn with_last_login(&self, at: Timestamp) -> Self {
        Self(Arc::new(Packed {
            last_login: at,
            ..Packed::clone(&self.0)
        }))
    }

    /// The same row with another [`password`](Self::password).
    #[must_use]
    pub fn with_password(&self, password: &EncodedPassword) -> Self {
        let repacked = Self::pack(UserColumnValues {
            id: self.0.id,
            username: self.username(),
            password: password.as_str(),
            last_login: self.last_login(),
            is_superuser: self.0.is_superuser,
            is_staff: self.0.is_staff,
            is_active: self.0.is_active,
            first_name: self.first_name(),
            last_name: self.last_name(),
            email: self.email(),
            date_joined: self.date_joined(),
            extra: self.extra().to_vec(),
        });
        // No password is so long: what hashes them has its limits far below.
        repacked.unwrap_or_else(|| self.clone())
    }
}

fn known(at: Timestamp) -> Option<Timestamp> {
    (at != NEVER).then_some(at)
}

/// Without the other columns: an extra one may hold a secret of the application.
impl fmt::Debug for UserRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRow")
            .field("id", self.id())
            .field("username", &self.username())
            .finish_non_exhaustive()
    }
}
