//! The command on PostgreSQL, on a private server where there is one.

use std::time::{Duration, Instant};

use crate::postgresql::Server as Database;
use crate::support::{Folder, PASSWORD, token_in};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

#[test]
fn from_an_empty_database_to_a_restart_under_the_server() {
    let Some(database) = Database::start(&[]) else {
        return;
    };
    let mut folder = Folder::with_settings("");
    let url = database.url("postgres");
    folder.set("DATABASE_URL", &url);
    let pending = folder.run(&["migrate", "--check"]);
    assert_eq!(pending.code, Some(1), "{pending:?}");
    let missing = folder.run(&["serve", "--bind", "0"]);
    missing.refused(&["auth_user", "hallpass migrate"]);
    let migrated = folder.run(&["--database", &url, "migrate"]).done();
    assert!(
        migrated.is_empty() || migrated.contains("auth.0001_initial"),
        "{migrated}"
    );
    folder.run(&["migrate", "--check"]).done();
    folder
        .run_with(&["createuser", "suraj", "--password-stdin"], PASSWORD)
        .done();
    let again = folder.run_with(&["createuser", "suraj", "--password-stdin"], PASSWORD);
    again.refused(&["already"]);
    let token = token_in(&folder.run(&["drf_create_token", "suraj"]).done());
    folder.run(&["check"]).done();
    folder.run(&["clearsessions"]).done();
    let triggers = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'hallpass%'";
    assert_eq!(database.texts("postgres", triggers), ["0"]);
    for _ in 0..2 {
        let out = folder.run(&["migrate", "--with-triggers"]).done();
        assert!(out.ends_with("  Making triggers... OK\n"), "{out}");
    }
    assert_eq!(database.texts("postgres", triggers), ["6"]);

    let server = folder.serve();
    let body = format!("username=suraj&password={PASSWORD}");
    let issued = server.send("POST", "/api-token-auth/", &[FORM], &body);
    assert_eq!(issued.body, format!("{{\"token\":\"{token}\"}}"));
    let header = format!("Authorization: Token {token}");
    let status = || server.send("GET", "/api/whoami/", &[&header], "").status;
    assert_eq!(status(), 200);
    assert_eq!(
        server
            .send("GET", "/api/whoami/", &["Authorization: Token x\0y"], "")
            .status,
        400
    );

    database.stop();
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
    database.start_again();
    let until = Instant::now() + Duration::from_secs(5);
    while status() != 200 {
        assert!(Instant::now() < until, "the restart is not noticed");
    }
}

#[test]
fn a_wrong_url_is_told_without_its_password() {
    let folder = Folder::with_settings("");
    for url in [
        "postgres://me:geheim@127.0.0.1:1/db",
        "postgres://me:geheim@127.0.0.1/",
        "postgres://me:geheim@127.0.0.1/db?sslmod=require",
    ] {
        let refused = folder.run(&["--database", url, "migrate"]);
        assert!(!refused.err.contains("geheim"), "{refused:?}");
        refused.refused(&[]);
    }
}
