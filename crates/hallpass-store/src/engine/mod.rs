//! What a database must be able to do, so that everything above is written once.
//!
//! A database is a folder beside this one: it implements [`Connection`] and runs the
//! three kinds of work ([`PointRead`], [`Write`], [`Job`]) on connections of its own. What
//! that work is stands in `operations`, its SQL in `statements`.

mod columns;
mod dialect;

use std::future::Future;

use hallpass_formats::timestamp::Timestamp;

pub(crate) use columns::{Columns, Mismatch};
pub(crate) use dialect::{Dialect, Statement};

use crate::error::StoreError;
use crate::migrate::tables::{Kind, Table};
use crate::schema::Schema;
use crate::user_id::UserId;
use crate::user_model::UserModel;
use crate::value::Value;

/// A value given to a statement. Each database stores it as Django does.
#[derive(Clone, Copy)]
pub(crate) enum Parameter<'a> {
    Id(UserId),
    Integer(i64),
    Boolean(bool),
    Text(&'a str),
    Time(Timestamp),
    /// Of the application; not interpreted.
    Plain(&'a Value),
}

/// A column of an existing table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ExistingColumn {
    pub(crate) name: String,
    /// As this database names it, in lower case, with its length: `varchar(150)`.
    pub(crate) kind: String,
    pub(crate) not_null: bool,
    pub(crate) primary: bool,
}

/// What a doctor wants to know of the database itself.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) version: String,
    /// SQLite only.
    pub(crate) journal_mode: Option<String>,
}

/// One connection, or one transaction on it.
///
/// Look-ups are exact: a text that the database cannot even hold (a NUL byte, a number
/// too great for the column) matches no row and is no error.
pub(crate) trait Connection: Send {
    const DIALECT: Dialect;

    /// The statements that make a table, as Django makes it.
    fn create_table(table: &Table) -> Vec<String>;

    /// The type of a column as [`Connection::columns`] tells it.
    fn column_type(kind: Kind) -> String;

    /// The first row, if any.
    fn one<T: Send>(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> + Send;

    /// Every row.
    fn all<T: Send>(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send;

    /// How many rows were changed.
    fn execute(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Inserts one row and tells the key that the database counted up; the statement ends in [`Dialect::returning`].
    fn insert(
        &mut self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> impl Future<Output = Result<i64, StoreError>> + Send;

    /// Runs one statement without parameters that is used only once (DDL).
    fn run(&mut self, sql: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The names of all tables that Django would see.
    fn tables(&mut self) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;

    /// The columns of a table, empty without such a table.
    fn columns(
        &mut self,
        table: &str,
    ) -> impl Future<Output = Result<Vec<ExistingColumn>, StoreError>> + Send;

    /// Whether no two rows can hold the same in this column: a unique index on it alone, or
    /// one on an expression, which is taken on trust.
    fn is_unique(
        &mut self,
        table: &str,
        column: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The table that a column's foreign key refers to.
    fn referred_table(
        &mut self,
        table: &str,
        column: &str,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// True after a `migrate` of ours that made tables outside a transaction and did not
    /// finish. What it made is to be taken for ours then.
    fn is_half_made(&mut self) -> impl Future<Output = Result<bool, StoreError>> + Send {
        async { Ok(false) }
    }

    /// Before the first table is made and after the last row of it: where there is no
    /// transaction around them, leaves the sign for [`Connection::is_half_made`].
    fn mark_half_made(&mut self, _: bool) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { Ok(()) }
    }

    /// Those of the tables that lack the triggers which tell of changes; none where there need not be any.
    fn untold(
        &mut self,
        _: &UserModel,
    ) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send {
        async { Ok(Vec::new()) }
    }

    /// Version and the like.
    fn engine(&mut self) -> impl Future<Output = Result<Engine, StoreError>> + Send;
}

/// A connection together with what is known of its tables.
#[derive(Debug)]
pub(crate) struct Tables<'a, C> {
    pub(crate) connection: &'a mut C,
    pub(crate) schema: &'a Schema,
}

impl<C> Tables<'_, C> {
    /// The same, lent on.
    pub(crate) fn lend(&mut self) -> Tables<'_, C> {
        Tables {
            connection: self.connection,
            schema: self.schema,
        }
    }
}

/// An indexed look-up. It may run twice, and on a thread that must not wait. `text` is
/// handed on beside it so that the usual case copies nothing.
pub(crate) trait PointRead: Clone + Send + Sync + 'static {
    type Output: Send + 'static;

    fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        text: &str,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// Finds the schema and no row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nothing;

impl PointRead for Nothing {
    type Output = ();

    async fn read<C: Connection>(self, _: Tables<'_, C>, _: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A change of rows: all of it or nothing, in one transaction.
pub(crate) trait Write: Send + 'static {
    type Output: Send + 'static;

    /// True if it is one statement, which needs no transaction around it.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    const ONE_STATEMENT: bool = false;

    fn write<C: Connection>(
        self,
        tables: Tables<'_, C>,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// Work that may take long and that needs no known schema: looking at every row, or
/// making tables. One transaction.
pub(crate) trait Job: Send + 'static {
    type Output: Send + 'static;

    fn run<C: Connection>(
        self,
        connection: &mut C,
        model: &UserModel,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}
