//! What the proxy is answered.

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, VARY, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::identity_headers;
use super::proxy::Proxy;
use crate::identity::Identity;
use crate::pages;
use crate::rejection::Rejection;

/// Why a request is refused, in one word: nginx can pass on a header of a refusal, but neither its status nor its body.
const REASON: HeaderName = HeaderName::from_static("x-hallpass-reason");

/// How many headers an answer has that lets a request go on, with the length that the server adds.
const HEADERS: usize = 9;

/// A refusal with what there is to say besides.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) rejection: Rejection,
    /// The challenges of all authentication classes.
    pub(super) challenges: Vec<HeaderValue>,
    /// Where a browser is sent instead, if that would help.
    pub(super) login: Option<String>,
    /// Whether a person looks at the answer.
    pub(super) is_browser: bool,
}

/// The request may go on.
pub(super) fn allowed(identity: Option<&Identity>, groups: &[String]) -> Response {
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    identity_headers::set(response.headers_mut(), identity, groups);
    never_kept(response.headers_mut());
    response
}

/// The request may not go on.
///
/// Unlike in DRF, an unauthenticated caller is shown every challenge, whichever class is the first; with none to show
/// the answer is 403, as in DRF.
pub(super) fn refused(proxy: Proxy, refusal: Refusal) -> Response {
    let unauthenticated = refusal.rejection.status() == StatusCode::UNAUTHORIZED;
    let reason = reason(refusal.rejection.status());
    let mut response = refusal.rejection.into_response_with(None);
    *response.status_mut() = match (&refusal.login, unauthenticated) {
        (Some(_), true) => proxy.redirect_status(),
        (None, true) if refusal.challenges.is_empty() => StatusCode::FORBIDDEN,
        (None, true) => StatusCode::UNAUTHORIZED,
        _ => proxy.refusal_status(response.status()),
    };
    let location = refusal.login.filter(|_| unauthenticated);
    match location.and_then(|location| HeaderValue::try_from(location).ok()) {
        Some(location) => {
            response.headers_mut().insert(LOCATION, location);
        }
        None if unauthenticated => {
            challenge(proxy, response.headers_mut(), &refusal.challenges);
        }
        None => {}
    }
    if refusal.is_browser {
        with_page(&mut response);
    }
    let headers = response.headers_mut();
    headers.insert(REASON, HeaderValue::from_static(reason));
    never_kept(headers);
    response
}

/// One header a scheme; nginx passes only one header on, so there they stand in one.
fn challenge(proxy: Proxy, headers: &mut HeaderMap, challenges: &[HeaderValue]) {
    if proxy != Proxy::Nginx {
        for challenge in challenges {
            headers.append(WWW_AUTHENTICATE, challenge.clone());
        }
        return;
    }
    let values: Vec<&[u8]> = challenges.iter().map(HeaderValue::as_bytes).collect();
    if let Ok(joined) = HeaderValue::from_bytes(&values.join(&b", "[..])) {
        headers.insert(WWW_AUTHENTICATE, joined);
    }
}

fn reason(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "unauthenticated",
        403 => "denied",
        429 => "throttled",
        400..500 => "invalid",
        _ => "unavailable",
    }
}

/// A person gets a page instead of JSON.
fn with_page(response: &mut Response) {
    let status = response.status();
    let title = status.canonical_reason().unwrap_or("Refused");
    let body = format!("<h1>{title} <span>({})</span></h1>", status.as_u16());
    *response.body_mut() = Body::from(pages::page(title, &body));
    response.headers_mut().insert(CONTENT_TYPE, pages::HTML);
}

/// An answer is about one request.
fn never_kept(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Authorization, Cookie"));
}
