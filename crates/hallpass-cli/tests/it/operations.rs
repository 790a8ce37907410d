//! The server as its operators see it: readiness, metrics, limits, signals.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Folder, PASSWORD, Server, ask, free_port, token_in};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

#[test]
fn readiness_follows_the_database() {
    let folder = Folder::migrated("");
    let server = folder.serve();
    let ready = || server.send_to_host("10.0.0.1", "GET", "/readyz", &[], "");
    assert_eq!((ready().status, ready().body.as_str()), (200, "ready\n"));
    let becomes = |status: u16, words: &str| {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let answer = ready();
            if answer.status == status && answer.body.contains(words) {
                return;
            }
            assert!(Instant::now() < until, "{answer:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    let database = folder.database();
    let migration = "name = '0004_alter_tokenproxy_options'";
    database
        .execute_batch(&format!("CREATE TABLE kept AS SELECT * FROM django_migrations WHERE {migration}; DELETE FROM django_migrations WHERE {migration}"))
        .unwrap();
    becomes(503, "migrations");
    database
        .execute_batch("INSERT INTO django_migrations SELECT * FROM kept; DROP TABLE kept")
        .unwrap();
    becomes(200, "ready");
    database
        .execute_batch("DROP TABLE authtoken_token")
        .unwrap();
    becomes(503, "lacks tables");
    assert_eq!(server.send("GET", "/healthz", &[], "").status, 200);
}

#[test]
fn metrics_are_on_a_listener_of_their_own() {
    let port = free_port();
    let folder = Folder::migrated(&format!("metrics_bind = \"127.0.0.1:{port}\""));
    folder
        .run_with(&["createuser", "suraj", "--password-stdin"], PASSWORD)
        .done();
    let server = folder.serve();
    assert_eq!(server.send("GET", "/metrics", &[], "").status, 404);
    assert_eq!(server.send("GET", "/api/whoami/", &[], "").status, 403);
    let token = token_in(&folder.run(&["drf_create_token", "suraj"]).done());
    let header = format!("Authorization: Token {token}");
    for _ in 0..3 {
        assert_eq!(
            server.send("GET", "/api/whoami/", &[&header], "").status,
            200
        );
    }
    let body = format!("username=suraj&password={PASSWORD}");
    assert_eq!(
        server
            .send("POST", "/api-token-auth/", &[FORM], &body)
            .status,
        200
    );
    let scrape = || {
        ask(
            port,
            "GET /metrics HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n",
        )
    };
    let answer = scrape();
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    for line in [
        "hallpass_requests_total{scheme=\"none\",outcome=\"refused\"} 1\n",
        "hallpass_refusals_total{reason=\"no_credentials\"} 1\n",
        "hallpass_requests_total{scheme=\"token\",outcome=\"admitted\"} 3\n",
        "hallpass_cache_lookups_total{kind=\"token\",outcome=\"hit\"} 2\n",
        "hallpass_cache_lookups_total{kind=\"token\",outcome=\"miss\"} 1\n",
        "hallpass_hash_queue_depth 0\n",
        "hallpass_hash_seconds_count 1\n",
        "hallpass_http_request_duration_seconds_count{status=\"4xx\"} 2\n",
        "hallpass_http_request_duration_seconds_count{status=\"2xx\"} 4\n",
    ] {
        assert!(
            answer.body.contains(line),
            "{line} is not in {}",
            answer.body
        );
    }
    well_formed(&answer.body);
}

/// Each sample has its HELP and TYPE before it, a name and a number.
fn well_formed(text: &str) {
    let mut known = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            known.push(rest.split(' ').next().unwrap().to_owned());
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let name = name.split('{').next().unwrap();
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .unwrap_or(name);
            assert!(
                known.iter().any(|known| known == base || known == name),
                "{line}"
            );
        }
    }
    assert!(known.len() > 5);
}

#[cfg(unix)]
#[test]
fn a_hang_up_is_logged_and_survived() {
    let folder = Folder::migrated("");
    let mut command = folder.command(&["serve", "--bind", "127.0.0.1:0"]);
    let log = std::fs::File::create(folder.path("server.log")).unwrap();
    command.stderr(Stdio::from(log));
    let mut server = Server::start_logging(command, "Listening on ");
    assert_eq!(server.send("GET", "/healthz", &[], "").status, 200);
    server.signal("HUP");
    let until = Instant::now() + Duration::from_secs(10);
    let said = || std::fs::read_to_string(folder.path("server.log")).unwrap();
    while !said().contains("restart to change them") {
        assert!(Instant::now() < until, "{}", said());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.send("GET", "/healthz", &[], "").status, 200);
    server.signal("TERM");
    assert_eq!(server.wait().0, Some(0));
}

#[cfg(unix)]
#[test]
fn a_request_that_is_being_answered_is_finished() {
    use std::io::{Read, Write};

    let folder = Folder::migrated("");
    let mut server = folder.serve();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let body = "username=a&password=b";
    let head = format!(
        "POST /api-token-auth/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{FORM}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        server.child.try_wait().unwrap().is_none(),
        "it did not wait"
    );
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(server.wait().0, Some(0));
}

#[test]
fn wrong_values_of_the_server_are_named() {
    for (line, word) in [
        ("metrics_bind = \"9090\"", "127.0.0.1:9090"),
        ("log_format = \"xml\"", "json"),
        ("header_timeout = 0", "3600"),
        ("max_connections = 0", "1000000"),
    ] {
        let folder = Folder::with_settings(line);
        folder.run(&["serve", "--bind", "0"]).refused(&[word]);
    }
}
