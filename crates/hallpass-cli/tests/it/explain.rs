//! `explain`: the running server and its log know why a request was refused.

use std::process::Stdio;

use crate::support::{Folder, Server, free_port};

const TOKEN: &str = "0123456789012345678901234567890123456789";

#[test]
fn the_running_server_knows() {
    let port = free_port();
    let folder = Folder::migrated(&format!("metrics_bind = \"127.0.0.1:{port}\""));
    let server = folder.serve();
    let header = format!("Authorization: Token {TOKEN}");
    let refused = server.send("GET", "/api/whoami/?secret=1", &[&header], "");
    assert_eq!(refused.status, 403);
    let id = refused.header("hallpass-diagnostic").unwrap();
    let told = folder.run(&["explain", id]).done();
    for line in [
        "reason   unknown_token\n",
        "scheme   token\n",
        "path     /api/whoami/\n",
        "status   403\n",
    ] {
        assert!(told.contains(line), "{line} is not in {told}");
    }
    assert!(!told.contains(TOKEN) && !told.contains("secret"), "{told}");
    let json = folder.run(&["explain", id, "--json"]).done();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["reason"], "unknown_token");
    let unknown = folder.run(&["explain", "aaaabbbbccccdddd"]);
    unknown.refused(&["aaaabbbbccccdddd", "--log"]);
    assert_eq!(folder.run(&["explain", "../../etc/passwd"]).code, Some(2));
}

#[test]
fn without_a_listener_or_a_server_the_way_out_is_named() {
    let id = "aaaabbbbccccdddd";
    Folder::with_settings("")
        .run(&["explain", id])
        .refused(&["metrics_bind", "--log"]);
    let nobody = format!("metrics_bind = \"127.0.0.1:{}\"", free_port());
    let folder = Folder::with_settings(&nobody);
    folder.run(&["explain", id]).refused(&["hallpass serve"]);
    folder
        .run(&["explain", id, "--log", "absent.log"])
        .refused(&["absent.log"]);
}

#[test]
fn both_forms_of_the_log_know() {
    for form in ["text", "json"] {
        let folder = Folder::migrated(&format!("log_format = \"{form}\""));
        let mut command = folder.command(&["serve", "--bind", "127.0.0.1:0"]);
        let log = std::fs::File::create(folder.path("server.log")).unwrap();
        command.stderr(Stdio::from(log));
        let mut server = Server::start_logging(command, "Listening on ");
        let request_id = "X-Request-Id: from-the-proxy";
        let header = format!("Authorization: Bearer {TOKEN}");
        let refused = server.send("GET", "/api/whoami/", &[&header, request_id], "");
        assert_eq!(refused.header("x-request-id"), Some("from-the-proxy"));
        let id = refused.header("hallpass-diagnostic").unwrap().to_owned();
        server.signal("TERM");
        server.wait();
        let text = std::fs::read_to_string(folder.path("server.log")).unwrap();
        assert!(!text.contains(TOKEN), "{text}");
        if form == "json" {
            let parsed = text.lines().map(serde_json::from_str::<serde_json::Value>);
            assert!(
                parsed.clone().count() >= 3 && parsed.clone().all(|line| line.is_ok()),
                "{text}"
            );
        }
        let told = folder.run(&["explain", &id, "--log", "server.log"]).done();
        for line in [
            "reason   no_credentials\n",
            "the keyword is \"Bearer\"",
            "request_id from-the-proxy\n",
        ] {
            assert!(told.contains(line), "{line} is not in {told}");
        }
        let piped = folder.run_with(&["explain", &id, "--log", "-"], &text);
        assert_eq!(piped.done(), told);
    }
}
