//! `check`: every finding that needs a database, each on a broken one.

use crate::serve::tokens_of_auth_user;
use crate::support::{Folder, Run};

/// Settings that give no finding on a fresh database.
const CLEAN: &str = "[rest_framework]\ndefault_authentication_classes = [\"token\", \"session\"]";

fn check(folder: &Folder) -> Run {
    folder.run(&["check"])
}

/// The ids of all findings.
fn ids(folder: &Folder) -> Vec<String> {
    let run = folder.run(&["check", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let is_error = |finding: &serde_json::Value| finding["level"] == "error";
    let findings = json.as_array().unwrap();
    assert_eq!(run.code == Some(1), findings.iter().any(is_error), "{json}");
    findings
        .iter()
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect()
}

fn broken(sql: &str) -> Folder {
    let folder = Folder::migrated(CLEAN);
    folder.database().execute_batch(sql).unwrap();
    folder
}

#[test]
fn a_sound_database_has_no_issues() {
    let folder = Folder::migrated(CLEAN);
    assert_eq!(
        check(&folder).done(),
        "System check identified no issues (0 silenced).\n"
    );
    assert_eq!(folder.run(&["check", "--json"]).done(), "[]\n");
}

#[test]
fn missing_tables() {
    assert_eq!(
        ids(&broken("DROP TABLE authtoken_token")),
        ["hallpass.E006", "hallpass.E009"]
    );
    assert_eq!(
        ids(&broken("DROP TABLE django_session")),
        ["hallpass.E007", "hallpass.E009"]
    );
    let without_rows =
        "DROP TABLE authtoken_token; DELETE FROM django_migrations WHERE app = 'authtoken'";
    assert_eq!(
        ids(&broken(without_rows)),
        ["hallpass.E006", "hallpass.W008"]
    );
}

#[test]
fn missing_migrations() {
    let sql = "DELETE FROM django_migrations WHERE name = '0004_alter_tokenproxy_options'";
    assert_eq!(ids(&broken(sql)), ["hallpass.W008"]);
}

#[test]
fn a_database_that_is_not_there_or_none() {
    let absent = Folder::with_settings(CLEAN);
    assert_eq!(ids(&absent), ["hallpass.E005"]);
    assert_eq!(absent.names(), ["hallpass.toml"]);
    std::fs::write(
        absent.path("db.sqlite3"),
        "This is no database, whatever its name says.".repeat(50),
    )
    .unwrap();
    assert_eq!(ids(&absent), ["hallpass.E005"]);
}

#[test]
fn tokens_of_another_user_table() {
    let folder = Folder::migrated(&format!("auth_user_model = \"app.User\"\n{CLEAN}"));
    tokens_of_auth_user(&folder.database());
    assert_eq!(ids(&folder), ["hallpass.E010"]);
}

#[test]
fn a_login_column_that_is_not_there() {
    let folder = Folder::migrated("");
    let toml = std::fs::read_to_string(folder.path("hallpass.toml")).unwrap();
    let toml = format!("{toml}{CLEAN}\n[user_model]\nusername_field = \"badge\"\n");
    std::fs::write(folder.path("hallpass.toml"), toml).unwrap();
    assert_eq!(ids(&folder), ["hallpass.E011"]);
}

#[test]
fn passwords_that_cannot_be_verified_here() {
    let folder = Folder::migrated(CLEAN);
    for name in ["a", "b", "c", "d"] {
        folder.run(&["createuser", name, "--no-password"]).done();
    }
    let sql = "UPDATE auth_user SET password = 'bcrypt$$2b$12$x' WHERE username IN ('a', 'b'); \
               UPDATE auth_user SET password = 'Stored As It Is' WHERE username = 'c'";
    folder.database().execute_batch(sql).unwrap();
    let said = check(&folder);
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert!(said.err.contains("2 users with bcrypt"), "{said:#?}");
    assert!(
        said.err.contains("1 user with no known algorithm"),
        "{said:#?}"
    );
    assert!(!said.err.contains("Stored"), "{said:#?}");
    assert_eq!(ids(&folder), ["hallpass.W012"]);
}

#[test]
fn users_without_a_token_where_each_should_have_one() {
    let folder = Folder::migrated(CLEAN);
    folder.run(&["createuser", "suraj", "--no-password"]).done();
    assert!(ids(&folder).is_empty());
    let toml = std::fs::read_to_string(folder.path("hallpass.toml")).unwrap();
    std::fs::write(
        folder.path("hallpass.toml"),
        format!("{toml}[token]\nauto_create = true\n"),
    )
    .unwrap();
    assert_eq!(ids(&folder), ["hallpass.I013"]);
    folder.run(&["drf_create_token", "suraj"]).done();
    assert!(ids(&folder).is_empty());
}

#[test]
fn settings_that_cannot_be_read() {
    let run = check(&Folder::with_settings("alowed_hosts = []"));
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("(hallpass.E001)") && run.err.contains("alowed_hosts"),
        "{run:#?}"
    );
}

#[test]
fn the_key_is_looked_at_and_not_shown() {
    let mut folder = Folder::migrated(CLEAN);
    folder.set("HALLPASS_SECRET_KEY", "django-insecure-1234567890");
    let run = check(&folder);
    assert!(
        run.err.contains("hallpass.W003") && !run.err.contains("1234567890"),
        "{run:#?}"
    );
    folder.set("HALLPASS_SECRET_KEY", "");
    assert_eq!(ids(&folder), ["hallpass.E002"]);
}

#[test]
fn levels_decide_the_exit_code() {
    let folder = Folder::migrated("");
    let code = |arguments: &[&str]| folder.run(&[&["check"], arguments].concat()).code;
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--fail-level", "warning"]), Some(0));
    assert_eq!(code(&["--fail-level", "INFO"]), Some(1));
    assert_eq!(code(&["--deploy"]), Some(0));
    assert_eq!(code(&["--deploy", "--fail-level", "WARNING"]), Some(1));
    assert_eq!(
        code(&["--deploy", "--json", "--fail-level", "error"]),
        Some(0)
    );
}

#[test]
fn the_report_has_djangos_form() {
    let run = Folder::migrated("").run(&["check", "--fail-level", "info"]);
    assert!(run.out.is_empty());
    let lines: Vec<&str> = run.err.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "SystemCheckError: System check identified some issues:",
            "",
            "INFOS:"
        ]
    );
    assert!(lines[3].starts_with("?: (hallpass.I015) "), "{run:#?}");
    assert!(
        lines[4].starts_with("\tWHY: ") && lines[5].starts_with("\tHINT (Django): "),
        "{run:#?}"
    );
    assert!(lines[6].starts_with("\tHINT (Hallpass): "), "{run:#?}");
    assert_eq!(
        lines[7..],
        ["", "System check identified 1 issue (0 silenced)."]
    );
}

#[test]
fn silenced_checks_are_counted() {
    let folder = Folder::migrated(
        "silenced_system_checks = [\"hallpass.I015\", \"security.W012\", \"security.W016\", \"security.W004\", \"security.W008\"]",
    );
    assert_eq!(
        check(&folder).done(),
        "System check identified no issues (1 silenced).\n"
    );
    let deploy = folder.run(&["check", "--deploy"]).done();
    assert_eq!(deploy, "System check identified no issues (5 silenced).\n");
}
