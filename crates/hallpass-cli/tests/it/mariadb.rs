//! The command on MariaDB, on a private server where there is one.

use std::time::{Duration, Instant};

use crate::mariadb_server::Server as Database;
use crate::support::{Folder, PASSWORD, token_in};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

#[test]
fn from_an_empty_database_to_a_restart_under_the_server() {
    let Some(database) = Database::start("") else {
        return;
    };
    database.texts("mysql", "CREATE DATABASE app CHARACTER SET utf8mb4");
    let mut folder = Folder::with_settings("");
    let url = database.url("app");
    folder.set("DATABASE_URL", &url);
    assert_eq!(folder.run(&["migrate", "--check"]).code, Some(1));
    let missing = folder.run(&["serve", "--bind", "0"]);
    missing.refused(&["auth_user", "hallpass migrate"]);
    folder.run(&["migrate"]).done();
    folder.run(&["migrate", "--check"]).done();
    folder
        .run_with(&["createuser", "suraj", "--password-stdin"], PASSWORD)
        .done();
    // Django's own check is the database's, which ignores case here.
    let again = folder.run_with(&["createuser", "SURAJ", "--password-stdin"], PASSWORD);
    again.refused(&["already"]);
    let token = token_in(&folder.run(&["drf_create_token", "suraj"]).done());
    folder.run(&["check"]).done();
    folder.run(&["clearsessions"]).done();

    let server = folder.serve();
    let body = format!("username=suraj&password={PASSWORD}");
    let issued = server.send("POST", "/api-token-auth/", &[FORM], &body);
    assert_eq!(issued.body, format!("{{\"token\":\"{token}\"}}"));
    let header = format!("Authorization: Token {token}");
    let status = || server.send("GET", "/api/whoami/", &[&header], "").status;
    assert_eq!(status(), 200);

    database.say("stop");
    let begin = Instant::now();
    assert_eq!(status(), 503);
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
    let told = folder.run(&["check"]);
    assert!(
        told.err.contains("no connection to the database server"),
        "{told:?}"
    );
    database.say("start");
    let until = Instant::now() + Duration::from_secs(5);
    while status() != 200 {
        assert!(Instant::now() < until, "the restart is not noticed");
    }
}

#[test]
fn a_wrong_url_is_told_without_its_password() {
    let folder = Folder::with_settings("");
    for url in [
        "mysql://me:geheim@127.0.0.1:1/db",
        "mysql://me:geheim@127.0.0.1/",
        "mariadb://me:geheim@127.0.0.1:1/db?ssl-mod=REQUIRED",
        "mysql://me:geheim@/db?unix_socket=/nowhere",
    ] {
        let refused = folder.run(&["--database", url, "migrate"]);
        assert!(!refused.err.contains("geheim"), "{refused:?}");
        refused.refused(&[]);
    }
}
