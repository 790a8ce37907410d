//! What the guard leaves in a request's extensions for whoever comes after it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use crate::future::BoxFuture;
use crate::identity::Identity;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::request::{Exchange, RequestContext};

/// Who the guard let in. Its absence means that no guard ran.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// What a policy found out.
    Admitted(Admitted),
    /// A plain view asks the session, and only when somebody wants to know: Django's lazy `request.user`.
    OfSession,
}

/// Whom a policy let in, and that policy, which may be asked about objects later.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    pub(crate) identity: Option<Identity>,
    pub(crate) policy: Arc<Policy>,
}

impl Caller {
    pub(super) fn admitted(identity: Option<Identity>, policy: &Arc<Policy>) -> Self {
        Self::Admitted(Admitted {
            identity,
            policy: Arc::clone(policy),
        })
    }

    /// The caller that a policy recognised.
    pub(super) fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Admitted(admitted) => admitted.identity.as_ref(),
            Self::OfSession => None,
        }
    }
}

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
    exchange.body().restore(body);
    Some(exchange.clone())
}
