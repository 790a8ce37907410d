//! One scenario: a fresh database, a fresh application, its requests in order.

use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
#[cfg(feature = "redis")]
use hallpass::settings::{CacheBackend, SessionEngine, Settings};
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body::Frame;
use http_body_util::BodyExt as _;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::Value;
use tower::ServiceExt as _;

#[cfg(feature = "redis")]
use crate::fake_redis::FakeRedis;

use super::compare::{Answer, Captures, differences};
use super::fixture::{DJANGO_ITERATIONS, Fixtures};
use super::profile::Profile;
use super::read::{Query, Transcript};
use super::site::{self, Clock};

/// Enough where nobody looks at stored hashes, because a million rounds take a tenth of a second.
const FEW_ITERATIONS: u32 = 1_000;

/// How long an answer may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Replays the steps; what differs is described, one text a step.
pub(super) async fn scenario(fixtures: &Fixtures, steps: &[Transcript]) -> Vec<String> {
    let profile = Profile::named(&steps[0].profile);
    let iterations = if looks_at_hashes(steps) {
        DJANGO_ITERATIONS
    } else {
        FEW_ITERATIONS
    };
    let fixture = fixtures.of(profile.logs_in_by_email(), iterations);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("db.sqlite3");
    fixture.write(&database);
    let settings = profile.settings(folder.path(), &fixture, iterations);
    #[cfg(feature = "redis")]
    let (settings, _redis) = with_shared_cache(settings);
    let app = site::app(settings, profile.has_csrf_middleware()).await;

    let mut captures = Captures::default();
    let mut found = Vec::new();
    for step in steps {
        let answer = match request(step, &captures) {
            Ok(request) => match tokio::time::timeout(PATIENCE, send(&app, request)).await {
                Ok(answer) => answer,
                Err(_) => {
                    found.push(format!("{} ({}): no answer", step.id, step.note));
                    continue;
                }
            },
            Err(refused) => {
                found.push(format!(
                    "{} ({}): not a request: {refused}",
                    step.id, step.note
                ));
                continue;
            }
        };
        let mut differs = differences(step.expected(), &answer, &mut captures, &fixture);
        differs.extend(
            step.database_after
                .iter()
                .filter_map(|query| rows_differ(&database, query)),
        );
        if !differs.is_empty() {
            found.push(format!(
                "{} ({})\n  {}",
                step.id,
                step.note,
                differs.join("\n  ")
            ));
        }
    }
    found
}

/// Sessions in a cache get one that processes share, in place of Django's default.
#[cfg(feature = "redis")]
fn with_shared_cache(mut settings: Settings) -> (Settings, Option<FakeRedis>) {
    if settings.session_engine != SessionEngine::CachedDb {
        return (settings, None);
    }
    let redis = FakeRedis::start();
    settings.caches_default.backend = CacheBackend::Redis;
    settings.caches_default.location = redis.url();
    (settings, Some(redis))
}

fn looks_at_hashes(steps: &[Transcript]) -> bool {
    let mut queries = steps.iter().flat_map(|step| &step.database_after);
    queries.any(|query| query.sql.contains("password"))
}

/// The request as an HTTP server hands it over: white space around values is gone.
fn request(step: &Transcript, captures: &Captures) -> Result<Request<Body>, String> {
    let recorded = &step.request;
    let body = recorded.body();
    let body = match String::from_utf8(body) {
        Ok(text) => captures.fill(&text).into_bytes(),
        Err(bytes) => bytes.into_bytes(),
    };
    let mut request = Request::new(Body::empty());
    *request.method_mut() =
        Method::from_bytes(recorded.method.as_bytes()).map_err(|e| e.to_string())?;
    *request.uri_mut() = recorded
        .target
        .parse::<Uri>()
        .map_err(|e| format!("{}: {e}", recorded.target))?;
    for (name, value) in &recorded.headers {
        let value = captures.fill(value);
        let bytes: Vec<u8> = value
            .trim_matches([' ', '\t'])
            .chars()
            .map(|character| u8::try_from(u32::from(character)).unwrap())
            .collect();
        let value = HeaderValue::from_bytes(&bytes).map_err(|e| format!("{value:?}: {e}"))?;
        request
            .headers_mut()
            .append(HeaderName::try_from(name.as_str()).unwrap(), value);
    }
    let headers = request.headers_mut();
    headers
        .entry(HOST)
        .or_insert(HeaderValue::from_static("testserver"));
    if headers.contains_key(TRANSFER_ENCODING) {
        *request.body_mut() = Body::new(Unannounced(Some(dechunked(&body))));
    } else {
        let announces =
            !body.is_empty() || ["POST", "PUT", "PATCH"].contains(&recorded.method.as_str());
        if announces && !headers.contains_key(CONTENT_LENGTH) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        *request.body_mut() = Body::from(body);
    }
    let client = SocketAddr::from(([127, 0, 0, 1], 40_000));
    request.extensions_mut().insert(ConnectInfo(client));
    if let Some(clock) = step.clock {
        request.extensions_mut().insert(Clock(clock));
    }
    Ok(request)
}

/// The content of a body recorded as one chunk.
fn dechunked(body: &[u8]) -> Bytes {
    let text = std::str::from_utf8(body).unwrap();
    let (_length, rest) = text.split_once("\r\n").unwrap();
    let (content, _last) = rest.split_once("\r\n").unwrap();
    Bytes::copy_from_slice(content.as_bytes())
}

/// A body whose length nobody knows beforehand.
struct Unannounced(Option<Bytes>);

impl http_body::Body for Unannounced {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

async fn send(app: &Router, request: Request<Body>) -> Answer {
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = value.as_bytes().iter().copied().map(char::from).collect();
        (name.to_string(), value)
    });
    Answer {
        status: parts.status.as_u16(),
        headers: headers.collect(),
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

fn rows_differ(database: &Path, query: &Query) -> Option<String> {
    let connection = Connection::open(database).unwrap();
    let mut statement = connection.prepare(&query.sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cell = |column| row.get_ref(column).map(cell_value);
        (0..columns).map(cell).collect::<Result<Vec<Value>, _>>()
    });
    let rows: Vec<Vec<Value>> = rows.unwrap().map(Result::unwrap).collect();
    (rows != query.rows)
        .then(|| format!("{} gives {rows:?} instead of {:?}", query.sql, query.rows))
}

fn cell_value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::from(number),
        ValueRef::Real(number) => Value::from(number),
        ValueRef::Text(text) | ValueRef::Blob(text) => Value::from(String::from_utf8_lossy(text)),
    }
}
