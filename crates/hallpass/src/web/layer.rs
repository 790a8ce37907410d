//! The tower layer: what stands between a request and a handler.
//!
//! Generic over the body and the service, so that axum, tonic and plain hyper services can stand behind it. The
//! inner service sees the request only when the gate let it in, with the identity in the request's extensions.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::Request;
use http::request::Parts;
use tower_layer::Layer;
use tower_service::Service;

use super::finish::finish;
use super::indent::indent;
use super::view::gate::{Admission, Gate};
use crate::core::Core;
use crate::diagnostics;
use crate::hallpass::Hallpass;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::request::{Exchange, RequestContext};

/// Puts a policy in front of a service. Made by [`Hallpass::layer`].
#[derive(Clone, Debug)]
pub struct GuardLayer {
    core: Core,
    gate: Gate,
}

impl Hallpass {
    /// A layer that puts `policy` in front of any tower service, for applications that keep their own router. It
    /// guards what it wraps and nothing else: no Host check, no slash redirect, no fixed headers.
    pub fn layer(&self, policy: Policy) -> GuardLayer {
        GuardLayer::new(self.core().clone(), Gate::Policy(Arc::new(policy)))
    }
}

impl GuardLayer {
    pub(super) fn new(core: Core, gate: Gate) -> Self {
        Self { core, gate }
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard {
            inner,
            core: self.core.clone(),
            gate: self.gate.clone(),
        }
    }
}

/// A guarded service.
#[derive(Clone, Debug)]
pub struct Guard<S> {
    inner: S,
    core: Core,
    gate: Gate,
}

impl<S, B, ResBody> Service<Request<B>> for Guard<S>
where
    S: Service<Request<Body>, Response = http::Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
    ResBody: http_body::Body<Data = Bytes> + Send + 'static,
    ResBody::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready must be the one that is called.
        let fresh = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, fresh);
        let (core, gate) = (self.core.clone(), self.gate.clone());
        Box::pin(async move { pass(inner, &core, &gate, request.map(Body::new)).await })
    }
}

async fn pass<S, ResBody>(
    mut inner: S,
    core: &Core,
    gate: &Gate,
    request: Request<Body>,
) -> Result<Response, S::Error>
where
    S: Service<Request<Body>, Response = http::Response<ResBody>>,
    ResBody: http_body::Body<Data = Bytes> + Send + 'static,
    ResBody::Error: Into<axum::BoxError>,
{
    let (mut parts, body) = request.into_parts();
    let (exchange, outermost) = enter(core, &mut parts, body);
    let (method, uri) = (parts.method.clone(), parts.uri.clone());
    let admission = match exchange.read_csrf_secret().await {
        Ok(()) => gate.admit(&RequestContext::new(&parts, &exchange)).await,
        Err(fault) => Err(fault),
    };
    let mut response = match admission {
        Ok(Admission::Enter(caller)) => {
            // Kept only for renderers that want to know; most views have none.
            let identity = caller.identity().filter(|_| gate.renders()).cloned();
            parts.extensions.insert(caller);
            if let Some(attributes) = gate.attributes() {
                parts.extensions.insert(Arc::clone(attributes));
            }
            let request = Request::from_parts(parts, exchange.body().take());
            let response = inner.call(request).await?.map(Body::new);
            match Rejection::of(&response) {
                None => response,
                // Said inside the handler: it gets the view's challenge and renderer like one of ours.
                Some(said) => {
                    let id = response.headers().get(&diagnostics::HEADER).cloned();
                    let mut response =
                        gate.refuse(said, &method, exchange.renderer(), identity.as_ref());
                    // A layer inside has given it one already.
                    if let Some(id) = id {
                        response.headers_mut().insert(diagnostics::HEADER, id);
                    }
                    response
                }
            }
        }
        Ok(Admission::Answer(response)) => response,
        Err(rejection) => gate.refuse(rejection, &method, exchange.renderer(), None),
    };
    gate.stamp(&mut response);
    if let Some(spaces) = exchange.indent() {
        response = indent(response, spaces).await;
    }
    if outermost {
        response = finish(&exchange, response).await;
    }
    diagnostics::stamp(core, &method, uri.path(), &mut response);
    Ok(response)
}

/// The exchange that an outer layer opened, or a new one. That of another Hallpass is not ours: it would ask the other
/// one's users.
pub(super) fn enter(core: &Core, parts: &mut Parts, body: Body) -> (Exchange, bool) {
    let opened = parts.extensions.get::<Exchange>();
    if let Some(exchange) = opened.filter(|opened| opened.core().is(core)).cloned() {
        exchange.body().restore(body);
        return (exchange, false);
    }
    let exchange = Exchange::new(core, parts, body);
    parts.extensions.insert(exchange.clone());
    (exchange, true)
}
