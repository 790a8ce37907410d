//! [`Connection`] on SQLite. Nothing here ever waits: each future is ready when it is
//! first asked, see [`now`].

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rusqlite::{OptionalExtension, params_from_iter};

use crate::engine::{Columns, Connection, Dialect, Engine, ExistingColumn, Parameter, Statement};
use crate::error::StoreError;
use crate::migrate::tables::{Kind, Table};
use crate::sqlite::ddl;
use crate::sqlite::row::SqliteRow;

/// The answer of work that only uses SQLite.
pub(super) fn now<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => Err(StoreError::Other(
            "work on SQLite waited for something else".to_owned(),
        )),
    }
}

impl Connection for rusqlite::Connection {
    const DIALECT: Dialect = Dialect::Sqlite;

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
        let mut statement = self.prepare_cached(&statement.sql)?;
        let mut rows = statement.query(params_from_iter(parameters))?;
        rows.next()?.map(|row| read(&SqliteRow(row))).transpose()
    }

    async fn all<T: Send>(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.prepare_cached(&statement.sql)?;
        let mut rows = statement.query(params_from_iter(parameters))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(&SqliteRow(row))?);
        }
        Ok(found)
    }

    async fn execute(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<u64, StoreError> {
        let mut statement = self.prepare_cached(&statement.sql)?;
        let changed = statement.execute(params_from_iter(parameters))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    async fn insert(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<i64, StoreError> {
        let mut statement = self.prepare_cached(&statement.sql)?;
        Ok(statement.query_row(params_from_iter(parameters), |row| row.get(0))?)
    }

    async fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.execute_batch(sql)?)
    }

    /// Without SQLite's own.
    async fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        let mut statement = self.prepare(sql)?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    async fn columns(&mut self, table: &str) -> Result<Vec<ExistingColumn>, StoreError> {
        let sql = r#"SELECT name, lower(type), "notnull", pk > 0 FROM pragma_table_info(?1)"#;
        let mut statement = self.prepare(sql)?;
        let columns = statement.query_map([table], |row| {
            Ok(ExistingColumn {
                name: row.get(0)?,
                kind: row.get(1)?,
                not_null: row.get(2)?,
                primary: row.get(3)?,
            })
        })?;
        Ok(columns.collect::<Result<_, _>>()?)
    }

    async fn is_unique(&mut self, table: &str, column: &str) -> Result<bool, StoreError> {
        let sql = r#"SELECT count(*) FROM pragma_index_list(?1) l WHERE l."unique"
            AND (SELECT count(*) FROM pragma_index_info(l.name)) = 1
            AND EXISTS (SELECT 1 FROM pragma_index_info(l.name) i WHERE i.name IS NULL OR i.name = ?2)"#;
        let indexes: i64 = self.query_row(sql, [table, column], |row| row.get(0))?;
        Ok(indexes > 0)
    }

    async fn referred_table(
        &mut self,
        table: &str,
        column: &str,
    ) -> Result<Option<String>, StoreError> {
        let sql = r#"SELECT "table" FROM pragma_foreign_key_list(?1) WHERE "from" = ?2"#;
        Ok(self
            .query_row(sql, [table, column], |row| row.get(0))
            .optional()?)
    }

    async fn engine(&mut self) -> Result<Engine, StoreError> {
        let journal_mode = self.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        Ok(Engine {
            version: rusqlite::version().to_owned(),
            journal_mode: Some(journal_mode),
        })
    }
}
