//! Bugs on purpose, for the test of the differential test: `REFERENCE_PLANT=name` puts one around the app.
//!
//! Each does to requests or answers what a plausible mistake in the library would do; a comparison with a live Django
//! must find every one. Without the variable nothing is added.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, LOCATION, ORIGIN,
    REFERER, RETRY_AFTER, SET_COOKIE, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::Response;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const TEST_CLOCK: HeaderName = HeaderName::from_static("x-test-clock");

/// One bug: what it does to a request, to the head of an answer, and to the text of an answer.
struct Plant {
    name: &'static str,
    request: fn(&mut Request),
    answer: fn(&mut Response),
    text: Option<fn(&str) -> String>,
}

impl Plant {
    const NONE: Self = Self {
        name: "",
        request: |_| {},
        answer: |_| {},
        text: None,
    };

    const fn in_requests(name: &'static str, request: fn(&mut Request)) -> Self {
        Self {
            name,
            request,
            ..Self::NONE
        }
    }

    const fn in_answers(name: &'static str, answer: fn(&mut Response)) -> Self {
        Self {
            name,
            answer,
            ..Self::NONE
        }
    }

    const fn in_texts(name: &'static str, text: fn(&str) -> String) -> Self {
        Self {
            name,
            text: Some(text),
            ..Self::NONE
        }
    }
}

const PLANTS: [Plant; 20] = [
    Plant::in_requests("accept-ignored", |request| forget(request, &ACCEPT)),
    Plant::in_requests("clock-ignored", |request| forget(request, &TEST_CLOCK)),
    Plant::in_requests("forwarded-for-ignored", |request| {
        forget(request, &FORWARDED_FOR);
    }),
    Plant::in_requests("https-ignored", |request| forget(request, &FORWARDED_PROTO)),
    Plant::in_requests("origin-ignored", |request| forget(request, &ORIGIN)),
    Plant::in_requests("any-host", |request| {
        request
            .headers_mut()
            .insert(HOST, HeaderValue::from_static("testserver"));
    }),
    Plant::in_requests("any-referer", |request| {
        request
            .headers_mut()
            .insert(REFERER, HeaderValue::from_static("https://testserver/"));
    }),
    Plant::in_requests("bearer-is-token", |request| {
        replace(request.headers_mut(), &AUTHORIZATION, "Bearer ", "Token ");
    }),
    Plant::in_requests("patch-is-put", |request| {
        if request.method() == Method::PATCH {
            *request.method_mut() = Method::PUT;
        }
    }),
    Plant::in_requests("slash-not-asked-for", |request| {
        let path = request.uri().path();
        if !path.ends_with('/') && request.uri().query().is_none() {
            *request.uri_mut() = format!("{path}/").parse::<Uri>().unwrap_or_default();
        }
    }),
    Plant::in_answers("vary-forgotten", |answer| {
        answer.headers_mut().remove(VARY);
    }),
    Plant::in_answers("retry-after-forgotten", |answer| {
        answer.headers_mut().remove(RETRY_AFTER);
    }),
    Plant::in_answers("cookies-for-scripts", |answer| {
        replace(answer.headers_mut(), &SET_COOKIE, " HttpOnly;", "");
    }),
    Plant::in_answers("cookie-kept-at-logout", |answer| {
        if answer.status() == StatusCode::OK || answer.status() == StatusCode::FOUND {
            answer.headers_mut().remove(SET_COOKIE);
        }
    }),
    Plant::in_answers("head-not-allowed", |answer| {
        replace(answer.headers_mut(), &ALLOW, "HEAD, ", "");
    }),
    Plant::in_answers("always-forbidden", |answer| {
        if answer.status() == StatusCode::UNAUTHORIZED {
            *answer.status_mut() = StatusCode::FORBIDDEN;
        }
    }),
    Plant::in_answers("other-challenge", |answer| {
        let basic = "Basic realm=\"api\"";
        replace(answer.headers_mut(), &WWW_AUTHENTICATE, basic, "Basic");
    }),
    Plant::in_answers("redirect-elsewhere", |answer| {
        replace(
            answer.headers_mut(),
            &LOCATION,
            "/accounts/profile/",
            "/profile/",
        );
    }),
    Plant::in_texts("not-compact", |text| text.replace("\":\"", "\": \"")),
    Plant::in_texts("other-words", |text| {
        text.replace("Invalid token.", "Token is invalid.")
    }),
];

/// The names, one a line.
pub(crate) fn names() -> String {
    PLANTS.map(|plant| plant.name).join("\n")
}

/// The app with the bug of this name around it; the error tells the names.
pub(crate) fn sow(app: Router, name: Option<&str>) -> Result<Router, String> {
    let Some(name) = name else {
        return Ok(app);
    };
    let plant = PLANTS
        .into_iter()
        .find(|plant| plant.name == name)
        .ok_or_else(|| format!("REFERENCE_PLANT must be one of:\n{}", names()))?;
    let plant: &'static Plant = Box::leak(Box::new(plant));
    let grown = from_fn(move |request, next| through(plant, request, next));
    // Around everything, the router's own 404 and redirects included.
    Ok(Router::new().fallback_service(app).layer(grown))
}

async fn through(plant: &'static Plant, mut request: Request, next: Next) -> Response {
    (plant.request)(&mut request);
    let mut answer = next.run(request).await;
    (plant.answer)(&mut answer);
    match plant.text {
        Some(text) => rewritten(answer, text).await,
        None => answer,
    }
}

async fn rewritten(answer: Response, text: fn(&str) -> String) -> Response {
    let (mut head, body) = answer.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let changed = text(&String::from_utf8_lossy(&whole));
    if !changed.is_empty() {
        head.headers
            .insert(CONTENT_LENGTH, HeaderValue::from(changed.len()));
    }
    Response::from_parts(head, Body::from(changed))
}

fn forget(request: &mut Request, name: &HeaderName) {
    request.headers_mut().remove(name);
}

/// Replaces a piece of text in every value of a header.
fn replace(headers: &mut HeaderMap, name: &HeaderName, old: &str, new: &str) {
    for (key, value) in headers {
        if key == name
            && let Ok(text) = value.to_str()
            && let Ok(changed) = HeaderValue::from_str(&text.replace(old, new))
        {
            *value = changed;
        }
    }
}
