//! Every SQL statement, once, in the spelling that [`Dialect::statement`] translates:
//! identifiers in double quotes (`key` and `name` are reserved words in some engines),
//! numbered parameters `?1`. Values are never formatted in.

pub(crate) mod examine;
pub(crate) mod migrations;
pub(crate) mod permissions;
pub(crate) mod rights;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub(crate) mod users;

use crate::column_type::KeyType;
use crate::engine::{Dialect, ExistingColumn};
use crate::statements::permissions::PermissionStatements;
use crate::statements::sessions::SessionStatements;
use crate::statements::tokens::TokenStatements;
use crate::statements::users::UserStatements;
use crate::user_model::UserModel;

/// The statements for one shape of the user table.
#[derive(Debug)]
pub(crate) struct Statements {
    pub(crate) users: UserStatements,
    pub(crate) tokens: TokenStatements,
    pub(crate) sessions: SessionStatements,
    pub(crate) permissions: PermissionStatements,
}

impl Statements {
    /// `existing` are the columns of the user table.
    pub(crate) fn build(
        dialect: Dialect,
        model: &UserModel,
        existing: &[ExistingColumn],
        key: KeyType,
    ) -> Self {
        Self {
            users: UserStatements::build(dialect, model, existing, key),
            tokens: TokenStatements::build(dialect, model),
            sessions: SessionStatements::build(dialect),
            permissions: PermissionStatements::build(dialect, model),
        }
    }
}

/// An identifier in double quotes, as Django's SQLite and PostgreSQL backends write it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
