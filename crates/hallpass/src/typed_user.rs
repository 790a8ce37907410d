//! The application's own view of its users: Django's custom user model as a struct.
//!
//! Schemes and permissions see a [`User`], which has the fields of Django's `AbstractUser`. A model with further columns
//! names them in [`FromUser`]; they are checked when Hallpass starts and read with every user.

use std::fmt;

use hallpass_store::Value;

use crate::identity::User;

/// A type that a row of the user table becomes: what [`CurrentUser`](crate::CurrentUser) hands to a handler.
///
/// ```no_run
/// use hallpass::settings::Settings;
/// use hallpass::{ApiView, CurrentUser, FromUser, Hallpass, User, WrongColumn};
///
/// struct Member {
///     email: String,
///     tenant: i64,
///     nickname: Option<String>,
/// }
///
/// impl FromUser for Member {
///     const COLUMNS: &'static [&'static str] = &["tenant_id", "nickname"];
///
///     fn from_user(user: &User) -> Result<Self, WrongColumn> {
///         Ok(Self {
///             email: user.username().to_owned(),
///             tenant: user.column("tenant_id")?,
///             nickname: user.column("nickname")?,
///         })
///     }
/// }
///
/// # async fn run(settings: Settings) -> Result<(), hallpass::StartError> {
/// // Fails here when the table lacks one of the columns.
/// let hallpass = Hallpass::builder(settings).user_type::<Member>().build().await?;
/// let view: ApiView = ApiView::new("Me").get(|CurrentUser(member): CurrentUser<Member>| async move {
///     format!("{} of tenant {}", member.nickname.unwrap_or(member.email), member.tenant)
/// });
/// # let _ = (hallpass, view);
/// # Ok(())
/// # }
/// ```
pub trait FromUser: Sized + Send + 'static {
    /// The columns that it reads beyond those of Django's `AbstractUser`.
    const COLUMNS: &'static [&'static str] = &[];

    /// The value for a row.
    ///
    /// # Errors
    /// A column that holds something else than the type says.
    fn from_user(user: &User) -> Result<Self, WrongColumn>;
}

/// A column that does not hold what the application's type says. It names no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrongColumn {
    /// Nobody asked for the column at start.
    #[error(
        "{0} is not read: name it in FromUser::COLUMNS and register the type with Builder::user_type"
    )]
    NotRead(String),
    /// It holds something else.
    #[error("{column} holds {found}, not {wanted}")]
    Type {
        /// The column.
        column: String,
        /// What it holds.
        found: &'static str,
        /// What the type wants.
        wanted: &'static str,
    },
}

impl User {
    /// A further column as one of Rust's types: a number, a truth value, text, bytes, or an `Option` of them where the
    /// column may be `NULL`.
    ///
    /// # Errors
    /// The column was not read, or holds something else.
    pub fn column<T: FromColumn>(&self, name: &str) -> Result<T, WrongColumn> {
        let value = self
            .extra(name)
            .ok_or_else(|| WrongColumn::NotRead(name.to_owned()))?;
        T::from_column(value).map_err(|Mismatch { wanted }| WrongColumn::Type {
            column: name.to_owned(),
            found: kind(value),
            wanted,
        })
    }
}

/// A column's value is of another type than wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    wanted: &'static str,
}

/// A type that a column's value can become.
pub trait FromColumn: Sized {
    /// The value.
    ///
    /// # Errors
    /// The column holds something else.
    fn from_column(value: &Value) -> Result<Self, Mismatch>;
}

/// One of the types: what of a column's values it takes, and what it is called.
macro_rules! from_column {
    ($type:ty, $wanted:literal, $($value:pat => $taken:expr),+) => {
        impl FromColumn for $type {
            fn from_column(value: &Value) -> Result<Self, Mismatch> {
                match value {
                    $($value => Ok($taken),)+
                    _ => Err(Mismatch { wanted: $wanted }),
                }
            }
        }
    };
}

from_column!(i64, "a whole number", Value::Integer(number) => *number);
from_column!(f64, "a number", Value::Real(number) => *number, Value::Integer(number) => *number as f64);
from_column!(bool, "a truth value", Value::Integer(0) => false, Value::Integer(1) => true);
from_column!(String, "text", Value::Text(text) => text.clone(), Value::Uuid(uuid) => uuid.to_string());
from_column!(Vec<u8>, "bytes", Value::Blob(bytes) => bytes.clone());

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(None),
            value => T::from_column(value).map(Some),
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Integer(_) => "a whole number",
        Value::Real(_) => "a fraction",
        Value::Text(_) => "text",
        Value::Blob(_) => "bytes",
        Value::Uuid(_) => "a UUID",
        _ => "something unknown",
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not {}", self.wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_what_they_hold_and_nothing_else() {
        assert_eq!(i64::from_column(&Value::Integer(7)), Ok(7));
        assert_eq!(bool::from_column(&Value::Integer(1)), Ok(true));
        assert!(bool::from_column(&Value::Integer(2)).is_err());
        assert_eq!(Option::<i64>::from_column(&Value::Null), Ok(None));
        assert!(i64::from_column(&Value::Null).is_err());
        assert!(String::from_column(&Value::Blob(vec![1])).is_err());
        assert_eq!(f64::from_column(&Value::Integer(2)), Ok(2.0));
    }
}
