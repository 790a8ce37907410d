//! Statements on `django_session`.

use crate::engine::{Dialect, Statement};

/// Parameters: key, now, at most how many.
pub(crate) const PAGE: &str = r#"SELECT "session_key", "session_data", "expire_date" FROM "django_session" WHERE "session_key" > ?1 AND "expire_date" > ?2 ORDER BY "session_key" LIMIT ?3"#;

/// Parameter: now.
pub(crate) const COUNT_EXPIRED: &str =
    r#"SELECT count(*) FROM "django_session" WHERE "expire_date" < ?1"#;

#[derive(Debug)]
pub(crate) struct SessionStatements {
    /// Parameters: key, now. A row is live while `expire_date > now`.
    pub(crate) live: Statement,
    /// Parameters: key, data, expire date.
    pub(crate) insert: Statement,
    /// Parameters: key, data, expire date.
    pub(crate) update: Statement,
    /// Parameter: key.
    pub(crate) delete: Statement,
    /// Parameters: now, at most how many. Django's `clearsessions` deletes where
    /// `expire_date < now`.
    pub(crate) clear_expired: Statement,
}

impl SessionStatements {
    pub(crate) fn build(dialect: Dialect) -> Self {
        Self {
            live: dialect.statement(r#"SELECT "session_key", "session_data", "expire_date" FROM "django_session" WHERE "session_key" = ?1 AND "expire_date" > ?2"#),
            insert: dialect.statement(r#"INSERT INTO "django_session" ("session_key", "session_data", "expire_date") VALUES (?1, ?2, ?3)"#),
            update: dialect.statement(r#"UPDATE "django_session" SET "session_data" = ?2, "expire_date" = ?3 WHERE "session_key" = ?1"#),
            delete: dialect.statement(r#"DELETE FROM "django_session" WHERE "session_key" = ?1"#),
            clear_expired: dialect.statement(dialect.delete_expired_sessions()),
        }
    }
}
