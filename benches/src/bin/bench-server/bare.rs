//! axum and nothing else: what a request costs before anybody asks who is calling.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};

use crate::Me;

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/me/", get(me))
        .route("/me-with-headers/", get(me_with_headers))
        .route("/me-with-vary/", get(me_with_vary))
        .route("/forward-auth/nginx", any(allowed))
}

async fn me() -> Json<Me> {
    Json(Me {
        id: 1,
        username: "bench".to_owned(),
    })
}

/// With what a [`GuardedRouter`](hallpass::GuardedRouter) adds: Django's middleware and DRF's view.
async fn me_with_headers() -> Response {
    let mut response = me().await.into_response();
    set(
        response.headers_mut(),
        [
            ("allow", "GET, HEAD, OPTIONS"),
            ("vary", "Cookie"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ],
    );
    response
}

/// With what the layer adds where sessions are asked: Django's session middleware.
async fn me_with_vary() -> Response {
    let mut response = me().await.into_response();
    set(response.headers_mut(), [("vary", "Cookie")]);
    response
}

/// What Hallpass tells nginx of the user `bench` with a token, word for word.
async fn allowed() -> Response {
    let mut response = ().into_response();
    set(
        response.headers_mut(),
        [
            ("remote-user", "bench"),
            ("remote-email", "bench@example.com"),
            ("remote-name", "-"),
            ("remote-groups", "-"),
            ("x-hallpass-user-id", "1"),
            ("x-hallpass-auth", "token"),
            ("cache-control", "no-store"),
            ("vary", "Authorization, Cookie"),
        ],
    );
    response
}

fn set<const N: usize>(headers: &mut HeaderMap, all: [(&'static str, &'static str); N]) {
    for (name, value) in all {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}
