//! A view at its place: what axum's router calls for each route of a [`GuardedRouter`](super::GuardedRouter).
//!
//! The middleware, the gate and the handlers are one service and not a tower of layers: axum clones a route for every
//! request, and a clone of this is a counter.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::Map;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::common::Early;
use super::converters::Pattern;
use super::finish::{Cookies, Due};
use super::handlers::Handlers;
use super::passage::{Asked, Passage};
use super::passing::{Door, Passing, conclude};
use super::site::{Site, put_in_upper_case};
use super::standard_headers::StandardHeaders;
use super::view::gate::Gate;
use crate::future::BoxFuture;
use crate::pages;
use crate::policy::Now;
use crate::request::{RequestContext, UsualHeaders};

/// A response as a service's, which might have failed.
type Surely = Map<BoxFuture<'static, Response>, fn(Response) -> Answered>;

type Answered = Result<Response, Infallible>;

fn always(answered: Answered) -> Response {
    answered.unwrap_or_else(|never| match never {})
}

/// A view of a site, or the place of all paths that lead nowhere.
pub(super) struct Mounted<S>(Arc<Place<S>>);

pub(super) struct Place<S> {
    site: Arc<Site>,
    standard: StandardHeaders,
    view: Option<View<S>>,
}

pub(super) struct View<S> {
    /// `None` where axum's own matching says all.
    pub(super) pattern: Option<Pattern>,
    /// `None` where the view brings a guard of its own.
    pub(super) gate: Option<Gate>,
    pub(super) handlers: Handlers<S>,
}

impl<S> Mounted<S> {
    pub(super) fn new(site: &Arc<Site>, view: Option<View<S>>) -> Self {
        let gate = view.as_ref().and_then(|view| view.gate.as_ref());
        Self(Arc::new(Place {
            site: Arc::clone(site),
            standard: StandardHeaders::new(&site.core, gate),
            view,
        }))
    }
}

impl<S> Clone for Mounted<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// The future of a request to a view.
pub(super) type Passes<S> = Passing<Place<S>, Surely, Infallible>;

impl<S: Clone + Send + Sync + 'static> Handler<Mounted<S>, S> for Mounted<S> {
    type Future = Map<Passes<S>, fn(Answered) -> Response>;

    fn call(self, request: Request, state: S) -> Self::Future {
        self.pass(request, state).map(always as _)
    }
}

impl<S: Clone + Send + Sync + 'static> Mounted<S> {
    pub(super) fn pass(self, mut request: Request, state: S) -> Passes<S> {
        let place = self.0;
        put_in_upper_case(request.method_mut());
        let (passage, way) = place.admit_now(&mut request);
        match (way, &place.view) {
            (Way::Early(early), _) => {
                let ended = async move { Ok(place.site.end_early(early, &passage).await) };
                Passing::Waiting {
                    future: Box::pin(ended),
                }
            }
            (Way::Gate(Asked::Answered(answer)), _) => Passing::answered(place, passage, answer),
            (Way::Gate(Asked::In), Some(view)) => Passing::Inside {
                inner: view.handlers.call(request, state).map(Ok as _),
                door: place,
                passage,
            },
            (Way::Gate(Asked::In | Asked::Unknown), _) => {
                let served = async move { Ok(place.serve(passage, request, state).await) };
                Passing::Waiting {
                    future: Box::pin(served),
                }
            }
        }
    }
}

/// Where a request goes, as far as it is known at once.
enum Way {
    /// One of the middleware has answered, before any view was asked.
    Early(Early),
    Gate(Asked),
}

impl<S: Clone + Send + Sync + 'static> Place<S> {
    fn admit_now(&self, request: &mut Request) -> (Passage, Way) {
        let usual = UsualHeaders::of(request.headers());
        let mut passage = Passage::enter(&self.site.core, request, &usual);
        let context = RequestContext::with(&*request, usual, &passage.exchange);
        let is_secure = context.is_secure();
        let early = self.site.early(&context);
        let view = self.view_at(context.uri().path());
        let known = early.is_none() && passage.exchange.csrf_secret_is_at_hand();
        let gate = view.and_then(|view| view.gate.as_ref());
        let said = match gate {
            Some(gate) if known => gate.admit_now(&context),
            _ => Now::Later(None),
        };
        passage.is_secure = is_secure;
        let way = match (early, view, gate) {
            (Some(early), ..) => Way::Early(early),
            _ if !known => Way::Gate(Asked::Unknown),
            (_, None, _) => Way::Gate(Asked::Answered(not_found())),
            (_, Some(_), Some(gate)) => Way::Gate(passage.heed_now(said, gate, request)),
            (_, Some(_), None) => {
                passage.open(request);
                Way::Gate(Asked::In)
            }
        };
        (passage, way)
    }

    async fn serve(&self, mut passage: Passage, request: Request, state: S) -> Response {
        let response = match passage.exchange.read_csrf_secret().await {
            Err(fault) => fault.into_response(),
            Ok(()) => self.answer(&mut passage, request, state).await,
        };
        conclude(self, &passage, response).await
    }

    async fn answer(&self, passage: &mut Passage, mut request: Request, state: S) -> Response {
        let Some(view) = self.view_at(request.uri().path()) else {
            return not_found();
        };
        if let Some(answer) = view.ask(passage, &mut request).await {
            return answer;
        }
        let mut response = view.handlers.call(request, state).await;
        passage.translate(view.gate.as_ref(), &mut response);
        response
    }

    fn view_at(&self, path: &str) -> Option<&View<S>> {
        self.view.as_ref().filter(|view| view.is_at(path))
    }
}

impl<S: Send + Sync + 'static> Door for Place<S> {
    fn gate(&self, passage: &Passage) -> Option<&Gate> {
        let view = self.view.as_ref().filter(|_| passage.came_to_gate);
        view?.gate.as_ref()
    }

    fn receive(&self, passage: &Passage, response: &mut Response) -> Due {
        let gate = self.gate(passage);
        let varies = passage.exchange.session_was_looked_at();
        // Without an answer from its gate a view has no say, and its headers are not due.
        if passage.came_to_gate && self.standard.give(response, varies, passage.is_secure) {
            return Due {
                indent: gate.is_some(),
                cookies: Cookies::All,
                varies,
            };
        }
        self.site.receive(passage, gate, response)
    }

    fn repair(&self, passage: &Passage, response: &mut Response) {
        self.site.secure(passage, response, false);
    }
}

impl<S> View<S> {
    async fn ask(&self, passage: &mut Passage, request: &mut Request) -> Option<Response> {
        match &self.gate {
            Some(gate) => passage.ask(gate, request).await,
            None => {
                passage.open(request);
                None
            }
        }
    }

    fn is_at(&self, path: &str) -> bool {
        let pattern = self.pattern.as_ref();
        pattern.is_none_or(|pattern| pattern.matches(path))
    }
}

/// Django's page for a path that leads nowhere.
fn not_found() -> Response {
    let headers = [(CONTENT_TYPE, pages::HTML)];
    (StatusCode::NOT_FOUND, headers, pages::NOT_FOUND).into_response()
}
