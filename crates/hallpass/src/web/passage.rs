//! A request's way to its handler and back, past a gate: what the router's views and the tower layer share.
//!
//! Requests and responses are worked on where they lie. They are large, and this is done for every one.

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use http::header::HeaderValue;
use http::uri::PathAndQuery;

use super::view::gate::{Admission, Gate};
use crate::core::Core;
use crate::diagnostics;
use crate::identity::Identity;
use crate::policy::{Authenticated, Now};
use crate::rejection::Rejection;
use crate::request::{Caller, Exchange, RequestContext, UsualHeaders};

/// An open exchange, and what the response's last look needs of the request that goes on to the handler.
#[derive(Clone)]
pub(super) struct Passage {
    pub(super) exchange: Exchange,
    /// Whether the exchange was opened here, so that whoever opened it has the last look at the response.
    pub(super) outermost: bool,
    /// Whether a gate was asked: an answer from before is not the view's.
    pub(super) came_to_gate: bool,
    pub(super) is_secure: bool,
    pub(super) method: Method,
    /// Path and query.
    target: Option<PathAndQuery>,
    /// Who is calling, where that was known before it was known whether they may go on.
    caller: Option<Authenticated>,
    /// Kept only for renderers that want to know; most views have none.
    identity: Option<Box<Identity>>,
}

/// What is known at once of whether a request may go on.
pub(super) enum Asked {
    /// It goes on to the handler, and whom the gate let in is known.
    In,
    Answered(Response),
    /// Something has to be waited for.
    Unknown,
}

impl Passage {
    /// Takes up the exchange that an outer layer opened, or opens one. That of another Hallpass is not ours: it would
    /// ask the other one's users; nor is that of another request.
    pub(super) fn enter(core: &Core, request: &Request, usual: &UsualHeaders<'_>) -> Self {
        let opened = request.extensions().get::<Exchange>();
        let is_ours =
            |opened: &&Exchange| opened.core().is(core) && opened.is_of(request.headers(), usual);
        let opened = opened.filter(is_ours).cloned();
        Self {
            outermost: opened.is_none(),
            exchange: opened.unwrap_or_else(|| Exchange::new(core, request.headers(), usual)),
            came_to_gate: false,
            is_secure: false,
            method: request.method().clone(),
            target: request.uri().path_and_query().cloned(),
            caller: None,
            identity: None,
        }
    }

    /// Path and query, as they were sent.
    pub(super) fn target(&self) -> &str {
        self.target.as_ref().map_or("/", PathAndQuery::as_str)
    }

    /// Does what a gate said at once, if it said anything.
    pub(super) fn heed_now(
        &mut self,
        said: Now<Admission>,
        gate: &Gate,
        request: &mut Request,
    ) -> Asked {
        match said {
            Now::Later(caller) => {
                self.caller = caller;
                Asked::Unknown
            }
            Now::Said(said) => match self.heed(said, gate, request) {
                None => Asked::In,
                Some(answer) => Asked::Answered(answer),
            },
        }
    }

    /// Asks the gate. Without an answer the request may go on to the handler.
    pub(super) async fn ask(&mut self, gate: &Gate, request: &mut Request) -> Option<Response> {
        let body = std::mem::take(request.body_mut());
        self.exchange.body().keep(body, request.headers());
        let caller = self.caller.take();
        let context = RequestContext::new(&*request, &self.exchange);
        let said = gate.admit(&context, caller).await;
        *request.body_mut() = self.exchange.body().take();
        self.heed(said, gate, request)
    }

    fn heed(
        &mut self,
        said: Result<Admission, Rejection>,
        gate: &Gate,
        request: &mut Request,
    ) -> Option<Response> {
        self.came_to_gate = true;
        match said {
            Ok(Admission::Answer(response)) => return Some(response),
            Err(said) => {
                return Some(gate.refuse(said, &self.method, self.exchange.renderer(), None));
            }
            Ok(Admission::Enter(caller)) => {
                if gate.renders() {
                    self.identity = caller.identity().cloned().map(Box::new);
                }
                gate.introduce(request.extensions_mut());
                self.let_in(caller, request);
                self.open(request);
            }
        }
        None
    }

    /// Tells whoever is behind the guard of the exchange.
    pub(super) fn open(&self, request: &mut Request) {
        if !self.outermost {
            return;
        }
        let extensions = request.extensions_mut();
        if extensions.insert(self.exchange.clone()).is_some() {
            // Whom another Hallpass let in is nobody here.
            extensions.remove::<Caller>();
        }
    }

    /// What the outermost guard found is the exchange's. A guard further in speaks of the request that it passes on and
    /// of no other: middleware between the two, or a fallback, is still under the first.
    fn let_in(&mut self, caller: Caller, request: &mut Request) {
        match self.outermost {
            true => self.exchange.set_caller(caller),
            false => drop(request.extensions_mut().insert(caller)),
        }
    }

    /// A refusal that was said inside the handler gets the view's challenge and renderer like one of ours.
    pub(super) fn translate(&self, gate: Option<&Gate>, response: &mut Response) {
        if let (Some(gate), Some(said)) = (gate, Rejection::of(response)) {
            let renderer = self.exchange.renderer();
            let refused = gate.refuse(said, &self.method, renderer, self.identity.as_deref());
            let inner = std::mem::replace(response, refused);
            keep_id(inner.headers().get(&diagnostics::HEADER), response);
        }
    }

    /// Gives a refusal its id.
    pub(super) fn stamp(&self, response: &mut Response) {
        let core = self.exchange.core();
        diagnostics::stamp(core, &self.method, self.target(), response);
    }
}

/// A layer inside may have given a refusal its id already.
fn keep_id(id: Option<&HeaderValue>, response: &mut Response) {
    if let Some(id) = id {
        let headers = response.headers_mut();
        headers.insert(diagnostics::HEADER, id.clone());
    }
}
