//! `check --url` and `check --credential-stdin`: through proxies that do what real ones were seen to do.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::{Folder, PASSWORD, Server, free_port, token_in};

const CLEAN: &str = "[rest_framework]\ndefault_authentication_classes = [\"token\", \"session\"]";
/// What a router of token-first views says to every preflight.
const PREFLIGHT: &str = "hallpass.I054";

/// Changes the lines of a request's head; `None` answers in the proxy itself.
type Change = dyn Fn(Vec<String>) -> Result<Vec<String>, String> + Send + Sync;

/// What a careful proxy does: no identity of the client's, and the address it sees.
fn careful(lines: Vec<String>) -> Vec<String> {
    let dropped = |line: &String| {
        let name = line
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .replace('_', "-");
        name.starts_with("remote-") || name.starts_with("x-") || name == "hallpass-user"
    };
    let mut kept: Vec<String> = lines.into_iter().filter(|line| !dropped(line)).collect();
    kept.push("X-Forwarded-For: 203.0.113.9, 192.0.2.1".to_owned());
    kept
}

fn without(lines: Vec<String>, name: &str) -> Vec<String> {
    let begins = format!("{name}:");
    let other = |line: &String| !line.to_ascii_lowercase().starts_with(&begins);
    lines.into_iter().filter(other).collect()
}

/// Starts a proxy in front of `port`; the port it listens on.
fn proxy(port: u16, tls: Option<Arc<rustls::ServerConfig>>, change: Box<Change>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    let change: Arc<Change> = Arc::from(change);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (change, tls) = (Arc::clone(&change), tls.clone());
            thread::spawn(move || match tls {
                None => pass(stream.unwrap(), port, &*change),
                Some(tls) => {
                    let connection = rustls::ServerConnection::new(tls).unwrap();
                    pass(
                        rustls::StreamOwned::new(connection, stream.unwrap()),
                        port,
                        &*change,
                    );
                }
            });
        }
    });
    own
}

fn pass(mut client: impl Read + Write, port: u16, change: &Change) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let lines = head.trim_end().split("\r\n").map(str::to_owned).collect();
    let answer = match change(lines) {
        Err(answer) => answer.into_bytes(),
        Ok(lines) => {
            let mut server = TcpStream::connect(("127.0.0.1", port)).unwrap();
            server
                .write_all(format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes())
                .unwrap();
            let mut answer = Vec::new();
            server.read_to_end(&mut answer).unwrap();
            answer
        }
    };
    let _ = client.write_all(&answer);
    let _ = client.flush();
}

fn findings(folder: &Folder, arguments: &[&str], input: &str) -> Vec<String> {
    let run = folder.run_with(&[&["check", "--json"], arguments].concat(), input);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let all = json.as_array().unwrap().iter();
    all.map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect()
}

fn through(folder: &Folder, port: u16) -> Vec<String> {
    findings(folder, &["--url", &format!("http://127.0.0.1:{port}")], "")
}

fn site(settings: &str) -> (Folder, Server) {
    let folder = Folder::migrated(&format!("{settings}\n{CLEAN}"));
    let server = folder.serve();
    (folder, server)
}

#[test]
fn a_careful_proxy_has_nothing_above_info_and_none_at_all_has() {
    let (folder, server) = site("");
    let port = proxy(server.port, None, Box::new(|lines| Ok(careful(lines))));
    assert_eq!(through(&folder, port), [PREFLIGHT]);
    assert_eq!(
        through(&folder, server.port),
        ["hallpass.W052", "hallpass.W051", PREFLIGHT]
    );
}

#[test]
fn a_proxy_that_drops_authorization() {
    let (folder, server) = site("");
    let change = |lines| Ok(without(careful(lines), "authorization"));
    let port = proxy(server.port, None, Box::new(change));
    assert_eq!(through(&folder, port), ["hallpass.E050", PREFLIGHT]);
}

#[test]
fn a_proxy_that_rewrites_the_host() {
    let (folder, server) = site("");
    let change = |lines| {
        let mut lines = without(careful(lines), "host");
        lines.push("Host: backend.internal".to_owned());
        Ok(lines)
    };
    let port = proxy(server.port, None, Box::new(change));
    assert_eq!(through(&folder, port), ["hallpass.E056"]);
}

