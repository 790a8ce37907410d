//! One connection to a server, and the statements prepared on it.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use parking_lot::Mutex;
use tokio::task::AbortHandle;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row};

use crate::engine::{Columns, Connection, Dialect, Engine, ExistingColumn, Parameter, Statement};
use crate::error::StoreError;
use crate::migrate::tables::{Kind, Table};
use crate::postgres::values::PostgresRow;
use crate::postgres::{ddl, errors, triggers};
use crate::rarely::rarely;
use crate::user_model::UserModel;

/// A connection. Several may ask at once: their questions go out one after the other
/// without waiting for answers.
pub(super) struct Client {
    inner: tokio_postgres::Client,
    /// Nobody chooses keys: the statements are ours.
    prepared: Mutex<HashMap<String, tokio_postgres::Statement, FixedState>>,
    driver: AbortHandle,
}

impl Client {
    pub(super) fn new(inner: tokio_postgres::Client, driver: AbortHandle) -> Self {
        Self {
            inner,
            prepared: Mutex::default(),
            driver,
        }
    }

    pub(super) fn is_usable(&self) -> bool {
        !self.inner.is_closed()
    }

    /// Gives up a connection that does not answer; whoever waits on it is told.
    pub(super) fn abandon(&self) {
        self.driver.abort();
    }

    /// Words without rows or parameters, such as BEGIN.
    pub(super) async fn say(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.inner.batch_execute(sql).await?)
    }

    /// The answer of a statement whose parameter is a list of names; `None` is NULL.
    pub(super) async fn watched(
        &self,
        sql: &str,
        names: &[String],
    ) -> Result<Option<String>, StoreError> {
        let statement = self.prepare(sql).await?;
        let row = self.inner.query_one(&statement, &[&names]).await?;
        Ok(row.try_get(0)?)
    }

    async fn prepare(&self, sql: &str) -> Result<tokio_postgres::Statement, Error> {
        let known = self.prepared.lock().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = rarely(self.inner.prepare(sql)).await?;
        let mut prepared = self.prepared.lock();
        Ok(prepared.entry(sql.to_owned()).or_insert(statement).clone())
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("usable", &self.is_usable())
            .finish_non_exhaustive()
    }
}

/// Work on a connection.
#[derive(Debug)]
pub(super) struct Session<'a> {
    client: &'a Client,
    /// A prepared statement was out of date; they are forgotten now, and a repetition
    /// will do.
    pub(super) stale: bool,
}

impl<'a> Session<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self {
            client,
            stale: false,
        }
    }

    /// `None` when a parameter cannot be in the database at all.
    async fn rows(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let statement = self.prepare(sql).await?;
        if misfit(&statement, parameters).is_some() {
            return Ok(None);
        }
        let parameters = bound(parameters);
        match self.client.inner.query(&statement, &parameters).await {
            Ok(rows) => Ok(Some(rows)),
            Err(error) => Err(self.fault(error)),
        }
    }

    /// Whether the statement's one parameter is compared as plain text: not with a type that has rules of its own.
    pub(super) async fn takes_text(&mut self, statement: &Statement) -> Result<bool, StoreError> {
        let statement = self.prepare(&statement.sql).await?;
        Ok(matches!(statement.params(), [Type::TEXT | Type::VARCHAR]))
    }

    /// Every row of a statement whose one parameter is a list.
    pub(super) async fn of_list<T>(
        &mut self,
        statement: &Statement,
        list: &[&str],
        read: impl Fn(&dyn Columns) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let statement = self.prepare(&statement.sql).await?;
        let answer = self.client.inner.query(&statement, &[&list]).await;
        let rows = answer.map_err(|error| self.fault(error))?;
        rows.iter().map(|row| read(&PostgresRow(row))).collect()
    }

    async fn prepare(&mut self, sql: &str) -> Result<tokio_postgres::Statement, StoreError> {
        let answer = self.client.prepare(sql).await;
        answer.map_err(|error| self.fault(error))
    }

    fn fault(&mut self, error: Error) -> StoreError {
        if errors::is_stale(&error) {
            self.client.prepared.lock().clear();
            self.stale = true;
        }
        error.into()
    }
}

/// The first parameter that its place in the statement cannot hold.
fn misfit<'a, 'b>(
    statement: &tokio_postgres::Statement,
    parameters: &'a [Parameter<'b>],
) -> Option<&'a Parameter<'b>> {
    let mut places = parameters.iter().zip(statement.params());
    let misfit = places.find(|(parameter, kind)| !parameter.fits(kind));
    misfit.map(|(parameter, _)| parameter)
}

fn bound<'a>(parameters: &'a [Parameter<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    let bind = |parameter| parameter as &(dyn ToSql + Sync);
    parameters.iter().map(bind).collect()
}

/// A value that a statement is to store, and that cannot be stored.
fn cannot_hold() -> StoreError {
    StoreError::Constraint(
        "PostgreSQL holds no text with a NUL character and no number wider than its column"
            .to_owned(),
    )
}

