//! The parameters of a route's path, as axum's router has left them.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Request};
use axum::routing::any;
use futures_util::FutureExt;
use http::Extensions;
use serde::de::DeserializeOwned;
use tower_service::Service;

use crate::rejection::Rejection;

/// What axum's router leaves on a path without parameters. [`GuardedService`](crate::GuardedService) does without the
/// router there and leaves nothing, and nobody but axum can make it.
static NO_PARAMETERS: LazyLock<Extensions> = LazyLock::new(|| {
    let echo = async |request: Request| {
        let mut response = http::Response::new(Body::empty());
        *response.extensions_mut() = request.extensions().clone();
        response
    };
    let mut router: Router = Router::new().route("/", any(echo));
    match router.call(Request::new(Body::empty())).now_or_never() {
        Some(Ok(response)) => response.extensions().clone(),
        None => Extensions::new(),
    }
});

pub(super) async fn parameters<T: DeserializeOwned + Send>(
    left: &Extensions,
) -> Result<T, Rejection> {
    let read = match read(left).await {
        Err(PathRejection::MissingPathParams(_)) => read(&NO_PARAMETERS).await,
        read => read,
    };
    match read {
        Ok(parameters) => Ok(parameters),
        Err(PathRejection::FailedToDeserializePathParams(_)) => Err(Rejection::not_found()),
        Err(error) => {
            tracing::error!(%error, "the parameters of a path cannot be read");
            Err(Rejection::server_error())
        }
    }
}

async fn read<T: DeserializeOwned + Send>(left: &Extensions) -> Result<T, PathRejection> {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    parts.extensions = left.clone();
    let Path(parameters) = Path::from_request_parts(&mut parts, &()).await?;
    Ok(parameters)
}