#[test]
fn a_proxy_that_redirects_or_answers_itself() {
    let (folder, server) = site("");
    let good = proxy(server.port, None, Box::new(|lines| Ok(careful(lines))));
    let moved = format!(
        "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:{good}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let port = proxy(server.port, None, Box::new(move |_| Err(moved.clone())));
    assert_eq!(through(&folder, port), ["hallpass.E053"]);
    let page = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi".to_owned();
    let port = proxy(server.port, None, Box::new(move |_| Err(page.clone())));
    assert_eq!(through(&folder, port), ["hallpass.E049"]);
    assert_eq!(through(&folder, free_port()), ["hallpass.E049"]);
}

#[test]
fn a_proxy_that_answers_from_a_cache() {
    let (folder, server) = site("");
    let kept: Arc<std::sync::Mutex<Option<Vec<String>>>> = Arc::default();
    let change = move |lines: Vec<String>| {
        let mut kept = kept.lock().unwrap();
        if lines[0].contains("well-known") {
            return Ok(careful(kept.get_or_insert(lines).clone()));
        }
        Ok(careful(lines))
    };
    let port = proxy(server.port, None, Box::new(change));
    assert_eq!(through(&folder, port), ["hallpass.E055", PREFLIGHT]);
}

#[test]
fn https_that_the_server_does_not_hear_of() {
    let data = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../hallpass-store/tests/data/tls"
    );
    let chain = CertificateDer::pem_file_iter(format!("{data}/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(format!("{data}/server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key)
        .unwrap();
    let tls = Arc::new(tls);
    let header = "allowed_hosts = [\"localhost\"]\nsecure_proxy_ssl_header = [\"HTTP_X_FORWARDED_PROTO\", \"https\"]";
    let folder = Folder::migrated("");
    let settings = format!(
        "secret_key = \"{}\"\n{header}\n{CLEAN}\n",
        crate::support::SECRET_KEY
    );
    std::fs::write(folder.path("hallpass.toml"), settings).unwrap();
    let mut folder = folder;
    folder.set("SSL_CERT_FILE", &format!("{data}/authority.pem"));
    let server = folder.serve();
    let marks = |lines| {
        let mut lines = careful(lines);
        lines.push("X-Forwarded-Proto: https".to_owned());
        Ok(lines)
    };
    let good = proxy(server.port, Some(Arc::clone(&tls)), Box::new(marks));
    let silent = proxy(server.port, Some(tls), Box::new(|lines| Ok(careful(lines))));
    let check = |port: u16| {
        findings(
            &folder,
            &["--url", &format!("https://localhost:{port}")],
            "",
        )
    };
    assert_eq!(check(good), [PREFLIGHT]);
    assert_eq!(check(silent), ["hallpass.W057", PREFLIGHT]);
    // The same header from the client itself, over plain HTTP.
    let careless = proxy(server.port, None, Box::new(Ok));
    let run = findings(
        &folder,
        &["--url", &format!("http://localhost:{careless}")],
        "",
    );
    assert!(run.contains(&"hallpass.W058".to_owned()), "{run:?}");
    // A certificate that nobody vouches for.
    folder.set("SSL_CERT_FILE", "/dev/null");
    let run = findings(
        &folder,
        &["--url", &format!("https://localhost:{good}")],
        "",
    );
    assert_eq!(run, ["hallpass.E049"]);
}

#[test]
fn addresses_that_are_no_sites() {
    let folder = Folder::with_settings("");
    for url in [
        "example.com",
        "ftp://example.com",
        "https://example.com/api/",
        "https://me@example.com",
    ] {
        assert_eq!(folder.run(&["check", "--url", url]).code, Some(2), "{url}");
    }
}

#[test]
fn the_probe_tells_nothing_to_others() {
    let (_folder, server) = site("");
    let path = "/.well-known/hallpass/probe";
    assert_eq!(server.send("GET", path, &[], "").status, 404);
    assert_eq!(
        server
            .send("GET", path, &["Hallpass-Probe: short"], "")
            .status,
        404
    );
    let marker = "Hallpass-Probe: abcdefghijklmnop";
    let told = server.send("POST", path, &[marker, "Cookie: sessionid=verysecret"], "");
    assert_eq!(told.status, 200);
    assert!(told.body.contains("\"cookie\":\"other\"") && !told.body.contains("verysecret"));
}

#[test]
fn a_credential_is_judged() {
    let folder = Folder::migrated(CLEAN);
    folder
        .run_with(&["createuser", "suraj", "--password-stdin"], PASSWORD)
        .done();
    let token = token_in(&folder.run(&["drf_create_token", "suraj"]).done());
    let judge = |line: &str| findings(&folder, &["--credential-stdin"], line);
    assert_eq!(
        judge(&format!("Authorization: Token {token}\n")),
        Vec::<String>::new()
    );
    for line in [
        "Token null",
        "Bearer abc",
        "Token \"x\"",
        "",
        "HTTP_AUTHORIZATION: Token x",
    ] {
        assert_eq!(judge(line), ["hallpass.E047"], "{line}");
    }
    let unknown = format!("Token {}", "0".repeat(40));
    assert_eq!(judge(&unknown), ["hallpass.E048"]);
    let said = folder.run_with(&["check", "--credential-stdin"], &format!("Token: {token}"));
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("hallpass.E047") && !said.err.contains(&token),
        "{said:?}"
    );
    folder
        .database()
        .execute_batch("UPDATE auth_user SET is_active = 0")
        .unwrap();
    assert_eq!(judge(&format!("Token {token}")), ["hallpass.E048"]);
}
