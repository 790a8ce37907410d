//! Spans, as a collector receives them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::{Folder, PASSWORD, Server, token_in};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A collector that keeps what is posted to it, head and body together.
fn collector() -> (u16, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            if sender.send(receive(stream.unwrap())).is_err() {
                return;
            }
        }
    });
    (port, received)
}

fn receive(mut stream: TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
    }
    let head = head.to_ascii_lowercase();
    let (_, length) = head.split_once("content-length: ").unwrap();
    let length = length.lines().next().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        .unwrap();
    (head, body)
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn holds(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

/// A string attribute as protobuf writes it: field 1 is the key, field 2 a value whose field 1 is a string.
fn attribute(key: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).unwrap();
    let mut bytes = vec![0x0a, length(key)];
    bytes.extend(key.as_bytes());
    bytes.extend([0x12, length(value) + 2, 0x0a, length(value)]);
    bytes.extend(value.as_bytes());
    bytes
}

#[test]
fn a_span_continues_the_clients_trace_and_holds_no_secret() {
    let (port, received) = collector();
    let mut folder = Folder::migrated("");
    folder.set(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        &format!("http://127.0.0.1:{port}"),
    );
    folder.set("OTEL_SERVICE_NAME", "doorkeeper");
    folder
        .run_with(&["createuser", "suraj", "--password-stdin"], PASSWORD)
        .done();
    let token = token_in(&folder.run(&["drf_create_token", "suraj"]).done());
    let mut server = folder.serve();
    let authorization = format!("Authorization: Token {token}");
    let traceparent = format!("traceparent: 00-{TRACE}-{PARENT}-01");
    let target = "/api/whoami/?secret=in-the-query";
    let headers = [
        authorization.as_str(),
        &traceparent,
        "Cookie: csrftoken=in-the-cookie",
    ];
    assert_eq!(server.send("GET", target, &headers, "").status, 200);
    let refused = server.send("BREW", "/api/whoami/", &[], "");
    let diagnostic = refused.header("hallpass-diagnostic").map(str::to_owned);
    let form = "Content-Type: application/x-www-form-urlencoded";
    let body = format!("username=suraj&password={PASSWORD}");
    assert_eq!(
        server
            .send("POST", "/api-token-auth/", &[form], &body)
            .status,
        200
    );
    // Nothing is sent before five seconds have passed: what comes now comes because the server ends.
    server.signal("TERM");
    assert_eq!(server.wait().0, Some(0));
    let (head, body) = received.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
    assert!(
        head.contains("content-type: application/x-protobuf\r\n"),
        "{head}"
    );
    assert!(holds(&body, &bytes_of(TRACE)), "the trace is not continued");
    assert!(holds(&body, &bytes_of(PARENT)), "the parent is not named");
    for (key, value) in [
        ("service.name", "doorkeeper"),
        ("http.request.method", "GET"),
        ("http.request.method", "_OTHER"),
        ("http.route", "/api/whoami/"),
        ("url.path", "/api/whoami/"),
        ("hallpass.scheme", "token"),
        ("hallpass.outcome", "admitted"),
        ("hallpass.scheme", "none"),
        ("hallpass.outcome", "refused"),
    ] {
        assert!(holds(&body, &attribute(key, value)), "{key}={value}");
    }
    if let Some(id) = &diagnostic {
        assert!(holds(&body, &attribute("hallpass.diagnostic", id)));
    }
    assert!(holds(&body, b"GET /api/whoami/"), "the span's name");
    // Field 3 of a value is an integer: 200 in two bytes.
    assert!(holds(
        &body,
        b"http.response.status_code\x12\x03\x18\xc8\x01"
    ));
    let shown = [head.as_bytes(), &body].concat();
    for secret in [
        &token,
        "Token ",
        "csrftoken",
        "in-the-cookie",
        "in-the-query",
        PASSWORD,
    ] {
        assert!(!holds(&shown, secret.as_bytes()), "{secret} was sent");
    }
}

#[test]
fn a_collector_that_is_not_there_is_said_once_and_harms_nothing() {
    let mut folder = Folder::migrated("");
    let port = crate::support::free_port();
    folder.set(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        &format!("http://127.0.0.1:{port}"),
    );
    folder.set("OTEL_BSP_SCHEDULE_DELAY", "50");
    let mut command = folder.command(&["serve", "--bind", "127.0.0.1:0"]);
    let log = std::fs::File::create(folder.path("server.log")).unwrap();
    command.stderr(Stdio::from(log));
    let mut server = Server::start_logging(command, "Listening on ");
    for _ in 0..3 {
        assert_eq!(server.send("GET", "/healthz", &[], "").status, 200);
        std::thread::sleep(Duration::from_millis(150));
    }
    server.signal("TERM");
    assert_eq!(server.wait().0, Some(0));
    let said = std::fs::read_to_string(folder.path("server.log")).unwrap();
    assert_eq!(
        said.matches("spans do not reach the collector").count(),
        1,
        "{said}"
    );
}

#[test]
fn without_a_collector_nothing_is_sent_and_another_protocol_is_refused() {
    let mut folder = Folder::migrated("");
    folder.set("OTEL_SDK_DISABLED", "true");
    folder.set("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    folder.set("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    let server = folder.serve();
    assert_eq!(server.send("GET", "/healthz", &[], "").status, 200);
    drop(server);
    folder.set("OTEL_SDK_DISABLED", "false");
    folder
        .run(&["serve", "--bind", "127.0.0.1:0"])
        .refused(&["OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"]);
}
