//! `GET /healthz`: is the process alive?

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// A router with `GET path` that answers `ok` whatever the database does. It skips the Host check, because probes
/// call by address.
pub fn healthz<S: Clone + Send + Sync + 'static>(path: &str) -> Router<S> {
    Router::new().route(path, get(answer))
}

async fn answer() -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, "text/plain; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
        ],
        "ok\n",
    )
}
