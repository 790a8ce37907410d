//! Work on one connection.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Params, Row};

use crate::engine::{Columns, Connection, Dialect, Engine, ExistingColumn, Parameter, Statement};
use crate::error::StoreError;
use crate::migrate::tables::{Kind, Table};
use crate::mysql::values::{MySqlRow, wire};
use crate::mysql::{ddl, errors, words};

/// Stands in the database while `migrate` makes tables, so that one that was interrupted
/// is known for what it is.
const SIGN: &str = "hallpass_migrate_did_not_finish";

/// A borrowed connection.
pub(super) struct Session<'a>(pub(super) &'a mut Conn);

fn in_place(statement: &Statement, parameters: &[Parameter<'_>]) -> Result<Params, StoreError> {
    let values = statement.places.iter().map(|place| {
        let parameter = parameters.get(*place);
        parameter.map(wire).ok_or_else(|| {
            StoreError::Other(format!("the statement has no value for ?{}", place + 1))
        })
    });
    let values: Vec<mysql_async::Value> = values.collect::<Result<_, _>>()?;
    Ok(if values.is_empty() {
        Params::Empty
    } else {
        Params::Positional(values)
    })
}

impl Session<'_> {
    async fn change(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<(), StoreError> {
        let parameters = in_place(statement, parameters)?;
        match self.0.exec_drop(&statement.sql, parameters).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.fault(&statement.sql, error).await),
        }
    }

    /// A duplicate is told by the index's name, whose first column the server knows.
    async fn fault(&mut self, sql: &str, error: Error) -> StoreError {
        let index = errors::duplicate_index(&error);
        let (Some(index), Some(table)) = (index, words::first_name(sql)) else {
            return error.into();
        };
        let ask = "SELECT column_name FROM information_schema.statistics \
                   WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ? \
                   ORDER BY seq_in_index LIMIT 1";
        match self.0.exec_first(ask, (table, index)).await {
            Ok(Some(column)) => StoreError::Duplicate { column },
            _ => error.into(),
        }
    }
}

impl Connection for Session<'_> {
    const DIALECT: Dialect = Dialect::MySql;

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
        let parameters = in_place(statement, parameters)?;
        let row: Option<Row> = self.0.exec_first(&statement.sql, parameters).await?;
        row.map(|row| read(&MySqlRow(&row))).transpose()
    }

    async fn all<T: Send>(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let parameters = in_place(statement, parameters)?;
        let rows: Vec<Row> = self.0.exec(&statement.sql, parameters).await?;
        rows.iter().map(|row| read(&MySqlRow(row))).collect()
    }

    async fn execute(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<u64, StoreError> {
        self.change(statement, parameters).await?;
        Ok(self.0.affected_rows())
    }

    async fn insert(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<i64, StoreError> {
        self.change(statement, parameters).await?;
        let id = self.0.last_insert_id();
        id.and_then(|id| i64::try_from(id).ok())
            .ok_or_else(|| StoreError::Other("the new row's key does not count up".to_owned()))
    }

    async fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.0.query_drop(sql).await?)
    }

    /// Views too, as Django's introspection.
    async fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT table_name FROM information_schema.tables \
                   WHERE table_schema = DATABASE() AND table_name <> ?";
        Ok(self.0.exec(sql, (SIGN,)).await?)
    }

    async fn columns(&mut self, table: &str) -> Result<Vec<ExistingColumn>, StoreError> {
        let sql = "SELECT column_name, column_type, is_nullable, column_key \
                   FROM information_schema.columns \
                   WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position";
        let rows: Vec<(String, String, String, String)> = self.0.exec(sql, (table,)).await?;
        let column = |(name, kind, nullable, key): (_, String, String, String)| ExistingColumn {
            name,
            kind: ddl::without_width(&kind),
            not_null: nullable == "NO",
            primary: key == "PRI",
        };
        Ok(rows.into_iter().map(column).collect())
    }

    async fn is_unique(&mut self, table: &str, column: &str) -> Result<bool, StoreError> {
        let sql = "SELECT count(*) FROM information_schema.statistics s \
                   WHERE s.table_schema = DATABASE() AND s.table_name = ? AND s.non_unique = 0 \
                   AND s.seq_in_index = 1 AND (s.column_name IS NULL OR s.column_name = ?) \
                   AND NOT EXISTS (SELECT 1 FROM information_schema.statistics more \
                   WHERE more.table_schema = s.table_schema AND more.table_name = s.table_name \
                   AND more.index_name = s.index_name AND more.seq_in_index = 2)";
        let indexes: Option<i64> = self.0.exec_first(sql, (table, column)).await?;
        Ok(indexes.unwrap_or(0) > 0)
    }

    async fn referred_table(
        &mut self,
        table: &str,
        column: &str,
    ) -> Result<Option<String>, StoreError> {
        let sql = "SELECT referenced_table_name FROM information_schema.key_column_usage \
                   WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ? \
                   AND referenced_table_name IS NOT NULL LIMIT 1";
        Ok(self.0.exec_first(sql, (table, column)).await?)
    }

    async fn is_half_made(&mut self) -> Result<bool, StoreError> {
        let sql = "SELECT count(*) FROM information_schema.tables \
                   WHERE table_schema = DATABASE() AND table_name = ?";
        let found: Option<i64> = self.0.exec_first(sql, (SIGN,)).await?;
        Ok(found.is_some_and(|found| found > 0))
    }

    async fn mark_half_made(&mut self, half_made: bool) -> Result<(), StoreError> {
        let sql = if half_made {
            format!("CREATE TABLE IF NOT EXISTS {SIGN} (run_it_again integer)")
        } else {
            format!("DROP TABLE IF EXISTS {SIGN}")
        };
        self.run(&sql).await
    }

    async fn engine(&mut self) -> Result<Engine, StoreError> {
        let version: Option<String> = self.0.query_first("SELECT version()").await?;
        let version = version.unwrap_or_default();
        let name = if version.to_lowercase().contains("mariadb") {
            "MariaDB"
        } else {
            "MySQL"
        };
        Ok(Engine {
            version: format!("{name} {version}"),
            journal_mode: None,
        })
    }
}