impl Connection for Session<'_> {
    const DIALECT: Dialect = Dialect::Postgres;

    fn create_table(table: &Table) -> Vec<String> {
        ddl::create_table(table)
    }

    fn column_type(kind: Kind) -> String {
        ddl::column_type(kind)
    }

    async fn one<T: Send>(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Option<T>, StoreError> {
        let rows = self.rows(&statement.sql, parameters).await?;
        let first = rows.as_ref().and_then(|rows| rows.first());
        first.map(|row| read(&PostgresRow(row))).transpose()
    }

    async fn all<T: Send>(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.rows(&statement.sql, parameters).await?;
        let rows = rows.unwrap_or_default();
        rows.iter().map(|row| read(&PostgresRow(row))).collect()
    }

    async fn execute(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<u64, StoreError> {
        let sql = &statement.sql;
        let statement = self.prepare(sql).await?;
        if let Some(parameter) = misfit(&statement, parameters) {
            // What is only looked for is not there; what is to be stored cannot be.
            let looked_for = sql.starts_with("DELETE")
                || (sql.starts_with("UPDATE") && matches!(parameter, Parameter::Id(_)));
            return if looked_for {
                Ok(0)
            } else {
                Err(cannot_hold())
            };
        }
        let parameters = bound(parameters);
        let answer = self.client.inner.execute(&statement, &parameters).await;
        answer.map_err(|error| self.fault(error))
    }

    async fn insert(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<i64, StoreError> {
        let rows = self.rows(&statement.sql, parameters).await?;
        let rows = rows.ok_or_else(cannot_hold)?;
        let id = rows
            .first()
            .and_then(|row| PostgresRow(row).integer(0).ok()?);
        id.ok_or_else(|| StoreError::Other("the new row's key is no whole number".to_owned()))
    }

    async fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        self.client.say(sql).await
    }

    /// Those that the search path finds, views and the like too, as Django's introspection.
    async fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT c.relname FROM pg_catalog.pg_class c \
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                   WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v') \
                   AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema') \
                   AND pg_catalog.pg_table_is_visible(c.oid)";
        let rows = self.client.inner.query(sql, &[]).await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?)
    }

    async fn columns(&mut self, table: &str) -> Result<Vec<ExistingColumn>, StoreError> {
        let sql = "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), \
                   a.attnotnull, i.indexrelid IS NOT NULL \
                   FROM pg_catalog.pg_attribute a \
                   JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
                   LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary \
                   AND a.attnum = ANY (i.indkey) \
                   WHERE c.relname = $1 AND c.relkind IN ('f', 'm', 'p', 'r', 'v') \
                   AND pg_catalog.pg_table_is_visible(c.oid) \
                   AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
        let rows = self.client.inner.query(sql, &[&table]).await?;
        let column = |row: &Row| {
            Ok(ExistingColumn {
                name: row.try_get(0)?,
                kind: row.try_get(1)?,
                not_null: row.try_get(2)?,
                primary: row.try_get(3)?,
            })
        };
        rows.iter().map(column).collect()
    }

    async fn is_unique(&mut self, table: &str, column: &str) -> Result<bool, StoreError> {
        let sql = "SELECT count(*) FROM pg_catalog.pg_index i \
                   JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
                   LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] \
                   WHERE c.relname = $1 AND pg_catalog.pg_table_is_visible(c.oid) \
                   AND i.indisunique AND i.indnkeyatts = 1 AND (i.indkey[0] = 0 OR a.attname = $2)";
        let row = self.client.inner.query_one(sql, &[&table, &column]).await?;
        Ok(row.try_get::<_, i64>(0)? > 0)
    }

    async fn referred_table(
        &mut self,
        table: &str,
        column: &str,
    ) -> Result<Option<String>, StoreError> {
        let sql = "SELECT other.relname FROM pg_catalog.pg_constraint k \
                   JOIN pg_catalog.pg_class c ON c.oid = k.conrelid \
                   JOIN pg_catalog.pg_class other ON other.oid = k.confrelid \
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
                   AND k.conkey = ARRAY[a.attnum] \
                   WHERE k.contype = 'f' AND c.relname = $1 AND a.attname = $2 \
                   AND pg_catalog.pg_table_is_visible(c.oid) LIMIT 1";
        let rows = self.client.inner.query(sql, &[&table, &column]).await?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
    }

    async fn untold(&mut self, model: &UserModel) -> Result<Vec<String>, StoreError> {
        let tables = triggers::tables(model);
        let rows = self
            .client
            .inner
            .query(triggers::UNTOLD, &[&tables])
            .await?;
        let name = |row: &Row| {
            let quoted: String = row.try_get(0)?;
            Ok(quoted.trim_matches('"').to_owned())
        };
        rows.iter().map(name).collect()
    }

    async fn engine(&mut self) -> Result<Engine, StoreError> {
        let rows = self.client.inner.query("SHOW server_version", &[]).await?;
        let version: Option<String> = rows.first().map(|row| row.try_get(0)).transpose()?;
        Ok(Engine {
            version: format!("PostgreSQL {}", version.unwrap_or_default()),
            journal_mode: None,
        })
    }
}
