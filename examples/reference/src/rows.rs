//! The application's own tables. Hallpass keeps to Django's; an application brings a driver for the rest.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use hallpass::Rejection;
use hallpass::store::DatabaseUrl;
use tokio_postgres::NoTls;

/// A table of rows with an id and one text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    name: &'static str,
    column: &'static str,
}

pub(crate) const WIDGETS: Table = Table {
    name: "reference_widget",
    column: "name",
};

pub(crate) const BASIC_MODELS: Table = Table {
    name: "tests_basicmodel",
    column: "text",
};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) text: String,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub(crate) enum Rows {
    Sqlite(Arc<Mutex<rusqlite::Connection>>),
    Postgres(Arc<tokio_postgres::Client>),
}

impl Rows {
    /// Connects to the database that Hallpass uses.
    pub(crate) async fn open(url: &str) -> Result<Self, Box<dyn Error>> {
        match DatabaseUrl::parse(url)?.resolve(Path::new("")).path() {
            Some(file) if url.starts_with("sqlite:") => {
                let connection = rusqlite::Connection::open(file)?;
                connection.busy_timeout(Duration::from_secs(5))?;
                Ok(Self::Sqlite(Arc::new(Mutex::new(connection))))
            }
            _ => {
                let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
                tokio::spawn(connection);
                Ok(Self::Postgres(Arc::new(client)))
            }
        }
    }

    pub(crate) async fn all(&self, table: Table) -> Result<Vec<Row>, Rejection> {
        let Table { name, column } = table;
        self.query(
            format!("SELECT id, {column} FROM {name} ORDER BY id"),
            vec![],
        )
        .await
    }

    pub(crate) async fn find(&self, table: Table, id: i64) -> Result<Option<Row>, Rejection> {
        let Table { name, column } = table;
        let sql = format!("SELECT id, {column} FROM {name} WHERE id = $1");
        Ok(self.query(sql, vec![Value::Id(id)]).await?.pop())
    }

    pub(crate) async fn insert(&self, table: Table, text: &str) -> Result<Row, Rejection> {
        let Table { name, column } = table;
        let sql = format!("INSERT INTO {name} ({column}) VALUES ($1) RETURNING id, {column}");
        let made = self.query(sql, vec![Value::Text(text.to_owned())]).await?;
        made.into_iter().next().ok_or_else(Rejection::unavailable)
    }

    pub(crate) async fn update(&self, table: Table, row: &Row) -> Result<(), Rejection> {
        let Table { name, column } = table;
        let sql = format!("UPDATE {name} SET {column} = $1 WHERE id = $2 RETURNING id, {column}");
        let values = vec![Value::Text(row.text.clone()), Value::Id(row.id)];
        self.query(sql, values).await.map(drop)
    }

    pub(crate) async fn delete(&self, table: Table, id: i64) -> Result<(), Rejection> {
        let Table { name, column } = table;
        let sql = format!("DELETE FROM {name} WHERE id = $1 RETURNING id, {column}");
        self.query(sql, vec![Value::Id(id)]).await.map(drop)
    }

    async fn query(&self, sql: String, values: Vec<Value>) -> Result<Vec<Row>, Rejection> {
        let answer = match self {
            Self::Sqlite(connection) => {
                let connection = Arc::clone(connection);
                let work = move || on_sqlite(&connection, &sql, values);
                match tokio::task::spawn_blocking(work).await {
                    Ok(answer) => answer,
                    Err(panicked) => Err(panicked.into()),
                }
            }
            Self::Postgres(client) => on_postgres(client, &sql, &values).await,
        };
        answer.map_err(|error| {
            tracing::error!(%error, "the database cannot answer");
            Rejection::unavailable()
        })
    }
}

enum Value {
    Id(i64),
    Text(String),
}

type Answer = Result<Vec<Row>, Box<dyn Error + Send + Sync>>;

fn on_sqlite(connection: &Mutex<rusqlite::Connection>, sql: &str, values: Vec<Value>) -> Answer {
    let connection = connection.lock().map_err(|_| "a query panicked before")?;
    let mut statement = connection.prepare(sql)?;
    let values = values.into_iter().map(|value| match value {
        Value::Id(id) => rusqlite::types::Value::Integer(id),
        Value::Text(text) => rusqlite::types::Value::Text(text),
    });
    let rows = statement.query_map(rusqlite::params_from_iter(values), |row| {
        Ok(Row {
            id: row.get(0)?,
            text: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

async fn on_postgres(client: &tokio_postgres::Client, sql: &str, values: &[Value]) -> Answer {
    let values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = values
        .iter()
        .map(|value| -> &(dyn tokio_postgres::types::ToSql + Sync) {
            match value {
                Value::Id(id) => id,
                Value::Text(text) => text,
            }
        })
        .collect();
    let rows = client.query(sql, &values).await?;
    Ok(rows
        .into_iter()
        .map(|row| Row {
            id: row.get(0),
            text: row.get(1),
        })
        .collect())
}
