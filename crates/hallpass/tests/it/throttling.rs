//! Throttles: the recorded simulations, settings, identities, and a Redis that processes share.

mod settings;
#[cfg(feature = "redis")]
mod shared;
mod vectors;

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hallpass::{AllowAny, ApiView, Hallpass, Limit, RequestContext};
use http::Request;
use tower::ServiceExt as _;

use crate::gate::bench::{Answer, request};

/// What time the throttles believe it is.
#[derive(Clone, Copy)]
struct Now(f64);

fn clock(request: &RequestContext<'_>) -> f64 {
    let Now(now) = *request.extensions().get().unwrap();
    now
}

/// One open view under these throttles.
fn app(hallpass: &Hallpass, throttles: impl IntoIterator<Item = Limit>) -> Router {
    let view = ApiView::new("Throttled").permissions([AllowAny]);
    let view = view.throttles(throttles).get(async || "ok");
    hallpass.router().route("/", view).into_router()
}

/// A request from an address, or from one that the server does not tell.
fn from(address: Option<[u8; 4]>, headers: &[(&str, &str)], now: f64) -> Request<Body> {
    let mut request = request("GET", "/", headers, "");
    if let Some(address) = address {
        let client = SocketAddr::from((address, 40_000));
        request.extensions_mut().insert(ConnectInfo(client));
    }
    request.extensions_mut().insert(Now(now));
    request
}

async fn send(app: &Router, request: Request<Body>) -> Answer {
    Answer::of(app.clone().oneshot(request).await.unwrap()).await
}
