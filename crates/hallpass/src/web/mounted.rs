//! A view at its place: what axum's router calls for each route of a [`GuardedRouter`](super::GuardedRouter).
//!
//! The middleware, the gate and the handlers are one service and not a tower of layers: axum clones a route for every
//! request, and a clone of this is a counter.

use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::converters::Pattern;
use super::handlers::Handlers;
use super::passage::Passage;
use super::site::{Site, put_in_upper_case};
use super::view::gate::Gate;
use crate::future::BoxFuture;
use crate::pages;
use crate::request::{Head, RequestContext};

/// A view of a site, or the place of all paths that lead nowhere.
pub(super) struct Mounted<S>(Arc<Place<S>>);

struct Place<S> {
    site: Arc<Site>,
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
        Self(Arc::new(Place {
            site: Arc::clone(site),
            view,
        }))
    }
}

impl<S> Clone for Mounted<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Clone + Send + Sync + 'static> Handler<Mounted<S>, S> for Mounted<S> {
    type Future = BoxFuture<'static, Response>;

    fn call(self, request: Request, state: S) -> Self::Future {
        Box::pin(async move { self.0.serve(request, state).await })
    }
}

impl<S: Clone + Send + Sync + 'static> Place<S> {
    async fn serve(&self, mut request: Request, state: S) -> Response {
        let site = &*self.site;
        put_in_upper_case(request.method_mut());
        let mut passage = Passage::enter(&site.core, &mut request);
        if let Some(answer) = site.answer_early(&passage, Head::from(&request)).await {
            return answer;
        }
        let is_secure = RequestContext::new(&request, &passage.exchange).is_secure();
        let view = self.view.as_ref();
        let view = view.filter(|view| view.is_at(request.uri().path()));
        let (mut response, gate) = match (passage.exchange.read_csrf_secret().await, view) {
            (Err(fault), _) => (fault.into_response(), None),
            (Ok(()), None) => (not_found(), None),
            (Ok(()), Some(view)) => {
                let gate = view.gate.as_ref();
                let answer = passage.ask(gate, &mut request).await;
                let response = match answer {
                    Some(answer) => answer,
                    None => {
                        let mut response = view.handlers.call(request, state).await;
                        passage.translate(gate, &mut response);
                        response
                    }
                };
                (response, gate)
            }
        };
        site.conclude(&passage, gate, is_secure, &mut response)
            .await;
        response
    }
}

impl<S> View<S> {
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
