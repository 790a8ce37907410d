//! What stands in front of a view's handlers.
//!
//! DRF 3.16's order: content negotiation, authentication, permissions, throttles, and only then whether the method
//! has a handler. `OPTIONS` goes the same way and is answered with the view's metadata.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{Extensions, HeaderValue, Method, StatusCode};

use super::get_object::ErasedGetObject;
use super::metadata::Metadata;
use super::renderer::{Renderer, Rendering, content_type, offer};
use crate::csrf;
use crate::diagnostics::{Cause, Reason};
use crate::identity::Identity;
use crate::pages;
use crate::policy::{Authenticated, Now, Policy};
use crate::rejection::Rejection;
use crate::request::{Caller, Field, Head, NO_VIEW, RequestContext, ViewAttributes, query_value};
use crate::wire::negotiation::{self, NegotiationError, negotiate};

/// What every view writes unless it names renderers of its own.
const JSON: &str = "application/json";

/// DRF's order of methods in `Allow`.
const METHOD_ORDER: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// What stands in front of a handler.
#[derive(Clone, Debug)]
pub(crate) enum Gate {
    /// A policy alone: [`Hallpass::layer`](crate::Hallpass::layer).
    Policy(Arc<Policy>),
    /// A DRF view.
    Api(Arc<ApiGate>),
    /// A plain Django view: the CSRF check, and nothing of DRF.
    Plain {
        /// Django's `csrf_exempt`.
        csrf_exempt: bool,
    },
}

/// The policy of a view, and those of single methods.
#[derive(Debug)]
pub(crate) struct Policies {
    of_methods: Vec<(Method, Arc<Policy>)>,
    of_others: Arc<Policy>,
}

impl Policies {
    pub(super) fn new(of_methods: Vec<(Method, Policy)>, of_others: Policy) -> Self {
        Self {
            of_methods: of_methods
                .into_iter()
                .map(|(method, policy)| (method, Arc::new(policy)))
                .collect(),
            of_others: Arc::new(of_others),
        }
    }

    /// The policy of a method. `HEAD` runs the handler of `GET`, so without lists of its own it has those of `GET`.
    pub(crate) fn of(&self, method: &Method) -> &Arc<Policy> {
        let own = |method: &Method| {
            let mut all = self.of_methods.iter();
            all.find(|(known, _)| known == method)
                .map(|(_, policy)| policy)
        };
        let as_get = || {
            (method == Method::HEAD)
                .then(|| own(&Method::GET))
                .flatten()
        };
        own(method).or_else(as_get).unwrap_or(&self.of_others)
    }
}

/// The gate of a DRF view.
pub(crate) struct ApiGate {
    policies: Policies,
    /// `None` for a view that says nothing.
    attributes: Option<Arc<ViewAttributes>>,
    has_renderers: bool,
    methods: Vec<Method>,
    allow: HeaderValue,
    renderers: Vec<Arc<dyn Renderer>>,
    offers: Vec<negotiation::Renderer>,
    metadata: Metadata,
    get_object: Option<Arc<dyn ErasedGetObject>>,
}

/// What the gate says to a request that it does not refuse.
pub(in crate::web) enum Admission {
    /// Go on to the handler.
    Enter(Caller),
    /// The gate answers itself.
    Answer(Response),
}

impl Gate {
    /// What the gate says where nothing has to be waited for.
    pub(in crate::web) fn admit_now(&self, request: &RequestContext<'_>) -> Now<Admission> {
        match self {
            Self::Policy(policy) => match policy.admit_now(request) {
                Now::Said(admitted) => {
                    let enter = |identity| Admission::Enter(Caller::admitted(identity, policy));
                    Now::Said(admitted.map(enter))
                }
                Now::Later(caller) => Now::Later(caller),
            },
            Self::Api(gate) => gate.admit_now(&request.for_view(gate.view())),
            Self::Plain { csrf_exempt } => match *csrf_exempt || csrf::is_safe(request.method()) {
                true => Now::Said(Ok(Admission::Enter(Caller::OfSession))),
                false => Now::Later(None),
            },
        }
    }

    /// The same for a request that was asked at once before; `caller` is what that found.
    pub(in crate::web) async fn admit(
        &self,
        request: &RequestContext<'_>,
        caller: Option<Authenticated>,
    ) -> Result<Admission, Rejection> {
        match self {
            Self::Policy(policy) => {
                let identity = policy.admit_known(request, caller).await?;
                Ok(Admission::Enter(Caller::admitted(identity, policy)))
            }
            Self::Api(gate) => gate.admit(request.for_view(gate.view()), caller).await,
            Self::Plain { csrf_exempt: true } => Ok(Admission::Enter(Caller::OfSession)),
            Self::Plain { csrf_exempt: false } => match Box::pin(csrf::enforce(request)).await {
                Ok(()) => Ok(Admission::Enter(Caller::OfSession)),
                Err(csrf::Failure::Body(rejection)) => Err(rejection),
                Err(csrf::Failure::Reason(reason)) => Err(csrf_failure(request, &reason)),
            },
        }
    }

