//! A refusal, and the one place where it becomes a response.
//!
//! DRF 3.16 raises `APIException`s and renders them in `exception_handler`; Hallpass returns a [`Rejection`] and
//! renders it in [`Rejection::into_response_with`]. Bodies are DRF's, byte for byte.

use std::fmt;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use hallpass_formats::json::{Json, Object};
use hallpass_store::StoreError;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};

use crate::diagnostics::{Cause, Reason};
use crate::pages;

/// Why a request was refused.
///
/// ```
/// use hallpass::Rejection;
///
/// let rejection = Rejection::permission_denied(Some("Bring a hall pass."));
/// assert_eq!(rejection.status(), 403);
/// assert_eq!(rejection.body_text(), r#"{"detail":"Bring a hall pass."}"#);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    kind: Kind,
    body: Json,
    /// A permission's own code.
    code: Option<&'static str>,
    /// What the operator should know, where the status does not say it.
    reason: Option<Box<Reason>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Nobody is authenticated, or the credential is wrong: 401, or 403 where no challenge is offered.
    Unauthenticated,
    /// A JSON body with this status.
    Json(StatusCode),
    /// DRF's `Throttled`, with `Retry-After` when the wait is known and not zero.
    Throttled(Option<u64>),
    /// A page of Django's with this status; the body is its markup.
    Page(StatusCode),
    /// The store cannot answer: 503 with `Retry-After`.
    Unavailable,
}

/// Seconds a client is told to wait when the store cannot answer.
const UNAVAILABLE_RETRY_AFTER: u64 = 1;

impl Rejection {
    /// DRF's `NotAuthenticated`: no scheme recognised the caller.
    pub fn not_authenticated() -> Self {
        Self::detail(
            Kind::Unauthenticated,
            "Authentication credentials were not provided.",
        )
    }

    /// DRF's `AuthenticationFailed`: a credential was sent and is wrong.
    pub fn authentication_failed(detail: impl Into<String>) -> Self {
        Self::detail(Kind::Unauthenticated, detail).with_code("authentication_failed")
    }

    /// DRF's `PermissionDenied`, with the permission's own message if it has one.
    pub fn permission_denied(message: Option<&str>) -> Self {
        let message = message.unwrap_or("You do not have permission to perform this action.");
        Self::detail(Kind::Json(StatusCode::FORBIDDEN), message)
    }

    /// DRF's `ParseError`: the body cannot be read.
    pub fn parse_error(detail: impl Into<String>) -> Self {
        Self::detail(Kind::Json(StatusCode::BAD_REQUEST), detail).with_code("parse_error")
    }

    /// DRF's `ValidationError`: 400 with `errors` as the whole body.
    pub fn validation(errors: Json) -> Self {
        Self {
            kind: Kind::Json(StatusCode::BAD_REQUEST),
            body: errors,
            code: None,
            reason: None,
        }
    }

    /// DRF's `MethodNotAllowed`.
    pub fn method_not_allowed(method: &Method) -> Self {
        let detail = format!("Method \"{method}\" not allowed.");
        Self::detail(Kind::Json(StatusCode::METHOD_NOT_ALLOWED), detail)
    }

    /// DRF's `NotAcceptable`.
    pub fn not_acceptable() -> Self {
        let detail = "Could not satisfy the request Accept header.";
        Self::detail(Kind::Json(StatusCode::NOT_ACCEPTABLE), detail)
    }

    /// DRF's `UnsupportedMediaType`; `media_type` is the request's whole `Content-Type`.
    pub fn unsupported_media_type(media_type: &str) -> Self {
        let detail = format!("Unsupported media type \"{media_type}\" in request.");
        Self::detail(Kind::Json(StatusCode::UNSUPPORTED_MEDIA_TYPE), detail)
    }

    /// DRF's `NotFound`.
    pub fn not_found() -> Self {
        Self::detail(Kind::Json(StatusCode::NOT_FOUND), "Not found.")
    }

