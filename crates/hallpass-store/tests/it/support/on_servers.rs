//! Databases on the shared PostgreSQL server.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use hallpass_store::{Store, StoreOptions, UserModel};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::support::server::Server;
use crate::support::{Database, Place};

/// The rows of an SQLite dump in tables of our own making, which other tests compare
/// with Django's.
pub(super) async fn fixture(dump: &str, model: &UserModel) -> Option<Database> {
    let database = empty()?;
    let mut options = StoreOptions::new(database.url());
    options.user_model = model.clone();
    options
        .installed_apps
        .insert(0, "django.contrib.admin".to_owned());
    let store = Store::open(options).await.unwrap();
    store.migrate(|_| ()).await.unwrap();
    drop(store);
    database.execute(&copy(dump));
    Some(database)
}

pub(super) fn empty() -> Option<Database> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let server = Server::shared()?;
    let name = format!("test{}", NEXT.fetch_add(1, Ordering::Relaxed));
    server.texts("postgres", &format!("CREATE DATABASE {name}"));
    Some(Database {
        place: Place::Postgres { name },
        path: PathBuf::new(),
    })
}

/// Statements that put the rows of the dump in the place of those that are there.
fn copy(dump: &str) -> String {
    let source = Connection::open_in_memory().unwrap();
    source
        .execute_batch(&format!("PRAGMA foreign_keys = OFF; {dump}"))
        .unwrap();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let mut tables = source.prepare(tables).unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let quoted: Vec<String> = tables.iter().map(|table| format!("\"{table}\"")).collect();
    let mut sql = format!("SET timezone = 'UTC'; TRUNCATE {};", quoted.join(", "));
    for table in &quoted {
        let mut rows = source.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let names: Vec<String> = rows
            .column_names()
            .map(|name| format!("\"{name}\""))
            .collect();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<String> = (0..names.len())
                .map(|index| literal(&row.get::<_, Value>(index).unwrap()))
                .collect();
            let (names, values) = (names.join(", "), values.join(", "));
            sql.push_str(&format!("INSERT INTO {table} ({names}) VALUES ({values});"));
        }
        if names.iter().any(|name| name == "\"id\"") {
            sql.push_str(&format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) FROM {table};"
            ));
        }
    }
    sql
}

/// Quoted whatever it is: the column's type decides.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => format!("'{number}'"),
        Value::Real(number) => format!("'{number}'"),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Blob(_) => panic!("the fixture has no bytes"),
    }
}
