//! The store: one door to the rows, whatever database holds them.

mod backend;
mod bulk;
mod doctor;
mod permissions;
mod proven;
mod sessions;
mod token_table;
mod tokens;
mod users;

pub use proven::Triggers;
pub use token_table::TokenTable;

use std::sync::Arc;
use std::time::Duration;

use crate::error::StoreError;
use crate::migrate::apps::Apps;
use crate::migrate::{AutoField, MigrationState};
use crate::operations::inspect::{SettledModel, Verify};
use crate::operations::migrate::{Migrate, State};
use crate::store::backend::Backend;
use crate::url::DatabaseUrl;
use crate::user_model::UserModel;

/// How to open a database; start from [`StoreOptions::new`] and change fields.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoreOptions {
    /// Which database.
    pub url: DatabaseUrl,
    /// Which table holds the users. `auth.User` unless changed.
    pub user_model: UserModel,
    /// Make an empty file if there is none. Off unless changed.
    pub create: bool,
    /// Never write, not even the schema. Off unless changed.
    pub read_only: bool,
    /// How long to wait for another connection's lock, and for a server's answer. 5 seconds
    /// unless changed.
    pub busy_timeout: Duration,
    /// How many connections to a database server may be open at once, at least 2. 8 unless
    /// changed; SQLite opens as many as there are cores.
    pub max_connections: usize,
    /// Django's `INSTALLED_APPS`: which tables belong here, and in which order content
    /// types are made. `auth`, `contenttypes`, `sessions` and `rest_framework.authtoken`
    /// unless changed; applications without tables of ours are passed over.
    pub installed_apps: Vec<String>,
    /// Django's `DEFAULT_AUTO_FIELD`. `BigAutoField` unless changed.
    pub default_auto_field: AutoField,
}

impl StoreOptions {
    /// The usual options for a database.
    #[must_use]
    pub fn new(url: DatabaseUrl) -> Self {
        let apps = [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "rest_framework",
            "rest_framework.authtoken",
        ];
        Self {
            url,
            user_model: UserModel::default(),
            create: false,
            read_only: false,
            busy_timeout: Duration::from_secs(5),
            max_connections: 8,
            installed_apps: apps.map(str::to_owned).to_vec(),
            default_auto_field: AutoField::default(),
        }
    }
}

/// Django's authentication tables. Cheap to clone; all clones share the connections,
/// which close with the last of them.
///
/// Point reads run on the calling thread (microseconds); everything else runs on
/// threads of its own. Use it inside a Tokio runtime.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    backend: Backend,
    user_model: UserModel,
    apps: Apps,
}

impl Store {
    /// Opens a database. Tables may still be missing: [`Store::verify`] tells.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] without a file, [`StoreError::UnknownColumn`] when the
    /// user table exists but lacks a column that the model names, [`StoreError::Unavailable`]
    /// when the file is locked, unreadable or no database.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let apps = Apps::new(
            &options.installed_apps,
            &options.user_model,
            options.default_auto_field,
        );
        let backend = Backend::open(options).await?;
        let user_model = backend.scan(SettledModel).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                backend,
                user_model,
                apps,
            }),
        })
    }

    /// The user model that the store was opened with; where nobody said which column people
    /// log in by, the one that the table shows.
    #[must_use]
    pub fn user_model(&self) -> &UserModel {
        &self.inner.user_model
    }

    /// Checks that the tables which the installed applications need exist and that the
    /// tokens belong to the configured user table. Run it before serving.
    ///
    /// # Errors
    /// [`StoreError::MissingTables`] naming all of them, [`StoreError::WrongUserTable`],
    /// [`StoreError::UnknownColumn`].
    pub async fn verify(&self) -> Result<(), StoreError> {
        let apps = self.inner.apps.clone();
        self.backend().scan(Verify(apps)).await
    }

    /// Every migration of the installed applications in the order in which `migrate`
    /// would apply them to an empty database.
    ///
    /// # Errors
    /// As any read.
    pub async fn migration_state(&self) -> Result<Vec<MigrationState>, StoreError> {
        let apps = self.inner.apps.clone();
        self.backend().scan(State(apps)).await
    }

    /// Applies what is missing, in one transaction (but for MySQL, see the README), and tells
    /// `on_applied` of each migration (from the writer's thread, before the commit). Returns those applied.
    ///
    /// A file without any table becomes the schema that Django 5.2 and DRF 3.16 make, and
    /// is switched to WAL; on a database that Django made nothing else is changed.
    ///
    /// # Errors
    /// [`StoreError::Migration`] when the database is in a state that only Django can
    /// complete; then nothing was changed.
    pub async fn migrate(
        &self,
        on_applied: impl FnMut(&MigrationState) + Send + 'static,
    ) -> Result<Vec<MigrationState>, StoreError> {
        let apps = self.inner.apps.clone();
        let migrated = self.backend().migrate(Migrate { apps, on_applied }).await?;
        Ok(migrated.applied)
    }

    fn backend(&self) -> &Backend {
        &self.inner.backend
    }
}
