//! `check`: findings about rows, keys between tables and the secret key, each on a broken database.

use crate::support::{Folder, PASSWORD};

/// Settings that give no finding on a fresh database.
const CLEAN: &str = "[rest_framework]\ndefault_authentication_classes = [\"token\", \"session\"]";
/// As [`CLEAN`], before the table.
const CLASSES: &str = "rest_framework.default_authentication_classes = [\"token\", \"session\"]";

const OTHER_KEY: &str = "another-secret-key-9876543210-zyxwvutsrqponmlkjihgfedcba-ZYXWVU";

/// Ids and sentences of all findings.
fn findings(folder: &Folder) -> Vec<(String, String)> {
    let run = folder.run(&["check", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let all = json.as_array().unwrap().iter();
    all.map(|finding| (text(finding, "id"), text(finding, "seen")))
        .collect()
}

fn ids(folder: &Folder) -> Vec<String> {
    findings(folder).into_iter().map(|(id, _)| id).collect()
}

/// A sound database with one user, her token and her session.
fn with_user() -> Folder {
    let folder = Folder::migrated(CLEAN);
    folder
        .run_with(&["createuser", "alice", "--password-stdin"], PASSWORD)
        .done();
    folder.run(&["drf_create_token", "alice"]).done();
    folder.run(&["session", "create", "alice"]).done();
    assert_eq!(ids(&folder), Vec::<String>::new());
    folder
}

fn broken(sql: &str) -> Folder {
    let folder = with_user();
    let sql = format!("PRAGMA foreign_keys = OFF; {sql}");
    folder.database().execute_batch(&sql).unwrap();
    folder
}

#[test]
fn migrations_that_stopped_half_way() {
    let found = findings(&broken(
        "DELETE FROM django_migrations WHERE app = 'contenttypes'",
    ));
    let half: Vec<&str> = found
        .iter()
        .filter(|(id, _)| id == "hallpass.E023")
        .map(|(_, seen)| seen.as_str())
        .collect();
    assert!(
        half[0].contains("auth.0001_initial is applied before its dependency contenttypes"),
        "{found:?}"
    );
    assert!(
        half.last().unwrap().contains("django_content_type"),
        "{found:?}"
    );
}

#[test]
fn groups_of_the_users_of_another_table() {
    let sql = "CREATE TABLE people (id integer PRIMARY KEY); DROP TABLE auth_user_groups; \
               CREATE TABLE auth_user_groups (id integer PRIMARY KEY, user_id integer NOT NULL \
               REFERENCES people (id), group_id integer NOT NULL REFERENCES auth_group (id))";
    let found = findings(&broken(sql));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "hallpass.E024");
    assert!(
        found[0]
            .1
            .contains("auth_user_groups.user_id points to people")
    );
}

#[test]
fn tokens_of_nobody_and_of_the_future() {
    let sql = "UPDATE authtoken_token SET user_id = 999";
    assert_eq!(ids(&broken(sql)), ["hallpass.W025"]);
    let sql = "UPDATE authtoken_token SET created = '2999-01-01 00:00:00'";
    assert_eq!(ids(&broken(sql)), ["hallpass.W026"]);
}

#[test]
fn logins_that_differ_in_case_only() {
    let folder = with_user();
    folder.run(&["createuser", "Alice", "--no-password"]).done();
    assert_eq!(ids(&folder), ["hallpass.W028"]);
}

#[test]
fn hashes_that_django_and_we_would_make_anew_in_turns() {
    let stored =
        |count: u32| format!("UPDATE auth_user SET password = 'pbkdf2_sha256${count}$salt$hash'");
    // The tests hash with 1000.
    let found = findings(&broken(&stored(1_200_000)));
    assert_eq!(found[0].0, "hallpass.W029");
    assert!(found[0].1.contains("1200000 iterations (1)"), "{found:?}");
    assert!(!found[0].1.contains("salt"), "{found:?}");
    assert_eq!(ids(&broken(&stored(500))), ["hallpass.I030"]);
}

#[test]
fn a_secret_key_that_does_not_open_the_sessions() {
    let mut folder = with_user();
    folder.set("HALLPASS_SECRET_KEY", OTHER_KEY);
    let found = findings(&folder);
    assert_eq!(found[0].0, "hallpass.E033");
    assert!(found[0].1.starts_with("0 of the 1 newest"), "{found:?}");
    // One of each key, then the right one among the fallbacks only.
    folder.run(&["session", "create", "alice"]).done();
    assert_eq!(ids(&folder), ["hallpass.W034"]);
    folder.set("HALLPASS_SECRET_KEY_FALLBACKS", crate::support::SECRET_KEY);
    assert_eq!(ids(&folder), ["hallpass.I036"]);
    let sql = "DELETE FROM django_session WHERE rowid = (SELECT max(rowid) FROM django_session)";
    folder.database().execute_batch(sql).unwrap();
    assert_eq!(ids(&folder), ["hallpass.W035"]);
    let folder = folder.without("HALLPASS_SECRET_KEY_FALLBACKS");
    let mut folder = folder.without("HALLPASS_SECRET_KEY");
    folder.set("HALLPASS_SECRET_KEY_FALLBACKS", OTHER_KEY);
    assert_eq!(ids(&folder), ["hallpass.I037"]);
}

#[test]
fn a_django_without_the_csrf_check() {
    let middleware =
        "MIDDLEWARE = [\"django.contrib.sessions.middleware.SessionMiddleware\"]\n".to_owned();
    let folder = Folder::migrated(&(middleware + CLASSES));
    let found = findings(&folder);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "hallpass.W038");
    assert!(
        found[0].1.starts_with("hallpass.toml:3: MIDDLEWARE"),
        "{found:?}"
    );
}

