//! The tower layer: what stands between a request and a service.
//!
//! Generic over the body and the service, so that axum, tonic and plain hyper services can stand behind it. The
//! inner service sees the request only when the gate let it in, with the identity in the request's extensions.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use super::finish::finish;
use super::passage::Passage;
use super::view::gate::Gate;
use crate::core::Core;
use crate::hallpass::Hallpass;
use crate::policy::Policy;

/// Puts a policy in front of a service. Made by [`Hallpass::layer`].
#[derive(Clone, Debug)]
pub struct GuardLayer(Arc<Post>);

/// What stands at the door.
#[derive(Debug)]
struct Post {
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
        Self(Arc::new(Post { core, gate }))
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard {
            inner,
            post: Arc::clone(&self.0),
        }
    }
}

/// A guarded service.
#[derive(Clone, Debug)]
pub struct Guard<S> {
    inner: S,
    post: Arc<Post>,
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
        let post = Arc::clone(&self.post);
        Box::pin(async move { post.guard(inner, request.map(Body::new)).await })
    }
}

impl Post {
    async fn guard<S, ResBody>(
        &self,
        mut inner: S,
        mut request: Request<Body>,
    ) -> Result<Response, S::Error>
    where
        S: Service<Request<Body>, Response = http::Response<ResBody>>,
        ResBody: http_body::Body<Data = Bytes> + Send + 'static,
        ResBody::Error: Into<axum::BoxError>,
    {
        let mut passage = Passage::enter(&self.core, &mut request);
        let mut response = match passage.exchange.read_csrf_secret().await {
            Err(fault) => fault.into_response(),
            Ok(()) => {
                let answer = passage.ask(Some(&self.gate), &mut request).await;
                let mut response = match answer {
                    Some(answer) => answer,
                    None => {
                        let mut response = inner.call(request).await?.map(Body::new);
                        passage.translate(Some(&self.gate), &mut response);
                        response
                    }
                };
                passage.complete(&self.gate, &mut response).await;
                response
            }
        };
        if passage.outermost
            && let Err(fault) = finish(&passage.exchange, &mut response).await
        {
            response = fault.into_response_with(None);
        }
        passage.stamp(&mut response);
        Ok(response)
    }
}
