//! Statements on `authtoken_token` alone; its join with the user is in `users`. And that join on other tables.

use crate::engine::{Dialect, Statement};
use crate::statements::quoted;
use crate::statements::users::UserStatements;
use crate::user_model::UserModel;

#[derive(Debug)]
pub(crate) struct TokenStatements {
    /// Parameter: user id. Key and date.
    pub(crate) of_user: Statement,
    /// Parameters: key, created, user id.
    pub(crate) insert: Statement,
    /// The same, doing nothing if the user has a token.
    pub(crate) insert_unless_any: Statement,
    /// Parameter: user id.
    pub(crate) delete_of_user: Statement,
    /// Parameter: user id. Of several who replace a user's token at once, one waits here
    /// for the other. `None` where writes wait for each other anyway.
    pub(crate) lock_user: Option<Statement>,
}

/// The statement `by_token` on a table of the application's own, which may lack the date. Parameter: token key.
pub(crate) fn by_own_token(
    dialect: Dialect,
    users: &UserStatements,
    table: &str,
    has_created: bool,
) -> Statement {
    let created = if has_created {
        r#"t."created""#
    } else {
        "NULL"
    };
    let table = quoted(table);
    let (columns, joined) = &users.of_token;
    dialect.statement(&format!(
        r#"SELECT t."key", {created}, {columns} FROM {table} t {joined}"#
    ))
}

impl TokenStatements {
    pub(crate) fn build(dialect: Dialect, model: &UserModel) -> Self {
        let insert =
            r#"INSERT INTO "authtoken_token" ("key", "created", "user_id") VALUES (?1, ?2, ?3)"#;
        let lock = dialect.row_lock();
        Self {
            of_user: dialect.statement(
                r#"SELECT "key", "created" FROM "authtoken_token" WHERE "user_id" = ?1"#,
            ),
            insert: dialect.statement(insert),
            insert_unless_any: dialect
                .statement(&format!("{insert}{}", dialect.unless_taken("user_id"))),
            delete_of_user: dialect
                .statement(r#"DELETE FROM "authtoken_token" WHERE "user_id" = ?1"#),
            lock_user: (!lock.is_empty()).then(|| {
                let (table, id) = (quoted(&model.table), quoted(&model.columns.id));
                dialect.statement(&format!("SELECT {id} FROM {table} WHERE {id} = ?1{lock}"))
            }),
        }
    }
}
