//! The operations listener: what Prometheus reads, and what `hallpass explain` asks. On an address of its own, so that
//! the public one never leads to it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Path};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hallpass::Hallpass;
use hallpass::views::{healthz, readyz};

use super::around::Around;

/// The listener's routes.
pub(super) fn routes(hallpass: &Hallpass, around: &Arc<Around>) -> Router {
    let (of_metrics, of_explain) = (hallpass.clone(), hallpass.clone());
    let around = Arc::clone(around);
    Router::new()
        .route("/metrics", get(async move || metrics(&of_metrics, &around)))
        .route(
            "/explain/{id}",
            get(async move |peer, id| explain(&of_explain, peer, id)),
        )
        .merge(healthz("/healthz"))
        .merge(readyz("/readyz", hallpass.core()))
}

fn metrics(hallpass: &Hallpass, around: &Around) -> Response {
    let mut text = hallpass.render_metrics();
    around.render(&mut text);
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response()
}

/// Told to this machine only: a reason can name users by number and permissions by name.
fn explain(
    hallpass: &Hallpass,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
) -> Response {
    if !peer.ip().to_canonical().is_loopback() {
        return (StatusCode::FORBIDDEN, "ask from the machine itself\n").into_response();
    }
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
    ];
    match hallpass.explain(&id) {
        Some(record) => (headers, record.to_json().to_compact()).into_response(),
        None => (StatusCode::NOT_FOUND, headers, "null").into_response(),
    }
}
