//! Statements on the user table, built once from the columns that exist.

use crate::column_type::KeyType;
use crate::engine::{Dialect, ExistingColumn, Statement};
use crate::statements::quoted;
use crate::user_model::UserModel;

/// How many columns the fixed part of a user's SELECT list has; extra columns follow.
pub(crate) const FIXED_COLUMNS: usize = 11;

/// The statements for one shape of the user table.
#[derive(Debug)]
pub(crate) struct UserStatements {
    /// Parameter: token key. The token's key and date come first, then the user's columns.
    pub(crate) by_token: Statement,
    /// Parameter: a list of token keys. The same of each that there is, and last its number in the list, from 1.
    #[cfg(feature = "postgres")]
    pub(crate) by_tokens: Statement,
    /// What `by_token` selects of the user, and where it finds it: for other tables of tokens.
    pub(crate) of_token: (String, String),
    /// Parameter: id.
    pub(crate) by_id: Statement,
    /// Parameter: login name.
    pub(crate) by_username: Statement,
    /// Parameter: id.
    pub(crate) group_names: Statement,
    /// One parameter for each of `insert_columns`, then the key if it is a UUID: the database makes none.
    pub(crate) insert: Statement,
    /// What the parameters of `insert` are.
    pub(crate) insert_columns: Vec<UserColumn>,
    /// Parameters: id, password.
    pub(crate) set_password: Statement,
    /// Parameters: id, new password, old password.
    pub(crate) upgrade_password: Statement,
    /// Parameters: id, time. `None` without such a column.
    pub(crate) set_last_login: Option<Statement>,
    /// No parameters: id and login name.
    pub(crate) without_token: Statement,
    /// No parameters: how many have no token.
    pub(crate) count_without_token: Statement,
    /// No parameters: how many groups of logins differ in case only.
    pub(crate) count_alike: Statement,
    /// No parameters: how many tokens have no user.
    pub(crate) count_orphan_tokens: Statement,
    /// Parameter: at most how many. The front of the newest users' PBKDF2 hashes: algorithm and iterations.
    pub(crate) pbkdf2_fronts: Statement,
    /// No parameters.
    pub(crate) count: Statement,
    /// No parameters: algorithm (`!` unusable, empty unrecognised) and count.
    pub(crate) password_algorithms: Statement,
}

/// A column of the user table by its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserColumn {
    Username,
    Password,
    IsSuperuser,
    IsStaff,
    IsActive,
    FirstName,
    LastName,
    Email,
    DateJoined,
}

