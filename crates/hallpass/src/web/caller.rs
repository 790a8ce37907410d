//! Ready-made views behind a guard.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use crate::future::BoxFuture;
use crate::rejection::Rejection;
use crate::request::{Exchange, RequestContext};

/// Runs a ready-made view on the request's context; outside a guarded route it is a loud 500.
pub(crate) async fn with_context<F>(request: Request, view: F) -> Response
where
    F: for<'a> FnOnce(RequestContext<'a>) -> BoxFuture<'a, Result<Response, Rejection>>,
{
    let (parts, body) = request.into_parts();
    let Some(exchange) = exchange(&parts, body) else {
        return Rejection::server_error().into_response();
    };
    match view(RequestContext::new(&parts, &exchange)).await {
        Ok(response) => response,
        Err(rejection) => rejection.into_response(),
    }
}

fn exchange(parts: &Parts, body: Body) -> Option<Exchange> {
    let Some(exchange) = parts.extensions.get::<Exchange>() else {
        tracing::error!(
            "a Hallpass view was mounted outside a guarded route: use GuardedRouter or Hallpass::layer"
        );
        return None;
    };
    exchange.body().keep(body, &parts.headers);
    Some(exchange.clone())
}
