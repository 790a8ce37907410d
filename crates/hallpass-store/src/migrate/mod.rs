//! Django's migrations of the applications that Hallpass shares with it.
//!
//! Django writes one row into `django_migrations` for each migration that it applied.
//! We make the same tables in their final shape and write the same rows, so that Django's
//! own `migrate` finds nothing to do afterwards. What Django began, only what is wholly
//! missing is added; anything else is refused and left to Django.

pub(crate) mod apps;
pub(crate) mod content;
pub(crate) mod graph;
pub(crate) mod names;
pub(crate) mod tables;

/// Django's `DEFAULT_AUTO_FIELD`: the key type of models other than Django's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AutoField {
    /// `django.db.models.AutoField`, 32 bits.
    Auto,
    /// `django.db.models.BigAutoField`, 64 bits: what `startproject` writes.
    #[default]
    BigAuto,
    /// `django.db.models.SmallAutoField`, 16 bits.
    SmallAuto,
}

impl AutoField {
    /// The type of a column that holds such a key.
    pub(crate) fn sql_type(self) -> &'static str {
        match self {
            Self::Auto => "integer",
            Self::BigAuto => "bigint",
            Self::SmallAuto => "smallint",
        }
    }
}

/// One migration and whether `django_migrations` has its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Application label, such as `auth`.
    pub app: String,
    /// Migration name, such as `0001_initial`.
    pub name: String,
    /// Whether it is recorded as applied.
    pub applied: bool,
    /// What must be applied before, each as `app.name`.
    pub requires: Vec<String>,
}

/// Why `migrate` refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// Tables exist that no row of `django_migrations` accounts for.
    #[error(
        "the tables {} exist, but django_migrations does not record their migrations; \
         if they are Django's, run Django's `migrate --fake-initial`, else use another database", .0.join(", ")
    )]
    TablesExist(Vec<String>),
    /// An applied migration whose dependency is not applied, in Django's words.
    #[error(
        "Migration {migration} is applied before its dependency {dependency} on database 'default'."
    )]
    InconsistentHistory {
        /// The applied migration.
        migration: String,
        /// What it depends on.
        dependency: String,
    },
    /// Later migrations are missing, and the tables are not in their final shape.
    #[error(
        "{table} has the shape of an older Django or DRF: let Django apply {migration} (`python manage.py migrate`)"
    )]
    OlderShape {
        /// The table that differs.
        table: String,
        /// The first missing migration.
        migration: String,
    },
    /// Only Django knows the columns of this user model.
    #[error(
        "the table of {0} cannot be made here: its columns are defined in your Django project; \
         run Django's `migrate` first, or use a login column `username` or `email` without renamed columns"
    )]
    CustomUserModel(String),
    /// An installed application needs another that is not installed.
    #[error("`{app}` needs `{needs}` in `installed_apps`")]
    MissingApp {
        /// The application that is installed.
        app: String,
        /// The one that it needs.
        needs: String,
    },
}