impl UserStatements {
    /// `existing` are the columns of the table, the required ones among them.
    pub(crate) fn build(
        dialect: Dialect,
        model: &UserModel,
        existing: &[ExistingColumn],
        key: KeyType,
    ) -> Self {
        let kind = |name: &str| {
            let column = existing.iter().find(|column| column.name == name);
            column.map(|column| column.kind.as_str())
        };
        let has = |name: &str| kind(name).is_some();
        let columns = &model.columns;
        let table = quoted(&model.table);
        let id = quoted(&columns.id);
        let username = quoted(&columns.username);
        let password = quoted(&columns.password);
        let or = |name: &str, absent: &str| {
            if has(name) {
                format!("u.{}", quoted(name))
            } else {
                absent.to_owned()
            }
        };
        let mut list = vec![
            format!("u.{id}"),
            format!("u.{username}"),
            format!("u.{password}"),
            or(&columns.last_login, "NULL"),
            or(&columns.is_superuser, "NULL"),
            or(&columns.is_staff, "NULL"),
            or(&columns.is_active, dialect.true_literal()),
            or(&columns.first_name, "NULL"),
            or(&columns.last_name, "NULL"),
            or(&columns.email, "NULL"),
            or(&columns.date_joined, "NULL"),
        ];
        list.extend(model.extra_columns.iter().map(|name| {
            dialect.readable(
                format!("u.{}", quoted(name)),
                kind(name).unwrap_or_default(),
            )
        }));
        let list = list.join(", ");
        let owner = format!(r#"JOIN {table} u ON u.{id} = t."user_id""#);
        let joined = format!(r#"{owner} WHERE t."key" = ?1"#);
        let no_token =
            format!(r#"NOT EXISTS (SELECT 1 FROM "authtoken_token" t WHERE t."user_id" = u.{id})"#);
        let (insert, insert_columns) = insert(dialect, model, has, key);
        let sql = |text: String| dialect.statement(&text);
        Self {
            by_token: sql(format!(
                r#"SELECT t."key", t."created", {list} FROM "authtoken_token" t {joined}"#
            )),
            #[cfg(feature = "postgres")]
            // Key by key within the one statement: a list in `= ANY` makes the server read whole tables of some
            // hundred rows. The number says for whom a row is.
            by_tokens: sql(format!(
                r#"SELECT x.*, q.n FROM unnest(?1::text[]) WITH ORDINALITY q(k, n) CROSS JOIN LATERAL (SELECT t."key", t."created", {list} FROM "authtoken_token" t {owner} WHERE t."key" = q.k LIMIT 1) x"#
            )),
            of_token: (list.clone(), joined),
            by_id: sql(format!("SELECT {list} FROM {table} u WHERE u.{id} = ?1")),
            by_username: sql(format!(
                "SELECT {list} FROM {table} u WHERE u.{username} = ?1"
            )),
            group_names: sql(format!(
                r#"SELECT g."name" FROM "auth_group" g JOIN {link} l ON l."group_id" = g."id" WHERE l.{user} = ?1 ORDER BY g."id""#,
                link = quoted(&model.groups_table()),
                user = quoted(&model.link_column()),
            )),
            insert,
            insert_columns,
            set_password: sql(format!(
                "UPDATE {table} SET {password} = ?2 WHERE {id} = ?1"
            )),
            upgrade_password: sql(format!(
                "UPDATE {table} SET {password} = ?2 WHERE {id} = ?1 AND {password} = ?3"
            )),
            set_last_login: has(&columns.last_login).then(|| {
                let last_login = quoted(&columns.last_login);
                sql(format!(
                    "UPDATE {table} SET {last_login} = ?2 WHERE {id} = ?1"
                ))
            }),
            without_token: sql(format!(
                "SELECT u.{id}, u.{username} FROM {table} u WHERE {no_token} ORDER BY u.{id}"
            )),
            count_without_token: sql(format!("SELECT count(*) FROM {table} u WHERE {no_token}")),
            count_alike: sql(format!(
                "SELECT count(*) FROM (SELECT 1 AS one FROM {table} GROUP BY lower({username}) HAVING count(*) > 1) x"
            )),
            count_orphan_tokens: sql(format!(
                r#"SELECT count(*) FROM "authtoken_token" t WHERE NOT EXISTS (SELECT 1 FROM {table} u WHERE u.{id} = t."user_id")"#
            )),
            pbkdf2_fronts: sql(format!(
                "SELECT substr(u.{password}, 1, 24) FROM {table} u WHERE u.{password} LIKE 'pbkdf2_sha256$%' \
                 ORDER BY u.{id} DESC LIMIT ?1"
            )),
            count: sql(format!("SELECT count(*) FROM {table}")),
            password_algorithms: sql(password_algorithms(dialect, &table, &password)),
        }
    }
}

/// Only what looks like the name of an algorithm is reported: an unhashed password with a
/// dollar sign in it must not end up in a report.
fn password_algorithms(dialect: Dialect, table: &str, password: &str) -> String {
    let dollar = dialect.first_dollar();
    let name = format!("substr(p, 1, {dollar} - 1)");
    let plain = dialect.is_plain_word(&name);
    format!(
        "SELECT CASE WHEN substr(p, 1, 1) = '!' THEN '!' WHEN {dollar} > 1 AND {plain} \
         THEN {name} ELSE '' END AS a, count(*) \
         FROM (SELECT {password} AS p FROM {table}) x GROUP BY 1"
    )
}

/// No column of the table has a default, so that every one that exists is named.
fn insert(
    dialect: Dialect,
    model: &UserModel,
    has: impl Fn(&str) -> bool,
    key: KeyType,
) -> (Statement, Vec<UserColumn>) {
    let columns = &model.columns;
    let optional = [
        (&columns.is_superuser, UserColumn::IsSuperuser),
        (&columns.is_staff, UserColumn::IsStaff),
        (&columns.is_active, UserColumn::IsActive),
        (&columns.first_name, UserColumn::FirstName),
        (&columns.last_name, UserColumn::LastName),
        (&columns.email, UserColumn::Email),
        (&columns.date_joined, UserColumn::DateJoined),
    ];
    let mut names = vec![quoted(&columns.username), quoted(&columns.password)];
    let mut roles = vec![UserColumn::Username, UserColumn::Password];
    for (name, role) in optional {
        // With e-mail login the address is the login column: one value, named once.
        if has(name) && *name != columns.username {
            names.push(quoted(name));
            roles.push(role);
        }
    }
    let returning = match key {
        KeyType::Integer => dialect.returning(&columns.id),
        KeyType::Uuid => {
            names.push(quoted(&columns.id));
            String::new()
        }
    };
    let places: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({}){returning}",
        quoted(&model.table),
        names.join(", "),
        places.join(", "),
    );
    (dialect.statement(&sql), roles)
}
