//! Statements of the doctor's closer look.

/// Parameter: a time.
pub(crate) const TOKENS_AFTER: &str =
    r#"SELECT count(*) FROM "authtoken_token" WHERE "created" > ?1"#;

/// Parameters: now, at most how many.
pub(crate) const SESSIONS_BY_END: &str = r#"SELECT "session_data" FROM "django_session" WHERE "expire_date" > ?1 ORDER BY "expire_date" DESC LIMIT ?2"#;
