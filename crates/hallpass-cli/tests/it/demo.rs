//! `demo`: the newcomer's first command, and its second run.

use std::fs;

use crate::support::{Folder, Server, token_in};

fn start(folder: &Folder) -> Server {
    Server::start(
        folder.command(&["demo", "--bind", "127.0.0.1:0"]),
        "/api-auth/login/",
    )
}

fn password(printed: &str) -> String {
    let (_, after) = printed.split_once("User demo, password ").unwrap();
    after.split(',').next().unwrap().to_owned()
}

#[test]
fn printed_lines_work_and_a_second_run_shows_the_same() {
    let folder = Folder::empty();
    let first = start(&folder);
    let token = token_in(&first.printed);
    assert_eq!(folder.names(), ["hallpass-demo"]);
    let lines: Vec<&str> = first
        .printed
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("curl "))
        .collect();
    let address = format!("http://127.0.0.1:{}", first.port);
    assert_eq!(
        lines,
        [
            format!(
                "curl -X POST -d username=demo -d password={} {address}/api-token-auth/",
                password(&first.printed)
            ),
            format!("curl -H \"Authorization: Token {token}\" {address}/api/whoami/"),
            format!(
                "curl -u demo:{} {address}/api/whoami/",
                password(&first.printed)
            ),
        ]
    );
    try_all(&first, &token);
    drop(first);

    let second = start(&folder);
    assert_eq!(token_in(&second.printed), token);
    try_all(&second, &token);
}

/// What the printed lines do.
fn try_all(server: &Server, token: &str) {
    let password = password(&server.printed);
    let form = ["Content-Type: application/x-www-form-urlencoded"];
    let body = format!("username=demo&password={password}");
    let issued = server.send("POST", "/api-token-auth/", &form, &body);
    assert_eq!(
        (issued.status, issued.body),
        (200, format!("{{\"token\":\"{token}\"}}"))
    );
    let header = format!("Authorization: Token {token}");
    assert_eq!(
        server.send("GET", "/api/whoami/", &[&header], "").status,
        200
    );
}

#[test]
fn a_lost_password_file_is_made_anew() {
    let folder = Folder::empty();
    let token = token_in(&start(&folder).printed);
    fs::remove_file(folder.path("hallpass-demo/demo-password.txt")).unwrap();
    let again = start(&folder);
    assert_eq!(token_in(&again.printed), token);
    try_all(&again, &token);
}

#[test]
fn keeps_away_from_other_databases() {
    let mut folder = Folder::empty();
    folder.set("DATABASE_URL", "sqlite:///precious.db");
    drop(start(&folder));
    assert_eq!(folder.names(), ["hallpass-demo"]);
    folder
        .run(&["demo", "--database", "sqlite:///precious.db"])
        .refused(&["hallpass-demo"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_look_inside() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::empty();
    drop(start(&folder));
    let mode = |name: &str| {
        fs::metadata(folder.path(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("hallpass-demo"), 0o700);
    assert_eq!(mode("hallpass-demo/demo-password.txt"), 0o600);
    assert_eq!(mode("hallpass-demo/hallpass.toml"), 0o600);
}

/// Settings in a folder that somebody else prepared may name any database.
#[cfg(unix)]
#[test]
fn a_folder_that_is_not_ours_is_not_used() {
    let folder = Folder::empty();
    fs::create_dir(folder.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", folder.path("hallpass-demo")).unwrap();
    let demo = ["demo", "--bind", "127.0.0.1:0"];
    folder.run(&demo).refused(&["hallpass-demo", "link"]);
    assert_eq!(fs::read_dir(folder.path("elsewhere")).unwrap().count(), 0);

    // Only root can give a folder away.
    fs::remove_file(folder.path("hallpass-demo")).unwrap();
    fs::create_dir(folder.path("hallpass-demo")).unwrap();
    if std::os::unix::fs::chown(folder.path("hallpass-demo"), Some(1), None).is_ok() {
        folder.run(&demo).refused(&["another account"]);
    }
}
