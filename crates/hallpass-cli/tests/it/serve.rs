//! `serve`: what it refuses to start on, what it answers, how it ends.

use std::net::TcpListener;

use rusqlite::Connection;

use crate::support::{Folder, finish};

#[test]
fn missing_tables_are_named() {
    let folder = Folder::migrated("");
    folder
        .database()
        .execute_batch("DROP TABLE authtoken_token")
        .unwrap();
    folder
        .run(&["serve", "--bind", "0"])
        .refused(&["authtoken_token", "migrate"]);
    folder
        .database()
        .execute_batch("DROP TABLE django_session")
        .unwrap();
    folder
        .run(&["serve", "--bind", "0"])
        .refused(&["authtoken_token", "django_session"]);
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let folder = Folder::with_settings("");
    folder
        .run(&["serve", "--bind", "0"])
        .refused(&["db.sqlite3", "hallpass migrate"]);
    assert_eq!(folder.names(), ["hallpass.toml"]);
}

#[test]
fn tokens_of_another_user_table_are_refused() {
    let folder = Folder::migrated("auth_user_model = \"app.User\"");
    tokens_of_auth_user(&folder.database());
    folder
        .run(&["serve", "--bind", "0"])
        .refused(&["auth_user", "app_user"]);
}

/// The token table of a project whose user model was `auth.User`.
pub(crate) fn tokens_of_auth_user(database: &Connection) {
    let sql = "CREATE TABLE auth_user (id integer NOT NULL PRIMARY KEY); DROP TABLE authtoken_token; \
               CREATE TABLE authtoken_token (key varchar(40) NOT NULL PRIMARY KEY, created datetime NOT NULL, \
               user_id integer NOT NULL UNIQUE REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED)";
    database.execute_batch(sql).unwrap();
}

#[test]
fn a_port_in_use_is_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    Folder::migrated("")
        .run(&["serve", "--bind", &port])
        .refused(&[&port, "in use"]);
    let folder = Folder::empty();
    folder
        .run(&["demo", "--bind", &port])
        .refused(&[&port, "in use"]);
    assert!(
        folder.names().is_empty(),
        "a refused demo leaves something behind"
    );
    Folder::migrated("")
        .run(&["serve", "--bind", "192.0.2.1:80"])
        .refused(&["192.0.2.1:80"]);
}

#[test]
fn health_skips_the_host_check_and_nothing_else_does() {
    let server = Folder::migrated("").serve();
    let ask = |host: &str, path: &str| server.send_to_host(host, "GET", path, &[], "").status;
    assert_eq!(ask("127.0.0.1", "/healthz"), 200);
    assert_eq!(ask("10.1.2.3:8000", "/healthz"), 200);
    assert_eq!(ask("evil.example", "/api/whoami/"), 400);
    assert_eq!(ask("evil.example", "/nothing"), 400);
    assert_eq!(ask("127.0.0.1", "/nothing"), 404);
    assert_eq!(ask("127.0.0.1", "/api/whoami"), 301);
    assert_eq!(ask("127.0.0.1", "/api-auth/login/"), 200);
}

#[test]
fn paths_move_and_are_switched_off() {
    let settings = "login_path = \"\"\nlogout_path = \"\"\nhealthz_path = \"\"\nwhoami_path = \"/me/\"\n[token]\npath = \"/t/\"";
    let server = Folder::migrated(settings).serve();
    let ask = |path: &str| server.send("GET", path, &[], "").status;
    for gone in [
        "/api-auth/login/",
        "/api-auth/logout/",
        "/healthz",
        "/api/whoami/",
        "/api-token-auth/",
    ] {
        assert_eq!(ask(gone), 404, "{gone}");
    }
    assert_eq!(ask("/me/"), 403);
    assert_eq!(ask("/t/"), 405);
}

#[cfg(unix)]
#[test]
fn ends_when_told_and_says_one_line() {
    let folder = Folder::migrated("");
    for name in ["TERM", "INT"] {
        let mut server = folder.serve();
        assert_eq!(
            server.printed,
            format!("Listening on http://127.0.0.1:{}\n", server.port)
        );
        assert_eq!(server.send("GET", "/healthz", &[], "").status, 200);
        server.signal(name);
        assert_eq!(server.wait(), (Some(0), String::new()));
    }
}

#[test]
fn the_log_can_be_turned_down_and_a_wrong_level_is_named() {
    let folder = Folder::migrated("");
    let mut command = folder.command(&["serve", "--bind", "0"]);
    command.env("HALLPASS_LOG", "loud");
    finish(command, "").refused(&["HALLPASS_LOG", "loud", "warn"]);
}

#[cfg(target_os = "linux")]
#[test]
fn requests_are_logged_without_their_secrets() {
    use std::io::Read;
    use std::process::Stdio;

    let folder = Folder::migrated("");
    let mut command = folder.command(&["serve", "--bind", "0"]);
    let (mut reader, writer) = std::io::pipe().unwrap();
    command.stderr(Stdio::from(writer));
    let mut server = crate::support::Server::start_logging(command, "Listening on ");
    let secret = "c0ffee".repeat(6) + "c0ff";
    let header = format!("Authorization: Token {secret}");
    server.send("GET", &format!("/api/whoami/?key={secret}"), &[&header], "");
    server.signal("TERM");
    server.wait();
    let mut log = String::new();
    reader.read_to_string(&mut log).unwrap();
    assert!(log.contains("/api/whoami/") && log.contains("403"), "{log}");
    assert!(!log.contains(&secret), "{log}");
}
