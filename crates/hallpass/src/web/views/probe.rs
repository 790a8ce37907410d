//! What `hallpass check --url` asks through the public address: which of my headers arrived?
//!
//! The doctor marks its request with a random word and writes the same word into headers that proxies drop, set or
//! pass. The answer tells of each whether it is absent, the doctor's own, or another's; never a value.

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use hallpass_formats::json::{Json, Object};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, StatusCode};

use crate::core::Core;
use crate::request::{Exchange, RequestContext, UsualHeaders};
use crate::wire::origin::check_origin;

/// The header with the doctor's random word.
pub const PROBE_HEADER: &str = "hallpass-probe";

/// The headers that are told of, in lower case.
pub const PROBED_HEADERS: [&str; 14] = [
    "authorization",
    "cookie",
    "remote-user",
    "remote_user",
    "remote-email",
    "remote-name",
    "remote-groups",
    "x-remote-user",
    "x-forwarded-user",
    "x-forwarded-email",
    "x-forwarded-groups",
    "x-auth-request-user",
    "hallpass-user",
    "x-forwarded-for",
];

/// A router with `path`, any method. Without the doctor's word it is 404. It skips the Host check and says what that
/// would have said.
pub fn probe<S: Clone + Send + Sync + 'static>(path: &str, core: &Core) -> Router<S> {
    let core = core.clone();
    Router::new().route(
        path,
        any(async move |request: Request| answer(&core, &request)),
    )
}

fn answer(core: &Core, request: &Request) -> Response {
    let Some(marker) = marker(request.headers()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let usual = UsualHeaders::of(request.headers());
    let exchange = Exchange::new(core, request.headers(), &usual);
    let context = RequestContext::with(request, usual, &exchange);
    let host = context.host();
    let is_allowed = core.compiled().allowed_hosts.check(&host).is_ok();
    let own_host = is_allowed.then_some(host.as_str());
    let origin = context.text_header(&ORIGIN);
    let trusted = &core.compiled().trusted_origins;
    let accepted =
        origin.map(|origin| check_origin(&origin, own_host, context.is_secure(), trusted).is_ok());
    let mut headers = Object::new();
    for name in PROBED_HEADERS {
        headers.insert(name, told(request.headers(), name, &marker));
    }
    let mut body = Object::new();
    body.insert("marker", marker.as_str());
    body.insert("method", request.method().as_str());
    body.insert("host_allowed", Json::from(is_allowed));
    body.insert("secure", Json::from(context.is_secure()));
    body.insert("origin_accepted", accepted.map_or(Json::Null, Json::from));
    body.insert("headers", Json::Object(headers));
    let fixed = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
    ];
    (fixed, Json::Object(body).to_compact()).into_response()
}

/// 16 to 64 lower-case letters and digits, or it is not the doctor who asks.
fn marker(headers: &HeaderMap) -> Option<String> {
    let word = headers.get(PROBE_HEADER)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    ((16..=64).contains(&word.len()) && word.bytes().all(plain)).then(|| word.to_owned())
}

/// The last of several values counts, and of a list its last item: that is whom the next server would believe.
fn told(headers: &HeaderMap, name: &str, marker: &str) -> &'static str {
    let Some(value) = headers.get_all(name).iter().next_back() else {
        return "absent";
    };
    let last = value.as_bytes().rsplit(|byte| *byte == b',').next();
    let text = String::from_utf8_lossy(last.unwrap_or_default());
    // An address has no room for the word; the doctor sends one that nobody has.
    let is_ours = text.contains(marker) || text.trim() == PROBED_ADDRESS;
    if is_ours { "ours" } else { "other" }
}

/// An address of documentation (RFC 5737), which no client comes from.
const PROBED_ADDRESS: &str = "203.0.113.9";
