//! API views: DRF's `APIView` as a builder, and the gate that stands in front of it.
//!
//! DRF 3.16's order: content negotiation, authentication, permissions, throttles, and only then whether the method
//! has a handler. `OPTIONS` goes the same way and is answered with the view's metadata.

use std::sync::Arc;

use axum::body::Body;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};

use super::Caller;
use super::data::PARSERS;
use super::metadata::{JSON, Metadata};
use crate::authentication::Scheme;
use crate::csrf;
use crate::pages;
use crate::permissions::Requirement;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::request::query_value;
use crate::throttling::Limit;
use crate::wire::negotiation::{NegotiationError, Renderer, negotiate};

/// DRF's order of methods in `Allow`.
const METHOD_ORDER: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// A view: handlers by method, and the class lists that replace the defaults.
///
/// ```
/// use hallpass::{AllowAny, ApiView};
///
/// // Guarded by the default policy.
/// let whoami: ApiView = ApiView::new("Who Am I").get(|auth: hallpass::Auth| async move {
///     auth.user().username().to_owned()
/// });
/// // Open to everybody: the list replaces the default one.
/// let health: ApiView = ApiView::new("Health").permissions([AllowAny]).get(|| async { "ok" });
/// ```
#[derive(Clone, Debug)]
pub struct ApiView<S = ()> {
    pub(super) metadata: Metadata,
    authentication: Option<Vec<Scheme>>,
    permissions: Option<Vec<Requirement>>,
    throttles: Option<Vec<Limit>>,
    methods: Vec<Method>,
    handlers: MethodRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> ApiView<S> {
    /// A view called `name` in its metadata; DRF derives it from the class name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            metadata: Metadata {
                name: name.into(),
                description: String::new(),
                parses: PARSERS.to_vec(),
                actions: None,
            },
            authentication: None,
            permissions: None,
            throttles: None,
            methods: Vec::new(),
            handlers: MethodRouter::new(),
        }
    }

    /// Replaces the default authentication classes; an empty list recognises nobody. A list of several types wraps
    /// each: `[Scheme::new(ApiKey), Scheme::new(TokenAuthentication::new())]`.
    #[must_use]
    pub fn authentication<T: Into<Scheme>>(mut self, schemes: impl IntoIterator<Item = T>) -> Self {
        self.authentication = Some(schemes.into_iter().map(Into::into).collect());
        self
    }

    /// Replaces the default permission classes; an empty list allows everybody. A list of several types wraps each:
    /// `[Requirement::new(IsAuthenticated), Requirement::new(IsColleague)]`.
    #[must_use]
    pub fn permissions<T: Into<Requirement>>(
        mut self,
        permissions: impl IntoIterator<Item = T>,
    ) -> Self {
        self.permissions = Some(permissions.into_iter().map(Into::into).collect());
        self
    }

    /// Replaces the throttles.
    #[must_use]
    pub fn throttles<T: Into<Limit>>(mut self, throttles: impl IntoIterator<Item = T>) -> Self {
        self.throttles = Some(throttles.into_iter().map(Into::into).collect());
        self
    }

    /// The description in the view's metadata.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.metadata.description = description.into();
        self
    }

    /// The handler of `GET`, and of `HEAD` without the body.
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::GET, MethodFilter::GET, handler)
    }

    /// The handler of `POST`.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::POST, MethodFilter::POST, handler)
    }

    /// The handler of `PUT`.
    #[must_use]
    pub fn put<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::PUT, MethodFilter::PUT, handler)
    }

    /// The handler of `PATCH`.
    #[must_use]
    pub fn patch<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::PATCH, MethodFilter::PATCH, handler)
    }

    /// The handler of `DELETE`.
    #[must_use]
    pub fn delete<H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        self.on(Method::DELETE, MethodFilter::DELETE, handler)
    }

    fn on<H: Handler<T, S>, T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        handler: H,
    ) -> Self {
        self.methods.push(method);
        self.handlers = self.handlers.on(filter, handler);
        self
    }

    /// The gate and the handlers behind it, with the class lists that the view does not replace.
    pub(super) fn into_parts(self, default: &Policy) -> (Gate, MethodRouter<S>) {
        let mut policy = default.clone();
        if let Some(schemes) = &self.authentication {
            policy = policy.authentication(schemes.iter().cloned());
        }
        if let Some(permissions) = &self.permissions {
            policy = policy.permissions(permissions.iter().cloned());
        }
        if let Some(throttles) = &self.throttles {
            policy = policy.throttles(throttles.iter().cloned());
        }
        let allow = allow(&self.methods);
        let gate = ApiGate {
            challenge: policy.challenge(),
            policy,
            allow: HeaderValue::from_str(&allow.join(", "))
                .unwrap_or(HeaderValue::from_static("OPTIONS")),
            methods: allow,
            metadata: self.metadata.to_json().to_compact(),
        };
        (Gate::Api(Arc::new(gate)), self.handlers)
    }
}