    /// Leaves what a view says of itself with its request, for the extractors behind it. What a view further out said is
    /// not this one's; an application's own router is no view, and says nothing.
    pub(in crate::web) fn introduce(&self, extensions: &mut Extensions) {
        let attributes = match self {
            Self::Policy(_) => return,
            Self::Api(gate) => gate.attributes.as_ref(),
            Self::Plain { .. } => None,
        };
        match attributes {
            Some(attributes) => drop(extensions.insert(Arc::clone(attributes))),
            None => drop(extensions.remove::<Arc<ViewAttributes>>()),
        }
    }

    /// Whether refusals are written by renderers of the application's own.
    pub(in crate::web) fn renders(&self) -> bool {
        matches!(self, Self::Api(gate) if gate.has_renderers)
    }

    /// A refusal as this view's response to a request with that method.
    pub(in crate::web) fn refuse(
        &self,
        rejection: Rejection,
        method: &Method,
        renderer: usize,
        identity: Option<&Identity>,
    ) -> Response {
        match self {
            Self::Policy(policy) => rejection.into_response_with(policy.challenge()),
            Self::Api(gate) => gate.refuse(rejection, method, renderer, identity),
            Self::Plain { .. } => rejection.into_response(),
        }
    }

    /// DRF's `Allow`.
    pub(in crate::web) fn allow(&self) -> Option<&HeaderValue> {
        match self {
            Self::Api(gate) => Some(&gate.allow),
            Self::Policy(_) | Self::Plain { .. } => None,
        }
    }

    /// DRF's `Allow` on every response of a view; Django's own error pages are not the view's.
    pub(in crate::web) fn stamp(&self, response: &mut Response) {
        let is_page = Rejection::of(response).is_some_and(|refusal| refusal.is_page());
        if let Some(allow) = self.allow().filter(|_| !is_page) {
            response.headers_mut().insert(ALLOW, allow.clone());
        }
    }
}

