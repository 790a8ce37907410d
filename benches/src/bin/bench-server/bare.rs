//! axum and nothing else: what a request costs before anybody asks who is calling.

use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};

use crate::Me;

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/me/", get(me))
        .route("/open/", get(me))
        .route("/forward-auth/nginx", any(allowed))
}

async fn me() -> Json<Me> {
    Json(Me {
        id: 1,
        username: "bench".to_owned(),
    })
}

/// What Hallpass tells nginx of the user `bench` with a token, word for word.
async fn allowed() -> Response {
    let mut response = ().into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        ("remote-user", "bench"),
        ("remote-email", "bench@example.com"),
        ("remote-name", "-"),
        ("remote-groups", "-"),
        ("x-hallpass-user-id", "1"),
        ("x-hallpass-auth", "token"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Authorization, Cookie"));
    response
}
