//! The tower layer: what stands between a request and a service.
//!
//! Generic over the body and the service, so that axum, tonic and plain hyper services can stand behind it. The
//! inner service sees the request only when the gate let it in, with the identity in the request's extensions.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::Request;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::finish::{Cookies, Due};
use super::passage::{Asked, Passage};
use super::passing::{Door, Passing, conclude};
use super::view::gate::Gate;
use crate::core::Core;
use crate::hallpass::Hallpass;
use crate::policy::{Now, Policy};
use crate::request::{RequestContext, UsualHeaders};

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
    S::Error: Send,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
    ResBody: http_body::Body<Data = Bytes> + Send + 'static,
    ResBody::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = GuardFuture<S::Future, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut request = with_axum_body(request);
        let post = Arc::clone(&self.post);
        let (passage, asked) = post.admit_now(&mut request);
        let passing = match asked {
            Asked::In => Passing::Inside {
                door: post,
                passage,
                inner: self.inner.call(request),
            },
            Asked::Answered(answer) => {
                // What it reserved when it was polled ready is not needed: others may have it.
                self.inner = self.inner.clone();
                Passing::answered(post, passage, answer)
            }
            Asked::Unknown => {
                // The service that was polled ready must be the one that is called.
                let fresh = self.inner.clone();
                let inner = std::mem::replace(&mut self.inner, fresh);
                Passing::Waiting {
                    future: Box::pin(post.guard(inner, passage, request)),
                }
            }
        };
        GuardFuture { passing }
    }
}

/// A request that has axum's body already stays as it is: to take it apart costs more than to ask.
fn with_axum_body<B>(request: Request<B>) -> Request<Body>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let mut request = Some(request);
    let own = (&mut request as &mut dyn Any).downcast_mut::<Option<Request<Body>>>();
    let own = own.and_then(Option::take);
    // Exactly one of the two has it.
    own.or_else(|| request.map(|request| request.map(Body::new)))
        .unwrap_or_default()
}

impl Post {
    /// Whether the request may go on, where nothing has to be waited for.
    fn admit_now(&self, request: &mut Request<Body>) -> (Passage, Asked) {
        let usual = UsualHeaders::of(request.headers());
        let mut passage = Passage::enter(&self.core, request, &usual);
        let said = match passage.exchange.csrf_secret_is_at_hand() {
            true => {
                let context = RequestContext::with(&*request, usual, &passage.exchange);
                self.gate.admit_now(&context)
            }
            false => Now::Later(None),
        };
        let asked = passage.heed_now(said, &self.gate, request);
        (passage, asked)
    }

    async fn guard<S, ResBody>(
        self: Arc<Self>,
        mut inner: S,
        mut passage: Passage,
        mut request: Request<Body>,
    ) -> Result<Response, S::Error>
    where
        S: Service<Request<Body>, Response = http::Response<ResBody>>,
        ResBody: http_body::Body<Data = Bytes> + Send + 'static,
        ResBody::Error: Into<axum::BoxError>,
    {
        let answer = match passage.exchange.read_csrf_secret().await {
            Err(fault) => Some(fault.into_response()),
            Ok(()) => passage.ask(&self.gate, &mut request).await,
        };
        let response = match answer {
            Some(answer) => answer,
            None => {
                let mut response = inner.call(request).await?.map(Body::new);
                passage.translate(Some(&self.gate), &mut response);
                response
            }
        };
        Ok(conclude(&*self, &passage, response).await)
    }
}

impl Door for Post {
    fn gate(&self, passage: &Passage) -> Option<&Gate> {
        passage.came_to_gate.then_some(&self.gate)
    }

    fn receive(&self, passage: &Passage, response: &mut Response) -> Due {
        self.gate.stamp(response);
        Due {
            indent: true,
            cookies: match passage.outermost {
                true => Cookies::All,
                false => Cookies::Nobodys,
            },
            varies: false,
        }
    }

    fn repair(&self, _: &Passage, _: &mut Response) {}
}

pin_project! {
    /// The future of a [`Guard`].
    pub struct GuardFuture<F, E> { #[pin] passing: Passing<Post, F, E> }
}

impl<F, E, B> Future for GuardFuture<F, E>
where
    F: Future<Output = Result<http::Response<B>, E>>,
    E: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().passing.poll(cx)
    }
}

impl<F, E> fmt::Debug for GuardFuture<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardFuture").finish_non_exhaustive()
    }
}
