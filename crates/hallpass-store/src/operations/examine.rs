//! A closer look at a database than [`inspect`](super::inspect): rows, foreign keys, clock.

use std::collections::BTreeMap;

use hallpass_formats::timestamp::Timestamp;

use crate::decode;
use crate::engine::{Columns, Connection, Job, Parameter};
use crate::error::StoreError;
use crate::examination::Examination;
use crate::migrate::apps::{App, Apps};
use crate::migrate::tables;
use crate::operations::migrate;
use crate::operations::users;
use crate::schema::{Schema, column_names};
use crate::statements::examine as sql;

use crate::user_model::UserModel;

/// How many users' hashes are looked at.
const SAMPLE: i64 = 1000;
/// How far in the future a token may have been made before it is odd, in seconds.
const GRACE: i64 = 60;

/// Everything that can be looked at, whatever is missing.
#[derive(Debug)]
pub(crate) struct Examine(pub(crate) Apps);

impl Job for Examine {
    type Output = Examination;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        model: &UserModel,
    ) -> Result<Examination, StoreError> {
        let apps = &self.0;
        let existing = connection.tables().await?;
        let has = |table: &str| existing.iter().any(|known| known == table);
        let mut found = Examination {
            made_but_unrecorded: made_but_unrecorded(connection, apps, &existing).await?,
            inconsistent_history: migrate::inconsistencies(connection, apps).await?,
            is_half_made: connection.is_half_made().await?,
            foreign_user_keys: foreign_user_keys(connection, apps).await?,
            untold_tables: connection.untold(model).await?,
            ..Examination::default()
        };
        (found.database_time, found.our_time) = clocks(connection).await?;
        let has_tokens = apps.has(App::AuthToken) && has("authtoken_token");
        if has_tokens {
            let latest = [Parameter::Time(Timestamp::now().add_seconds(GRACE))];
            found.tokens_of_the_future = Some(count(connection, sql::TOKENS_AFTER, &latest).await?);
            found.is_token_key_caseless = is_token_key_caseless(connection).await?;
        }
        match Schema::load(connection, model).await {
            Ok(schema) => {
                let sql = &schema.statements.users;
                found.logins_alike = Some(users::count(connection, &sql.count_alike).await?);
                found.pbkdf2_iterations = Some(pbkdf2_iterations(connection, &schema).await?);
                if has_tokens {
                    let orphans = users::count(connection, &sql.count_orphan_tokens).await?;
                    found.tokens_without_user = Some(orphans);
                }
            }
            Err(StoreError::MissingTables(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(found)
    }
}

/// The stored texts of the live sessions that end last, which are mostly the newest.
#[derive(Debug)]
pub(crate) struct NewestSessions {
    pub(crate) now: Timestamp,
    pub(crate) limit: u32,
}

impl Job for NewestSessions {
    type Output = Vec<String>;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        _: &UserModel,
    ) -> Result<Vec<String>, StoreError> {
        if column_names(connection, "django_session").await?.is_empty() {
            return Ok(Vec::new());
        }
        let newest = C::DIALECT.statement(sql::SESSIONS_BY_END);
        let limit = Parameter::Integer(i64::from(self.limit));
        connection
            .all(&newest, &[Parameter::Time(self.now), limit], |row| {
                decode::text(row, 0, "django_session", "session_data")
            })
            .await
    }
}

async fn made_but_unrecorded<C: Connection>(
    connection: &mut C,
    apps: &Apps,
    existing: &[String],
) -> Result<Vec<String>, StoreError> {
    let migrations = migrate::state(connection, apps).await?;
    let is_recorded = |app: App| {
        let label = apps.label(app);
        migrations
            .iter()
            .any(|step| step.applied && step.app == label)
    };
    let mut tables: Vec<String> = apps
        .installed
        .iter()
        .filter(|app| !is_recorded(**app))
        .flat_map(|app| tables::names_of_app(apps, *app))
        .filter(|table| existing.contains(table))
        .collect();
    tables.sort();
    Ok(tables)
}

/// The tables, besides the tokens', that refer to users. One that does not exist refers to nothing.
async fn foreign_user_keys<C: Connection>(
    connection: &mut C,
    apps: &Apps,
) -> Result<Vec<(String, String)>, StoreError> {
    let model = &apps.model;
    let mut keys = vec![
        (model.groups_table(), model.link_column()),
        (model.permissions_table(), model.link_column()),
    ];
    if apps.has(App::Admin) {
        keys.push(("django_admin_log".to_owned(), "user_id".to_owned()));
    }
    let mut foreign = Vec::new();
    for (table, column) in keys {
        match connection.referred_table(&table, &column).await? {
            Some(referred) if !referred.eq_ignore_ascii_case(&model.table) => {
                foreign.push((format!("{table}.{column}"), referred));
            }
            _ => {}
        }
    }
    Ok(foreign)
}

async fn clocks<C: Connection>(
    connection: &mut C,
) -> Result<(Option<Timestamp>, Option<Timestamp>), StoreError> {
    let Some(sql) = C::DIALECT.seconds_of_its_clock() else {
        return Ok((None, None));
    };
    let before = Timestamp::now();
    let seconds = connection
        .one(&C::DIALECT.statement(sql), &[], |row| {
            decode::integer(row, 0, "the clock", "now")
        })
        .await?;
    let theirs = seconds.map(|seconds| Timestamp::from_unix_micros(0).add_seconds(seconds));
    Ok((theirs, Some(before)))
}

async fn is_token_key_caseless<C: Connection>(connection: &mut C) -> Result<bool, StoreError> {
    match C::DIALECT.count_caseless_token_keys() {
        Some(sql) => Ok(count(connection, sql, &[]).await? > 0),
        None => Ok(false),
    }
}

/// The database sends the front of each hash only; what is kept of it is a number.
async fn pbkdf2_iterations<C: Connection>(
    connection: &mut C,
    schema: &Schema,
) -> Result<Vec<(u32, u64)>, StoreError> {
    let fronts = connection
        .all(
            &schema.statements.users.pbkdf2_fronts,
            &[Parameter::Integer(SAMPLE)],
            |row: &dyn Columns| Ok(row.text(0).ok().flatten().and_then(iterations)),
        )
        .await?;
    let mut counts = BTreeMap::new();
    for iterations in fronts.into_iter().flatten() {
        *counts.entry(iterations).or_insert(0) += 1;
    }
    Ok(counts.into_iter().collect())
}

fn iterations(front: &str) -> Option<u32> {
    let mut parts = front.split('$');
    (parts.next() == Some("pbkdf2_sha256")).then_some(())?;
    parts.next()?.parse().ok()
}

async fn count<C: Connection>(
    connection: &mut C,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<u64, StoreError> {
    let counted = connection
        .one(&C::DIALECT.statement(sql), parameters, |row| {
            decode::count(row, 0)
        })
        .await?;
    Ok(counted.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::iterations;

    #[test]
    fn the_number_of_a_hash_is_read_and_nothing_else() {
        assert_eq!(iterations("pbkdf2_sha256$870000$abc"), Some(870_000));
        assert_eq!(iterations("pbkdf2_sha256$99999999999"), None);
        assert_eq!(iterations("pbkdf2_sha1$1$abc"), None);
        assert_eq!(iterations("a password"), None);
    }
}
