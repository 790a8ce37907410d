//! `POST /api-token-auth/`: DRF 3.16's `ObtainAuthToken`.

use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use hallpass_formats::json::{Json, Object};
use http::header::CONTENT_TYPE;

use crate::authentication::Scheme;
use crate::backends::{Credentials, Verdict};
use crate::diagnostics::{Cause, Reason};
use crate::identity::{Token, User};
use crate::permissions::Requirement;
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::throttling::Limit;
use crate::web::char_field::CharField;
use crate::web::data::Data;
use crate::web::view::metadata;
use crate::web::{ApiView, with_context};

/// The parsers in the order that DRF's view names them.
const PARSES: [&str; 3] = [
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json",
];

type Check = dyn Fn(User) -> Result<User, Rejection> + Send + Sync;
type Fields = dyn Fn(&User, &Token) -> Json + Send + Sync;

/// Hands out tokens for a user name and a password; what DRF users change by subclassing is changed here by calls.
///
/// As in DRF the authentication classes are the defaults, so a bad `Authorization` header is refused although the
/// body is right; permissions and throttles are empty, so nobody is turned away before the credentials are seen.
///
/// ```
/// use hallpass::{ApiView, Scheme};
/// use hallpass::views::ObtainAuthToken;
///
/// // The usual guide's own view: no authentication classes, so that a stale header cannot get in the way.
/// let view: ApiView = ObtainAuthToken::new().authentication(Vec::<Scheme>::new()).into_view();
/// ```
#[derive(Clone)]
pub struct ObtainAuthToken {
    name: String,
    authentication: Option<Vec<Scheme>>,
    permissions: Vec<Requirement>,
    throttles: Vec<Limit>,
    check: Option<Arc<Check>>,
    fields: Option<Arc<Fields>>,
}

impl ObtainAuthToken {
    /// DRF's view.
    pub fn new() -> Self {
        Self {
            name: "Obtain Auth Token".to_owned(),
            authentication: None,
            permissions: Vec::new(),
            throttles: Vec::new(),
            check: None,
            fields: None,
        }
    }

    /// The view's name in its metadata.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Replaces the default authentication classes; with an empty list headers and cookies have no influence.
    #[must_use]
    pub fn authentication<T: Into<Scheme>>(mut self, schemes: impl IntoIterator<Item = T>) -> Self {
        self.authentication = Some(schemes.into_iter().map(Into::into).collect());
        self
    }

    /// Replaces the (empty) permissions.
    #[must_use]
    pub fn permissions<T: Into<Requirement>>(
        mut self,
        permissions: impl IntoIterator<Item = T>,
    ) -> Self {
        self.permissions = permissions.into_iter().map(Into::into).collect();
        self
    }

    /// Replaces the (empty) throttles.
    #[must_use]
    pub fn throttles<T: Into<Limit>>(mut self, throttles: impl IntoIterator<Item = T>) -> Self {
        self.throttles = throttles.into_iter().map(Into::into).collect();
        self
    }

    /// A further check of a user whose password was right, as DRF users do in a serializer's `validate`: return the
    /// user, or the refusal to answer with.
    #[must_use]
    pub fn credential_check(
        mut self,
        check: impl Fn(User) -> Result<User, Rejection> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Arc::new(check));
        self
    }

    /// The response body in place of `{"token": …}`.
    #[must_use]
    pub fn response_fields(
        mut self,
        fields: impl Fn(&User, &Token) -> Json + Send + Sync + 'static,
    ) -> Self {
        self.fields = Some(Arc::new(fields));
        self
    }

    /// The finished view, to mount with [`GuardedRouter::route`](crate::GuardedRouter::route).
    pub fn into_view<S: Clone + Send + Sync + 'static>(self) -> ApiView<S> {
        let mut view = ApiView::new(self.name.clone())
            .permissions(self.permissions.iter().cloned())
            .throttles(self.throttles.iter().cloned());
        if let Some(schemes) = &self.authentication {
            view = view.authentication(schemes.iter().cloned());
        }
        view = view.parsers(PARSES).serializer_fields(fields());
        let view_of = Arc::new(self);
        view.post(async move |request: Request| {
            with_context(request, move |context| {
                Box::pin(async move { view_of.issue(&context).await })
            })
            .await
        })
    }

    async fn issue(&self, request: &RequestContext<'_>) -> Result<Response, Rejection> {
        let credentials = validate(&Data::of(request).await?, non_field_errors_key(request))?;
        let verdict = request.authenticate(&credentials).await?;
        let Verdict::Accepted(accepted) = verdict else {
            let wrong = Reason::new(Cause::WrongPassword, "no backend accepts name and password");
            return Err(refused(
                non_field_errors_key(request),
                "Unable to log in with provided credentials.",
            )
            .with_reason(wrong));
        };
        let user = match &self.check {
            Some(check) => check(accepted.user)?,
            None => accepted.user,
        };
        let token = request.core().tokens().get_or_create(&user).await?;
        let body = match &self.fields {
            Some(fields) => fields(&user, &token),
            None => object([("token", Json::from(token.key()))]),
        };
        Ok(([(CONTENT_TYPE, "application/json")], body.to_compact()).into_response())
    }
}

impl Default for ObtainAuthToken {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ObtainAuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObtainAuthToken")
            .field("name", &self.name)
            .field("authentication", &self.authentication)
            .field("permissions", &self.permissions)
            .field("throttles", &self.throttles)
            .finish_non_exhaustive()
    }
}

fn non_field_errors_key<'a>(request: &RequestContext<'a>) -> &'a str {
    &request
        .core()
        .settings()
        .rest_framework
        .non_field_errors_key
}

fn object<const N: usize>(entries: [(&str, Json); N]) -> Json {
    let mut object = Object::new();
    for (key, value) in entries {
        object.insert(key, value);
    }
    Json::Object(object)
}

fn refused(key: &str, message: &str) -> Rejection {
    Rejection::validation(object([(key, Json::List(vec![Json::from(message)]))]))
}

/// DRF's `AuthTokenSerializer`: both fields, or every field's error at once.
fn validate(data: &Data, non_field_errors_key: &str) -> Result<Credentials, Rejection> {
    let fields = [
        CharField::new("username"),
        CharField::new("password").untrimmed(),
    ];
    let [username, password] = data.char_fields_under(non_field_errors_key, fields)?;
    Ok(Credentials::new(
        username.unwrap_or_default(),
        password.unwrap_or_default(),
    ))
}

fn fields() -> Json {
    object([
        ("username", metadata::text_field("Username", false)),
        ("password", metadata::text_field("Password", false)),
        ("token", metadata::text_field("Token", true)),
    ])
}