impl ApiGate {
    pub(super) fn new<'a>(
        policies: Policies,
        attributes: ViewAttributes,
        methods: impl Iterator<Item = &'a Method>,
        renderers: Vec<Arc<dyn Renderer>>,
        metadata: Metadata,
        get_object: Option<Arc<dyn ErasedGetObject>>,
    ) -> Self {
        let methods: Vec<Method> = allowed(&methods.cloned().collect::<Vec<_>>());
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        Self {
            policies,
            attributes: (!attributes.say_nothing()).then(|| Arc::new(attributes)),
            has_renderers: renderers
                .iter()
                .any(|renderer| renderer.media_type() != JSON),
            allow: HeaderValue::from_str(&names.join(", "))
                .unwrap_or(HeaderValue::from_static("OPTIONS")),
            methods,
            offers: renderers
                .iter()
                .map(|renderer| offer(&**renderer))
                .collect(),
            renderers,
            metadata,
            get_object,
        }
    }

    pub(in crate::web) fn methods(&self) -> &[Method] {
        &self.methods
    }

    fn view(&self) -> &ViewAttributes {
        self.attributes.as_deref().unwrap_or(&NO_VIEW)
    }

    pub(in crate::web) fn policies(&self) -> &Policies {
        &self.policies
    }

    fn admit_now(&self, request: &RequestContext<'_>) -> Now<Admission> {
        // What it answers is found out by asking the permissions of other methods.
        if request.method() == Method::OPTIONS {
            return Now::Later(None);
        }
        if let Err(rejection) = self.negotiate(request) {
            return Now::Said(Err(rejection));
        }
        let policy = self.policies.of(request.method());
        match policy.admit_now(request) {
            Now::Said(admitted) => {
                Now::Said(admitted.and_then(|identity| self.enter(request, policy, identity)))
            }
            Now::Later(caller) => Now::Later(caller),
        }
    }

    async fn admit(
        &self,
        request: RequestContext<'_>,
        caller: Option<Authenticated>,
    ) -> Result<Admission, Rejection> {
        let request = &request;
        self.negotiate(request)?;
        let policy = self.policies.of(request.method());
        let identity = policy.admit_known(request, caller).await?;
        if request.method() == Method::OPTIONS {
            let document = Box::pin(self.describe(request, identity)).await?;
            return Ok(Admission::Answer(document));
        }
        self.enter(request, policy, identity)
    }

    /// Whoever may come in may still have come for nothing.
    fn enter(
        &self,
        request: &RequestContext<'_>,
        policy: &Arc<Policy>,
        identity: Option<Identity>,
    ) -> Result<Admission, Rejection> {
        if !self.methods.contains(request.method()) {
            return Err(Rejection::method_not_allowed(request.method()));
        }
        Ok(Admission::Enter(Caller::admitted(identity, policy)))
    }

    /// `?format=` and `Accept` against the renderers.
    fn negotiate(&self, request: &RequestContext<'_>) -> Result<(), Rejection> {
        if request.uri().query().is_none() && self.takes_the_first(request) {
            return Ok(());
        }
        let format = query_value(request.uri().query(), "format");
        let accept = request.text_header(&ACCEPT);
        if format.is_none() && accept.is_none() {
            return Ok(());
        }
        match negotiate(&self.offers, accept.as_deref(), format.as_deref()) {
            Ok(accepted) => {
                request.exchange().set_accepted(&accepted);
                Ok(())
            }
            Err(NegotiationError::UnknownFormat) => Err(Rejection::not_found()),
            Err(_) => Err(Rejection::not_acceptable()),
        }
    }

    /// What most clients send: no `Accept`, one that takes anything, or JSON where that comes first. The first renderer
    /// is chosen without taking the header apart.
    fn takes_the_first(&self, request: &RequestContext<'_>) -> bool {
        match request.accept() {
            Field::Absent => true,
            Field::Once(accept) => {
                let first = self.offers.first();
                accept == "*/*" || first.is_some_and(|first| accept == first.media_type.as_str())
            }
            Field::Repeated => false,
        }
    }

    async fn describe(
        &self,
        request: &RequestContext<'_>,
        identity: Option<Identity>,
    ) -> Result<Response, Rejection> {
        let mut actions = Vec::new();
        if self.metadata.fields.is_some() {
            for method in [Method::PUT, Method::POST] {
                if self.methods.contains(&method)
                    && self
                        .would_admit(request, identity.as_ref(), &method)
                        .await?
                {
                    actions.push(if method == Method::PUT { "PUT" } else { "POST" });
                }
            }
        }
        let renders: Vec<&str> = self
            .renderers
            .iter()
            .map(|renderer| renderer.media_type())
            .collect();
        let document = self
            .metadata
            .to_json(&renders, &self.view().parsers, &actions);
        let renderer = self.renderer(request.exchange().renderer());
        let rendering = Rendering {
            identity: identity.as_ref(),
            status: StatusCode::OK,
        };
        let body = renderer.render(&document, rendering);
        Ok(([(CONTENT_TYPE, content_type(renderer))], body).into_response())
    }

    /// Whether the caller could use that method on the same path: DRF's `determine_actions`.
    async fn would_admit(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        method: &Method,
    ) -> Result<bool, Rejection> {
        let head = Head {
            method,
            ..request.head()
        };
        let request = RequestContext::new(head, request.exchange()).for_view(self.view());
        let policy = self.policies.of(request.method());
        let mut outcome = policy.check_permissions(&request, identity).await;
        if let (Ok(()), true, Some(get_object)) =
            (&outcome, method == Method::PUT, &self.get_object)
        {
            outcome = get_object.check(policy, &request, identity).await;
        }
        match outcome {
            Ok(()) => Ok(true),
            // A fault is nobody's lack of permission.
            Err(fault) if fault.status().is_server_error() => Err(fault),
            Err(_) => Ok(false),
        }
    }

    fn refuse(
        &self,
        rejection: Rejection,
        method: &Method,
        accepted: usize,
        identity: Option<&Identity>,
    ) -> Response {
        let body = rejection.body_json().cloned();
        let challenge = self.policies.of(method).challenge();
        let mut response = rejection.into_response_with(challenge);
        let renderer = self.renderer(accepted);
        if let Some(body) = body.filter(|_| renderer.media_type() != JSON) {
            let rendering = Rendering {
                identity,
                status: response.status(),
            };
            *response.body_mut() = Body::from(renderer.render(&body, rendering));
            response
                .headers_mut()
                .insert(CONTENT_TYPE, content_type(renderer));
        }
        response
    }

    /// The renderer that the negotiation chose; before it, and where it chose none, the first.
    fn renderer(&self, accepted: usize) -> &dyn Renderer {
        let first = || self.renderers.first();
        match self.renderers.get(accepted).or_else(first) {
            Some(renderer) => &**renderer,
            None => &super::renderer::JsonRenderer,
        }
    }
}

impl fmt::Debug for ApiGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiGate")
            .field("policies", &self.policies)
            .field("methods", &self.methods)
            .finish_non_exhaustive()
    }
}

/// `GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS`, as far as the view has them.
fn allowed(methods: &[Method]) -> Vec<Method> {
    let mut allowed: Vec<Method> = METHOD_ORDER
        .into_iter()
        .filter(|method| methods.contains(method))
        .collect();
    if methods.contains(&Method::GET) {
        allowed.push(Method::HEAD);
    }
    allowed.push(Method::OPTIONS);
    allowed
}

fn csrf_failure(request: &RequestContext<'_>, reason: &str) -> Rejection {
    // A field, not part of the message: it quotes the client's Origin, which may hold control characters.
    tracing::warn!(target: "hallpass::csrf", path = request.uri().path(), reason, "Forbidden");
    let page = pages::csrf_failure(reason, request.core().settings().debug);
    Rejection::page(StatusCode::FORBIDDEN, page)
        .with_reason(Reason::new(Cause::Csrf, reason.to_owned()))
}
