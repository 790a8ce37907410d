//! Users made and changed from scripts, and secrets that are printed nowhere.

use crate::support::{Folder, PASSWORD};

const STORED: &str = "SELECT substr(password, 1, 1) FROM auth_user";

#[test]
fn createuser_makes_what_it_is_told() {
    let folder = Folder::migrated("");
    let create = |arguments: &[&str], input: &str| {
        folder.run_with(&[&["createuser"], arguments].concat(), input)
    };
    create(&["plain", "--password-stdin"], "one\nsecond line\n").done();
    create(
        &[
            "boss",
            "--superuser",
            "--password-stdin",
            "--email",
            "Boss@EXAMPLE.com",
        ],
        "two\r\n",
    )
    .done();
    create(&["mute", "--staff", "--no-password"], "").done();
    let rows = "SELECT group_concat(username || is_staff || is_superuser || is_active || email, ' ') FROM auth_user";
    let rows: String = folder
        .database()
        .query_row(rows, [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, "plain001 boss111Boss@example.com mute101");
    let marks = format!(
        "SELECT count(*) FROM auth_user WHERE ({STORED}) IS NOT NULL AND password LIKE '!%'"
    );
    assert_eq!(folder.count(&marks), 1);
    assert_eq!(
        create(&["quiet", "--no-password", "-v", "0"], "").done(),
        ""
    );
}

#[test]
fn createuser_refuses_what_django_refuses() {
    let folder = Folder::migrated("");
    let refuse = |arguments: &[&str], input: &str, words: &[&str]| {
        folder
            .run_with(&[&["createuser"], arguments].concat(), input)
            .refused(words);
    };
    folder.run(&["createuser", "taken", "--no-password"]).done();
    refuse(
        &["taken", "--no-password"],
        "",
        &["CommandError: Error: That username is already taken."],
    );
    refuse(
        &["a b", "--no-password"],
        "",
        &["CommandError: Enter a valid username."],
    );
    refuse(&["", "--no-password"], "", &["blank"]);
    refuse(
        &["x", "--no-password", "--email", "nope"],
        "",
        &["CommandError: Enter a valid email address."],
    );
    refuse(&["x", "--password-stdin"], "\n", &["Blank passwords"]);
    refuse(&["x", "--password-stdin"], "", &["Blank passwords"]);
    refuse(&["x"], "typed\n", &["--password-stdin"]);
    refuse(&["x", "--password-stdin"], &"x".repeat(70_000), &["longer"]);
    assert_eq!(folder.count("SELECT count(*) FROM auth_user"), 1);
}

#[test]
fn passwords_change_and_sessions_end() {
    let folder = Folder::migrated("");
    folder
        .run_with(&["createuser", "suraj", "--password-stdin"], PASSWORD)
        .done();
    let out = folder
        .run_with(
            &["changepassword", "suraj", "--password-stdin"],
            "another-odd-5\n",
        )
        .done();
    assert_eq!(
        out,
        "Changing password for user 'suraj'\nPassword changed successfully for user 'suraj'\n"
    );
    let server = folder.serve();
    let attempt = |password: &str| {
        let body = format!("username=suraj&password={password}");
        let form = ["Content-Type: application/x-www-form-urlencoded"];
        server.send("POST", "/api-token-auth/", &form, &body).status
    };
    assert_eq!((attempt(PASSWORD), attempt("another-odd-5")), (400, 200));
    folder
        .run(&["changepassword", "suraj"])
        .refused(&["--password-stdin"]);
    folder
        .run(&["changepassword", "nobody"])
        .refused(&["CommandError: user 'nobody' does not exist"]);
}

#[test]
fn the_default_user_is_whoever_is_logged_in_here() {
    let mut folder = Folder::migrated("");
    folder.set("LOGNAME", "somebody");
    folder
        .run(&["changepassword"])
        .refused(&["user 'somebody' does not exist"]);
}

#[test]
fn secrets_are_printed_nowhere() {
    let mut folder = Folder::migrated("[token]\nauto_create = true");
    folder.set("HALLPASS_LOG", "trace");
    let mut said = String::new();
    let mut keep = |run: crate::support::Run| said.push_str(&format!("{}{}", run.out, run.err));
    keep(folder.run_with(&["createuser", "suraj", "--password-stdin"], PASSWORD));
    keep(folder.run_with(&["changepassword", "suraj", "--password-stdin"], PASSWORD));
    keep(folder.run(&["check", "--deploy"]));
    keep(folder.run(&["check", "--deploy", "--json"]));
    keep(folder.run(&[
        "createsuperuser",
        "--noinput",
        "--username",
        "a b",
        "--email",
        "",
    ]));
    let secrets: Vec<String> = vec![
        PASSWORD.to_owned(),
        crate::support::SECRET_KEY.to_owned(),
        folder
            .database()
            .query_row("SELECT key FROM authtoken_token", [], |row| row.get(0))
            .unwrap(),
        folder
            .database()
            .query_row("SELECT password FROM auth_user", [], |row| row.get(0))
            .unwrap(),
    ];
    for secret in secrets {
        assert!(!said.contains(&secret), "{secret} in {said}");
    }
}

#[test]
fn a_missing_table_is_named() {
    let folder = Folder::with_settings("");
    folder
        .run(&["drf_create_token", "alice"])
        .refused(&["auth_user", "hallpass migrate"]);
    folder
        .run(&["createuser", "alice", "--no-password"])
        .refused(&["auth_user"]);
    assert_eq!(
        folder.names(),
        ["hallpass.toml"],
        "a refused command makes no database"
    );
}