/// `GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS`, as far as the view has them.
fn allow(methods: &[Method]) -> Vec<String> {
    let mut allow: Vec<String> = METHOD_ORDER
        .iter()
        .filter(|method| methods.contains(method))
        .map(ToString::to_string)
        .collect();
    if methods.contains(&Method::GET) {
        allow.push("HEAD".to_owned());
    }
    allow.push("OPTIONS".to_owned());
    allow
}

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

/// The gate of a DRF view.
#[derive(Debug)]
pub(crate) struct ApiGate {
    policy: Policy,
    challenge: Option<HeaderValue>,
    methods: Vec<String>,
    allow: HeaderValue,
    metadata: String,
}

/// What the gate says to a request that it does not refuse.
pub(super) enum Admission {
    /// Go on to the handler.
    Enter(Caller),
    /// The gate answers itself.
    Answer(Response),
}

impl Gate {
    pub(super) async fn admit(&self, request: &RequestContext<'_>) -> Result<Admission, Rejection> {
        match self {
            Self::Policy(policy) => {
                let identity = policy.admit(request).await?;
                Ok(Admission::Enter(Caller::Known(identity)))
            }
            Self::Api(gate) => gate.admit(request).await,
            Self::Plain { csrf_exempt: true } => Ok(Admission::Enter(Caller::OfSession)),
            Self::Plain { csrf_exempt: false } => match csrf::enforce(request).await {
                Ok(()) => Ok(Admission::Enter(Caller::OfSession)),
                Err(csrf::Failure::Body(rejection)) => Err(rejection),
                Err(csrf::Failure::Reason(reason)) => Err(csrf_failure(request, &reason)),
            },
        }
    }

    /// A refusal as this view's response.
    pub(super) fn refuse(&self, rejection: Rejection) -> Response {
        match self {
            Self::Policy(policy) => rejection.into_response_with(policy.challenge().as_ref()),
            Self::Api(gate) => rejection.into_response_with(gate.challenge.as_ref()),
            Self::Plain { .. } => rejection.into_response(),
        }
    }

    /// Gives a refusal that came from inside the handler this view's challenge.
    pub(super) fn dress(&self, response: Response) -> Response {
        match Rejection::of(&response) {
            None => response,
            Some(rejection) => self.refuse(rejection),
        }
    }

    /// DRF's `Allow` on every response of a view; Django's own error pages are not the view's.
    pub(super) fn stamp(&self, response: &mut Response) {
        let is_page = Rejection::of(response).is_some_and(|refusal| refusal.is_page());
        if let Self::Api(gate) = self
            && !is_page
        {
            response.headers_mut().insert(ALLOW, gate.allow.clone());
        }
    }
}

impl ApiGate {
    async fn admit(&self, request: &RequestContext<'_>) -> Result<Admission, Rejection> {
        accepts_json(request)?;
        let identity = self.policy.admit(request).await?;
        if request.method() == Method::OPTIONS {
            return Ok(Admission::Answer(self.describe()));
        }
        if !self
            .methods
            .iter()
            .any(|method| method == request.method().as_str())
        {
            return Err(Rejection::method_not_allowed(request.method()));
        }
        Ok(Admission::Enter(Caller::Known(identity)))
    }

    fn describe(&self) -> Response {
        let mut response = Response::new(Body::from(self.metadata.clone()));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

/// `?format=` and `Accept` against the one renderer.
fn accepts_json(request: &RequestContext<'_>) -> Result<(), Rejection> {
    let format = query_value(request.uri().query(), "format");
    let accept = request.text_header(&http::header::ACCEPT);
    if format.is_none() && accept.is_none() {
        return Ok(());
    }
    match negotiate(
        &[Renderer::new("json", JSON)],
        accept.as_deref(),
        format.as_deref(),
    ) {
        Ok(accepted) => {
            request.exchange().set_indent(accepted.indent());
            Ok(())
        }
        Err(NegotiationError::UnknownFormat) => Err(Rejection::not_found()),
        Err(_) => Err(Rejection::not_acceptable()),
    }
}

fn csrf_failure(request: &RequestContext<'_>, reason: &str) -> Rejection {
    // A field, not part of the message: it quotes the client's Origin, which may hold control characters.
    tracing::warn!(target: "hallpass::csrf", path = request.uri().path(), reason, "Forbidden");
    let page = pages::csrf_failure(reason, request.core().settings().debug);
    Rejection::page(StatusCode::FORBIDDEN, page)
}
