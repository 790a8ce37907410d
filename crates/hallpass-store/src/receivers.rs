//! What happens in the same transaction when a user is made.
//!
//! Django sends `post_save(created=True)`, and the usual guide hooks the creation of
//! a token onto it. A receiver here names the rows it wants; they are written in the
//! transaction of the user's INSERT, so that either all of them exist or none.

use std::fmt;

use hallpass_formats::token::TokenKey;

use crate::user_row::UserRow;
use crate::value::Value;

/// Called for each new user, before the transaction commits.
///
/// ```
/// use hallpass_formats::token::TokenKey;
/// use hallpass_store::{RelatedRows, UserCreated, UserRow};
///
/// struct CreateAuthToken;
///
/// impl UserCreated for CreateAuthToken {
///     fn user_created(&self, _user: &UserRow, rows: &mut RelatedRows) {
///         rows.token(TokenKey::generate());
///     }
/// }
/// ```
pub trait UserCreated: Send + Sync {
    /// Says which rows belong to `user`. Runs on the writer's thread: no waiting here.
    fn user_created(&self, user: &UserRow, rows: &mut RelatedRows);
}

/// The rows that a receiver wants written, in the order they were named.
#[derive(Default)]
pub struct RelatedRows {
    pub(crate) wanted: Vec<RelatedRow>,
}

pub(crate) enum RelatedRow {
    Token(TokenKey),
    Statement { sql: String, values: Vec<Value> },
}

impl RelatedRows {
    /// A token for the new user, created now.
    pub fn token(&mut self, key: TokenKey) {
        self.wanted.push(RelatedRow::Token(key));
    }

    /// One statement of your own, with `?1`, `?2`, ... for `values`. If it fails the user
    /// is not made either. Never format values into `sql`.
    pub fn execute(&mut self, sql: impl Into<String>, values: Vec<Value>) {
        self.wanted.push(RelatedRow::Statement {
            sql: sql.into(),
            values,
        });
    }
}

/// Only how many: the values may be secrets.
impl fmt::Debug for RelatedRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelatedRows")
            .field("count", &self.wanted.len())
            .finish()
    }
}
