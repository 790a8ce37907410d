//! Statements of `migrate`, each run once or a few times.

/// No parameters: application and name, in the order of their application.
pub(crate) const RECORDED: &str = r#"SELECT "app", "name" FROM "django_migrations" ORDER BY "id""#;

/// Parameters: application, name, time.
pub(crate) const RECORD: &str =
    r#"INSERT INTO "django_migrations" ("app", "name", "applied") VALUES (?1, ?2, ?3)"#;

/// Parameters: application, model.
pub(crate) const CONTENT_TYPE: &str =
    r#"SELECT "id" FROM "django_content_type" WHERE "app_label" = ?1 AND "model" = ?2"#;

/// Parameters: application, model.
pub(crate) const INSERT_CONTENT_TYPE: &str =
    r#"INSERT INTO "django_content_type" ("app_label", "model") VALUES (?1, ?2)"#;

/// Parameters: content type, code name.
pub(crate) const PERMISSION: &str =
    r#"SELECT "id" FROM "auth_permission" WHERE "content_type_id" = ?1 AND "codename" = ?2"#;

/// Parameters: content type, code name, name.
pub(crate) const INSERT_PERMISSION: &str =
    r#"INSERT INTO "auth_permission" ("content_type_id", "codename", "name") VALUES (?1, ?2, ?3)"#;
