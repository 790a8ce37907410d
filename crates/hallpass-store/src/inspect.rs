//! What a look at the whole database finds, for `check` and the doctor.

use crate::migrate::MigrationState;

/// Findings, never values of rows. `None` where a missing table, or tokens of another user
/// table, leave nothing to count.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// Tables that the installed applications need and that do not exist.
    pub missing_tables: Vec<String>,
    /// Those of them whose migrations are recorded as applied: a partly restored
    /// database, or the wrong one.
    pub recorded_but_missing: Vec<String>,
    /// Migrations of the installed applications that are not recorded, in Django's order.
    pub unapplied_migrations: Vec<MigrationState>,
    /// The table of the configured user model.
    pub user_table: String,
    /// The table that `authtoken_token.user_id` refers to.
    pub token_user_table: Option<String>,
    /// How many users there are.
    pub users: Option<u64>,
    /// Users by password algorithm; see [`Store::password_algorithms`](crate::Store::password_algorithms).
    pub password_algorithms: Option<Vec<(String, u64)>>,
    /// How many users have no token.
    pub users_without_token: Option<u64>,
    /// How many sessions are expired and not yet removed.
    pub expired_sessions: Option<u64>,
    /// SQLite's `wal`, `delete`, `memory`, ...; `None` for a database server.
    pub journal_mode: Option<String>,
    /// The version of the SQLite library in use, or of the server.
    pub engine_version: String,
}
