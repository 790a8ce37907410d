//! A Hallpass on a fresh fixture database, and requests to what stands on it.

use std::path::PathBuf;
use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use hallpass::settings::Settings;
use hallpass::{Builder, Hallpass};
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt as _;
use rusqlite::Connection;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::transcripts::fixture::Fixtures;
use crate::transcripts::profile::Profile;

/// Keys of the fixture: an ordinary user's, a staff member's.
pub(crate) const BOB: &str = "Token b0b0000000000000000000000000000000000002";
pub(crate) const CAROL: &str = "Token ca50100000000000000000000000000000000003";

/// Cookies of the fixture: a live anonymous session with `{"cart": [1, 2]}`, and bob's.
pub(crate) const ANONYMOUS: &str = "sessionid=sanon000000000000000000000000000";
pub(crate) const BOBS_SESSION: &str = "sessionid=sbob0000000000000000000000000000";

/// A CSRF secret, which is also a token for itself.
pub(crate) const SECRET: &str = "abcdefghijABCDEFGHIJ0123456789Zz";

const FEW_ITERATIONS: u32 = 1_000;

pub(crate) struct Bench {
    pub(crate) hallpass: Hallpass,
    folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// With what the application registers.
    pub(crate) async fn with(register: impl FnOnce(Builder) -> Builder) -> Self {
        Self::made(|_| (), register).await
    }

    /// With other settings than the defaults.
    pub(crate) async fn with_settings(change: impl FnOnce(&mut Settings)) -> Self {
        Self::made(change, |builder| builder).await
    }

    /// With both.
    pub(crate) async fn made(
        change: impl FnOnce(&mut Settings),
        register: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        static FIXTURES: OnceLock<Fixtures> = OnceLock::new();
        let fixture = FIXTURES
            .get_or_init(Fixtures::default)
            .of(false, FEW_ITERATIONS);
        let folder = tempfile::tempdir().unwrap();
        fixture.write(&folder.path().join("db.sqlite3"));
        let mut settings =
            Profile::named("default").settings(folder.path(), &fixture, FEW_ITERATIONS);
        change(&mut settings);
        let hallpass = register(Hallpass::builder(settings)).build().await.unwrap();
        Self { hallpass, folder }
    }

    pub(crate) fn database(&self) -> Connection {
        let file: PathBuf = self.folder.path().join("db.sqlite3");
        Connection::open(file).unwrap()
    }

    /// One number from the database.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn of<B>(response: Response<B>) -> Self
    where
        B: http_body::Body,
        B::Error: std::fmt::Debug,
    {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body).unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `Set-Cookie` of this name.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let mut cookies = self.headers.get_all("set-cookie").iter();
        cookies.find_map(|cookie| cookie.to_str().unwrap().strip_prefix(&format!("{name}=")))
    }
}

/// A request as a server hands it over.
pub(crate) fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, "testserver")
        .header(CONTENT_LENGTH, body.len());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

pub(crate) async fn send(
    app: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let response = app
        .clone()
        .oneshot(request(method, path, headers, body))
        .await;
    Answer::of(response.unwrap()).await
}

pub(crate) async fn get(app: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(app, "GET", path, headers, "").await
}