    /// The same with words of one's own, such as those of Django's `get_object_or_404`.
    pub fn not_found_because(detail: impl Into<String>) -> Self {
        Self::detail(Kind::Json(StatusCode::NOT_FOUND), detail)
    }

    /// DRF's `Throttled`; `wait` in seconds, rounded up as DRF does.
    pub fn throttled(wait: Option<f64>) -> Self {
        let seconds = wait.map(|wait| wait.max(0.0).ceil() as u64);
        let detail = match seconds {
            None => "Request was throttled.".to_owned(),
            Some(1) => "Request was throttled. Expected available in 1 second.".to_owned(),
            Some(n) => format!("Request was throttled. Expected available in {n} seconds."),
        };
        Self::detail(Kind::Throttled(seconds), detail)
    }

    /// The store or the hashing pool cannot answer now: 503 with `Retry-After`, never "not authenticated".
    pub fn unavailable() -> Self {
        Self::detail(Kind::Unavailable, "Service temporarily unavailable.")
    }

    /// A mistake in the application, told in the log: 500.
    pub fn server_error() -> Self {
        Self::detail(
            Kind::Json(StatusCode::INTERNAL_SERVER_ERROR),
            "A server error occurred.",
        )
    }

    /// Django's `Bad Request (400)` page: a body over the limit, too many form fields, a session deleted meanwhile.
    pub fn bad_request_page() -> Self {
        Self::page(StatusCode::BAD_REQUEST, pages::BAD_REQUEST)
    }

    /// A page in place of DRF's JSON.
    pub(crate) fn page(status: StatusCode, markup: impl Into<String>) -> Self {
        Self {
            kind: Kind::Page(status),
            body: Json::from(markup.into()),
            code: None,
            reason: None,
        }
    }

    fn detail(kind: Kind, detail: impl Into<String>) -> Self {
        let mut body = Object::new();
        body.insert("detail", Json::from(detail.into()));
        Self {
            kind,
            body: Json::Object(body),
            code: None,
            reason: None,
        }
    }

    /// The same refusal with a permission's structured message as its whole body.
    #[must_use]
    pub fn with_body(mut self, body: Json) -> Self {
        self.body = body;
        self
    }

    /// The same refusal with a permission's own code.
    #[must_use]
    pub fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// The same refusal with a reason for the operator, who finds it by the id in `Hallpass-Diagnostic`. The client is
    /// not told.
    #[must_use]
    pub fn with_reason(mut self, reason: Reason) -> Self {
        self.reason = Some(Box::new(reason));
        self
    }

    /// The same refusal with more for the operator.
    pub(crate) fn with_hint(self, hint: &str) -> Self {
        let mut reason = self.reason();
        reason.add(hint);
        self.with_reason(reason)
    }

    /// Why, for the operator: what was said by [`with_reason`](Self::with_reason), or what the status tells.
    pub fn reason(&self) -> Reason {
        if let Some(reason) = &self.reason {
            return (**reason).clone();
        }
        let cause = match self.kind {
            Kind::Unauthenticated if self.code.is_none() => Cause::NoCredentials,
            Kind::Throttled(_) => Cause::Throttled,
            Kind::Unavailable => Cause::Database,
            Kind::Json(StatusCode::FORBIDDEN) => Cause::Permission,
            Kind::Json(StatusCode::INTERNAL_SERVER_ERROR) => Cause::Server,
            _ => Cause::Other,
        };
        Reason::new(cause, self.detail_text())
    }

