//! Databases in a temporary folder, and on a private server where there is one.

#[cfg(feature = "mysql")]
pub(crate) mod mariadb;
#[cfg(feature = "mysql")]
mod on_mariadb;
#[cfg(not(feature = "mysql"))]
use no_servers as on_mariadb;
#[cfg(not(all(feature = "mysql", feature = "postgres")))]
mod no_servers;
#[cfg(not(feature = "postgres"))]
use no_servers as on_servers;
#[cfg(feature = "postgres")]
mod on_servers;
#[cfg(feature = "postgres")]
pub(crate) mod server;

use std::path::{Path, PathBuf};
use std::time::Duration;

use hallpass_formats::password::EncodedPassword;
use hallpass_formats::timestamp::Timestamp;
use hallpass_store::{DatabaseUrl, Store, StoreOptions, UserModel};
use rusqlite::Connection;
use tempfile::TempDir;

#[cfg(feature = "postgres")]
use server::Server;

pub(crate) const FIXTURE: &str = include_str!("../../../../tests/vectors/fixture.sql");
pub(crate) const EMAIL_FIXTURE: &str =
    include_str!("../../../../tests/vectors/fixture-email-user.sql");

/// A database of either kind.
pub(crate) struct Database {
    place: Place,
    /// Of SQLite only.
    pub(crate) path: PathBuf,
}

enum Place {
    Sqlite {
        _folder: TempDir,
    },
    #[cfg(feature = "postgres")]
    Postgres {
        name: String,
    },
    #[cfg(feature = "mysql")]
    MariaDb {
        name: String,
    },
}

impl Database {
    /// An SQLite file that is not there yet.
    pub(crate) fn nowhere() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite3");
        Self {
            place: Place::Sqlite { _folder: folder },
            path,
        }
    }

    /// An SQLite file as Django leaves it: rollback journal.
    pub(crate) fn with(sql: &str) -> Self {
        let database = Self::nowhere();
        database.connection().execute_batch(sql).unwrap();
        database
    }

    /// The fixture as an SQLite file.
    pub(crate) fn fixture() -> Self {
        Self::with(FIXTURE)
    }

    /// The fixture on every kind of database that there is here.
    pub(crate) async fn fixtures() -> Vec<Self> {
        let mut databases = vec![Self::fixture()];
        databases.extend(on_servers::fixture(FIXTURE, &UserModel::default()).await);
        databases.extend(on_mariadb::fixture(FIXTURE, &UserModel::default()).await);
        databases
    }

    /// The fixture with e-mail login, likewise.
    pub(crate) async fn email_fixtures() -> Vec<Self> {
        let mut databases = vec![Self::with(EMAIL_FIXTURE)];
        databases.extend(on_servers::fixture(EMAIL_FIXTURE, &email_model()).await);
        databases.extend(on_mariadb::fixture(EMAIL_FIXTURE, &email_model()).await);
        databases
    }

    /// Nothing at all, likewise.
    pub(crate) fn empties() -> Vec<Self> {
        let mut databases = vec![Self::nowhere()];
        databases.extend(on_servers::empty());
        databases.extend(on_mariadb::empty());
        databases
    }

    /// An SQLite file as Django's dumps and repairs need it: without checks of foreign keys.
    pub(crate) fn connection(&self) -> Connection {
        let connection = Connection::open(&self.path).unwrap();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        connection
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.place, Place::Sqlite { .. })
    }

    /// The collation of MariaDB's columns ignores case and trailing spaces.
    pub(crate) fn is_mariadb(&self) -> bool {
        !matches!(self.place, Place::Sqlite { .. }) && !self.is_postgres()
    }

    pub(crate) fn is_postgres(&self) -> bool {
        match self.place {
            Place::Sqlite { .. } => false,
            #[cfg(feature = "postgres")]
            Place::Postgres { .. } => true,
            #[cfg(feature = "mysql")]
            Place::MariaDb { .. } => false,
        }
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        match &self.place {
            Place::Sqlite { .. } => DatabaseUrl::file(&self.path),
            #[cfg(feature = "postgres")]
            Place::Postgres { name } => {
                let url = Server::shared().unwrap().url(name);
                DatabaseUrl::parse(&url).unwrap()
            }
            #[cfg(feature = "mysql")]
            Place::MariaDb { name } => {
                let url = mariadb::Server::shared().unwrap().url(name);
                DatabaseUrl::parse(&url).unwrap()
            }
        }
    }

    pub(crate) fn options(&self) -> StoreOptions {
        let mut options = StoreOptions::new(self.url());
        options.busy_timeout = match self.place {
            Place::Sqlite { .. } => Duration::from_millis(300),
            #[cfg(feature = "postgres")]
            Place::Postgres { .. } => Duration::from_secs(5),
            #[cfg(feature = "mysql")]
            Place::MariaDb { .. } => Duration::from_secs(5),
        };
        options
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(self.options()).await.unwrap()
    }

    pub(crate) fn execute(&self, sql: &str) {
        match &self.place {
            Place::Sqlite { .. } => self.connection().execute_batch(sql).unwrap(),
            #[cfg(feature = "postgres")]
            Place::Postgres { name } => {
                // Several statements at once are one transaction, as constraints need it.
                let sql = format!("BEGIN; {sql}; COMMIT");
                Server::shared().unwrap().texts(name, &sql);
            }
            #[cfg(feature = "mysql")]
            Place::MariaDb { name } => {
                mariadb::Server::shared().unwrap().texts(name, sql);
            }
        }
    }

    /// The first column of every row. Dates are told as Django writes them on SQLite.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        match &self.place {
            Place::Sqlite { .. } => texts(&self.path, sql),
            #[cfg(feature = "postgres")]
            Place::Postgres { name } => Server::shared()
                .unwrap()
                .texts(name, sql)
                .iter()
                .map(|text| text.replace("+00", ""))
                .collect(),
            #[cfg(feature = "mysql")]
            Place::MariaDb { name } => mariadb::Server::shared()
                .unwrap()
                .texts(name, sql)
                .iter()
                .map(|text| text.replace(".000000", ""))
                .collect(),
        }
    }

    /// Every definition in it.
    pub(crate) fn dump(&self) -> Vec<String> {
        match &self.place {
            Place::Sqlite { .. } => {
                self.texts("SELECT coalesce(sql, name) FROM sqlite_master ORDER BY name")
            }
            #[cfg(feature = "postgres")]
            Place::Postgres { name } => Server::shared().unwrap().dump(name),
            #[cfg(feature = "mysql")]
            Place::MariaDb { name } => mariadb::Server::shared().unwrap().dump(name),
        }
    }
}

/// The first column of every row.
pub(crate) fn texts(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_django_text(text).unwrap()
}

pub(crate) fn unusable() -> EncodedPassword {
    EncodedPassword::new("!".to_owned())
}

pub(crate) fn email_model() -> UserModel {
    UserModel::from_label("app.User", None).unwrap()
}
