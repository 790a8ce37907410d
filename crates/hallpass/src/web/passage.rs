//! A request's way to its handler and back, past a gate: what the router's views and the tower layer share.
//!
//! Requests and responses are worked on where they lie. They are large, and this is done for every one.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::HeaderValue;
use http::{Method, Uri};

use super::indent::indent;
use super::view::gate::{Admission, Gate};
use crate::core::Core;
use crate::diagnostics;
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::{Exchange, RequestContext};

/// An open exchange, and what the response's last look needs of the request that goes on to the handler.
pub(super) struct Passage {
    pub(super) exchange: Exchange,
    /// Whether the exchange was opened here, so that whoever opened it has the last look at the response.
    pub(super) outermost: bool,
    pub(super) method: Method,
    pub(super) uri: Uri,
    /// Kept only for renderers that want to know; most views have none.
    identity: Option<Identity>,
}

impl Passage {
    /// Takes up the exchange that an outer layer opened, or opens one. That of another Hallpass is not ours: it would
    /// ask the other one's users.
    pub(super) fn enter(core: &Core, request: &mut Request) -> Self {
        let body = std::mem::take(request.body_mut());
        let (exchange, outermost) = enter(core, request, body);
        Self {
            exchange,
            outermost,
            method: request.method().clone(),
            uri: request.uri().clone(),
            identity: None,
        }
    }

    /// Asks the gate. Without an answer the request may go on to the handler, and brings along whom it found.
    pub(super) async fn ask(&mut self, gate: &Gate, request: &mut Request) -> Option<Response> {
        let exchange = &self.exchange;
        let context = RequestContext::new(&*request, exchange);
        match gate.admit(&context).await {
            Ok(Admission::Enter(caller)) => {
                if gate.renders() {
                    self.identity = caller.identity().cloned();
                }
                exchange.set_caller(caller);
                if let Some(attributes) = gate.attributes() {
                    request.extensions_mut().insert(attributes.clone());
                }
                *request.body_mut() = exchange.body().take();
                None
            }
            Ok(Admission::Answer(response)) => Some(response),
            Err(said) => Some(gate.refuse(said, &self.method, exchange.renderer(), None)),
        }
    }

    /// A refusal that was said inside the handler gets the view's challenge and renderer like one of ours.
    pub(super) fn translate(&self, gate: &Gate, response: &mut Response) {
        if let Some(said) = Rejection::of(response) {
            let renderer = self.exchange.renderer();
            let refused = gate.refuse(said, &self.method, renderer, self.identity.as_ref());
            let inner = std::mem::replace(response, refused);
            keep_id(inner.headers().get(&diagnostics::HEADER), response);
        }
    }

    /// What the view has to say about each of its responses.
    pub(super) async fn complete(&self, gate: &Gate, response: &mut Response) {
        gate.stamp(response);
        if let Some(spaces) = self.exchange.indent() {
            let plain = std::mem::take(response);
            *response = Box::pin(indent(plain, spaces)).await;
        }
    }

    /// Gives a refusal its id.
    pub(super) fn stamp(&self, response: &mut Response) {
        diagnostics::stamp(
            self.exchange.core(),
            &self.method,
            self.uri.path(),
            response,
        );
    }
}

/// The exchange of this request, and whether it was opened just now.
pub(super) fn enter(core: &Core, request: &mut Request, body: Body) -> (Exchange, bool) {
    let opened = request.extensions().get::<Exchange>();
    if let Some(exchange) = opened.filter(|opened| opened.core().is(core)).cloned() {
        exchange.body().restore(body);
        return (exchange, false);
    }
    let exchange = Exchange::new(core, request.headers(), body);
    request.extensions_mut().insert(exchange.clone());
    (exchange, true)
}

/// A layer inside may have given a refusal its id already.
fn keep_id(id: Option<&HeaderValue>, response: &mut Response) {
    if let Some(id) = id {
        let headers = response.headers_mut();
        headers.insert(diagnostics::HEADER, id.clone());
    }
}