    /// The scheme that refused, if one said so.
    pub(crate) fn scheme(&self) -> Option<&'static str> {
        self.reason.as_ref().and_then(|reason| reason.scheme())
    }

    /// Whether it says no to a caller or to everybody, and not that a request makes no sense.
    pub(crate) fn is_refusal(&self) -> bool {
        let status = self.status();
        self.reason.is_some()
            || status.is_server_error()
            || matches!(
                status,
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
            )
    }

    /// What the client is told, where it is told it in DRF's way.
    fn detail_text(&self) -> String {
        match &self.body {
            Json::Object(body) => {
                let detail = body.get("detail").and_then(Json::as_str);
                detail.unwrap_or_default().to_owned()
            }
            _ => String::new(),
        }
    }

    /// DRF's code of the refusal, such as `not_authenticated` or a permission's own; it is not sent.
    pub fn code(&self) -> &'static str {
        if let Some(code) = self.code {
            return code;
        }
        match self.status() {
            StatusCode::UNAUTHORIZED => "not_authenticated",
            StatusCode::FORBIDDEN => "permission_denied",
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
            StatusCode::NOT_ACCEPTABLE => "not_acceptable",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
            StatusCode::TOO_MANY_REQUESTS => "throttled",
            StatusCode::BAD_REQUEST => "invalid",
            _ => "error",
        }
    }

    /// The status, before DRF's rule that a 401 without a challenge becomes 403.
    pub fn status(&self) -> StatusCode {
        match self.kind {
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Json(status) | Kind::Page(status) => status,
            Kind::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether it is a page of Django's, not a body of DRF's.
    pub(crate) fn is_page(&self) -> bool {
        matches!(self.kind, Kind::Page(_))
    }

    /// The body as it goes over the wire.
    pub fn body_text(&self) -> String {
        match (self.kind, &self.body) {
            (Kind::Page(_), Json::String(markup)) => markup.as_str().unwrap_or_default().to_owned(),
            (_, body) => body.to_compact(),
        }
    }

    /// The body as data; `None` for a page.
    pub(crate) fn body_json(&self) -> Option<&Json> {
        (!self.is_page()).then_some(&self.body)
    }

    /// The refusal that a handler or an extractor answered with, if it did.
    pub(crate) fn of(response: &Response) -> Option<Self> {
        response.extensions().get::<Self>().cloned()
    }

    /// The response, for a view whose first authentication class offers `challenge`.
    ///
    /// DRF's rule: an unauthenticated refusal is 401 with `WWW-Authenticate` when the *first* class has a
    /// challenge, and 403 without the header when it has none or there are no classes.
    pub fn into_response_with(self, challenge: Option<&HeaderValue>) -> Response {
        let mut response = Response::new(Body::from(self.body_text()));
        *response.status_mut() = match (self.kind, challenge) {
            (Kind::Unauthenticated, None) => StatusCode::FORBIDDEN,
            _ => self.status(),
        };
        let content_type = match self.kind {
            Kind::Page(_) => pages::HTML,
            _ => HeaderValue::from_static("application/json"),
        };
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        match (self.kind, challenge) {
            (Kind::Unauthenticated, Some(challenge)) => {
                response
                    .headers_mut()
                    .insert(WWW_AUTHENTICATE, challenge.clone());
            }
            (Kind::Throttled(Some(seconds)), _) if seconds > 0 => {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            (Kind::Unavailable, _) => {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from(UNAVAILABLE_RETRY_AFTER));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Lets a handler return a [`Rejection`]; inside a guarded route the guard then applies the view's challenge.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.into_response_with(None)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Page(status) => write!(f, "{status}"),
            _ => write!(f, "{} {}", self.status(), self.body.to_compact()),
        }
    }
}

impl std::error::Error for Rejection {}

/// A fault of the store is 503 and a log line, never a verdict about the caller. A row that cannot be read is no fault of
/// the store, and asking again does not mend it: 500, as Django.
impl From<StoreError> for Rejection {
    fn from(fault: StoreError) -> Self {
        tracing::error!(%fault, "the store cannot answer");
        let reason = Reason::new(Cause::Database, fault.to_string());
        match fault {
            StoreError::Corrupt { .. } => Self::server_error(),
            _ => Self::unavailable(),
        }
        .with_reason(reason)
    }
}
