//! Where settings come from, and what is said when there are none.

use crate::support::{Folder, SECRET_KEY};

#[test]
fn without_settings_every_command_names_init() {
    let folder = Folder::empty().without("HALLPASS_PBKDF2_ITERATIONS");
    for command in [
        "migrate",
        "showmigrations",
        "clearsessions",
        "serve",
        "check",
        "createsuperuser",
    ] {
        folder.run(&[command]).refused(&["hallpass init"]);
    }
    assert!(folder.names().is_empty());
    folder
        .run(&["--config", "missing.toml", "migrate"])
        .refused(&["missing.toml", "hallpass init"]);
}

#[test]
fn the_environment_alone_is_enough() {
    let mut folder = Folder::empty();
    folder.set("HALLPASS_SECRET_KEY", SECRET_KEY);
    folder.set("DATABASE_URL", "sqlite:///from-url.db");
    folder.run(&["migrate"]).done();
    assert_eq!(
        folder.names().first().map(String::as_str),
        Some("from-url.db")
    );
}

#[test]
fn flags_stand_before_or_after_the_command_and_win() {
    let mut folder = Folder::with_settings("");
    folder.set("DATABASE_URL", "sqlite:///from-url.db");
    folder
        .run(&["--database", "sqlite:///before.db", "migrate"])
        .done();
    folder
        .run(&["migrate", "--database", "sqlite:///after.db"])
        .done();
    let names = folder.names();
    assert!(names.contains(&"before.db".to_owned()) && names.contains(&"after.db".to_owned()));
    assert!(
        !names.contains(&"from-url.db".to_owned()) && !names.contains(&"db.sqlite3".to_owned())
    );
}

#[test]
fn relative_databases_lie_beside_the_settings_file() {
    let folder = Folder::with_settings("");
    std::fs::create_dir(folder.path("site")).unwrap();
    std::fs::rename(
        folder.path("hallpass.toml"),
        folder.path("site/hallpass.toml"),
    )
    .unwrap();
    folder
        .run(&["migrate", "--config", "site/hallpass.toml"])
        .done();
    assert!(folder.path("site/db.sqlite3").exists());
}

#[test]
fn unknown_settings_and_classes_name_the_nearest() {
    Folder::with_settings("alowed_hosts = []")
        .run(&["migrate"])
        .refused(&["alowed_hosts", "allowed_hosts"]);
    Folder::with_settings("[rest_framework]\ndefault_authentication_classes = [\"sesion\"]")
        .run(&["serve"])
        .refused(&["sesion", "session"]);
    Folder::with_settings("auth_user_model = \"User\"")
        .run(&["migrate"])
        .refused(&["auth_user_model"]);
    Folder::with_settings("database_url = \"oracle://me:hunter2@host/db\"")
        .run(&["migrate"])
        .refused(&["sqlite", "postgres"]);
}

#[test]
fn an_empty_secret_key_is_refused() {
    let mut folder = Folder::with_settings("");
    folder.set("HALLPASS_SECRET_KEY", "");
    folder
        .run(&["serve"])
        .refused(&["SECRET_KEY setting must not be empty", "secret_key"]);
}

#[test]
fn wrong_usage_is_exit_2() {
    let folder = Folder::with_settings("");
    let wrong: [&[&str]; 9] = [
        &[],
        &["nope"],
        &["drf_create_token"],
        &["drf_create_token", "alice", "bob"],
        &["serve", "--bind", "nowhere"],
        &["createuser", "x", "--password-stdin", "--no-password"],
        &["check", "--fail-level", "loud"],
        &["migrate", "-v", "7"],
        &["clearsessions", "--nope"],
    ];
    for arguments in wrong {
        let run = folder.run(arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {run:#?}");
        assert!(
            run.out.is_empty() && !run.err.is_empty(),
            "{arguments:?}: {run:#?}"
        );
    }
    let run = folder.run(&["showmigrations", "nope"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (Some(2), "No installed app with label 'nope'.\n")
    );
}

#[test]
fn migrate_goes_forward_and_all_the_way() {
    let folder = Folder::with_settings("");
    let refuse = |arguments: &[&str], words: &[&str]| {
        let run = folder.run(&[&["migrate"], arguments].concat());
        assert!(run.out.is_empty(), "{run:#?}");
        run.refused(words);
    };
    refuse(&["authtoken"], &["without a name"]);
    refuse(
        &["authtoken", "zero"],
        &["manage.py migrate authtoken zero"],
    );
    refuse(&["auth", "0003"], &["0003_alter_user_email_max_length"]);
    refuse(
        &["rest_framework"],
        &["App 'rest_framework' does not have migrations."],
    );
    assert_eq!(
        folder.names(),
        ["hallpass.toml"],
        "a refused command makes no database"
    );
    folder.run(&["migrate", "--plan"]).done();
    assert_eq!(
        folder.names(),
        ["hallpass.toml"],
        "a plan makes no database"
    );
    folder.run(&["migrate"]).done();
    let out = folder.run(&["migrate", "authtoken", "0004"]).done();
    assert!(
        out.ends_with("Running migrations:\n  No migrations to apply.\n"),
        "{out}"
    );
}

#[test]
fn triggers_are_made_only_when_asked_for() {
    let folder = Folder::with_settings("");
    let out = folder.run(&["migrate", "--with-triggers"]).done();
    assert!(
        out.ends_with("  SQLite tells of changes without triggers.\n"),
        "{out}"
    );
    let both = folder.run(&["migrate", "--with-triggers", "--check"]);
    assert_eq!(both.code, Some(2), "{both:?}");
}

#[test]
fn help_and_version_are_successes() {
    let folder = Folder::empty();
    assert!(folder.run(&["--version"]).done().starts_with("hallpass "));
    let help = folder.run(&["--help"]).done();
    for command in [
        "demo",
        "init",
        "migrate",
        "showmigrations",
        "createsuperuser",
        "createuser",
        "changepassword",
        "drf_create_token",
        "clearsessions",
        "serve",
        "check",
    ] {
        assert!(help.contains(command), "{command} is not in the help");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_who_has_heard_enough_is_no_failure() {
    use std::process::Stdio;

    let folder = Folder::migrated("");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = folder
        .command(&["showmigrations"])
        .stdout(writer)
        .stderr(Stdio::piped())
        .status();
    assert_eq!(status.unwrap().code(), Some(0));
}