#[test]
fn rights_that_the_account_lacks() {
    use crate::postgresql::Server as Database;

    let Some(database) = Database::start(&[]) else {
        return;
    };
    let mut folder = Folder::with_settings(CLEAN);
    folder.set("DATABASE_URL", &database.url("postgres"));
    folder.run(&["migrate", "--with-triggers"]).done();
    assert_eq!(ids(&folder), Vec::<String>::new());
    let name = database.url("postgres");
    let sql = "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; \
               GRANT UPDATE, INSERT, DELETE ON authtoken_token, django_session TO reader";
    database.texts("postgres", sql);
    folder.set("DATABASE_URL", &with_user_name(&name, "reader"));
    let found = findings(&folder);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "hallpass.W032");
    assert_eq!(
        found[0].1,
        "The database account lacks UPDATE on auth_user."
    );
}

#[test]
fn a_postgresql_that_tells_of_no_changes() {
    use crate::postgresql::Server as Database;

    let Some(database) = Database::start(&[]) else {
        return;
    };
    let mut folder = Folder::with_settings(CLEAN);
    folder.set("DATABASE_URL", &database.url("postgres"));
    folder.run(&["migrate"]).done();
    assert_eq!(ids(&folder), ["hallpass.I060"]);
    folder.run(&["migrate", "--with-triggers"]).done();
    assert_eq!(ids(&folder), Vec::<String>::new());
    let sql = "DROP TRIGGER hallpass_emptied ON django_session";
    database.texts("postgres", sql);
    let found = findings(&folder);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains(" in django_session:"), "{found:?}");
    folder.set("HALLPASS_IDENTITY_CACHE__SIZE", "0");
    assert_eq!(ids(&folder), Vec::<String>::new());
}

fn with_user_name(url: &str, name: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let host = rest.split_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{name}@{host}")
}

#[test]
fn keys_that_mariadb_compares_without_case() {
    use crate::mariadb_server::Server as Database;

    let Some(database) = Database::start("") else {
        return;
    };
    for (name, collation, expected) in [
        ("ci", "utf8mb4_general_ci", vec!["hallpass.I031"]),
        ("bin", "utf8mb4_bin", vec![]),
    ] {
        let sql = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE {collation}");
        database.texts("mysql", &sql);
        let mut folder = Folder::with_settings(CLEAN);
        folder.set("DATABASE_URL", &database.url(name));
        folder.run(&["migrate"]).done();
        assert_eq!(ids(&folder), expected, "{name}");
    }
}
