//! What schemes, permissions and throttles see of a request.
//!
//! A [`RequestContext`] borrows the request's head and the [`Exchange`]: the state that lives from the first look
//! at a request to the last header of its response (session, CSRF secret, body).

mod body;
mod caller;
mod client;
mod csrf_secret;
mod exchange;
mod form;
mod forwarded;
mod head;
mod path;
mod session_user;
mod usual;
mod view;

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Uri};
use serde::de::DeserializeOwned;

use crate::accounts::Accounts;
use crate::backends::{Credentials, Offer, Verdict};
use crate::core::Core;
use crate::model::QuerySet;
use crate::rejection::Rejection;
use crate::sessions::Session;
use crate::wire::charset::latin1;

pub(crate) use caller::{Admitted, Caller};
pub(crate) use client::from_the_right;
pub(crate) use exchange::Exchange;
pub(crate) use form::{FormFault, FormKind, query_value};
pub(crate) use forwarded::Forwarded;
pub(crate) use head::Head;
pub(crate) use usual::{Field, UsualHeaders};
pub(crate) use view::{NO_VIEW, ViewAttributes};

/// One request on its way in.
#[derive(Clone, Copy, Debug)]
pub struct RequestContext<'a> {
    head: Head<'a>,
    usual: UsualHeaders<'a>,
    exchange: &'a Exchange,
    view: &'a ViewAttributes,
    has_view: bool,
}

impl<'a> RequestContext<'a> {
    pub(crate) fn new(head: impl Into<Head<'a>>, exchange: &'a Exchange) -> Self {
        let head = head.into();
        Self::with(head, UsualHeaders::of(head.headers), exchange)
    }

    /// The same where the headers were walked through already.
    pub(crate) fn with(
        head: impl Into<Head<'a>>,
        usual: UsualHeaders<'a>,
        exchange: &'a Exchange,
    ) -> Self {
        let head = head.into();
        let view = head.extensions.get::<Arc<ViewAttributes>>();
        Self {
            head,
            usual,
            exchange,
            has_view: view.is_some(),
            view: view.map_or(&NO_VIEW, |view| view),
        }
    }

    /// The same request as its view sees it.
    pub(crate) fn for_view(self, view: &'a ViewAttributes) -> Self {
        Self {
            view,
            has_view: true,
            ..self
        }
    }

    /// The context of a request that a guard has let through, for handlers that log in and out, ask for the host, or
    /// want the session without an extractor.
    ///
    /// ```
    /// use axum::response::{IntoResponse, Redirect, Response};
    /// use hallpass::{Credentials, Rejection, RequestContext, Verdict};
    ///
    /// async fn log_in_as_guest(parts: axum::http::request::Parts) -> Result<Response, Rejection> {
    ///     let request = RequestContext::of(&parts)?;
    ///     let credentials = Credentials::new("guest", "guest");
    ///     if let Verdict::Accepted(accepted) = request.authenticate(&credentials).await? {
    ///         hallpass::login(&request, accepted).await?;
    ///     }
    ///     Ok(Redirect::to("/").into_response())
    /// }
    /// ```
    ///
    /// # Errors
    /// 500 on a route that no Hallpass layer guards.
    pub fn of(parts: &'a Parts) -> Result<Self, Rejection> {
        let Some(exchange) = parts.extensions.get::<Exchange>() else {
            tracing::error!(
                path = parts.uri.path(),
                "no Hallpass layer guards this route: use GuardedRouter or Hallpass::layer"
            );
            return Err(Rejection::server_error());
        };
        Ok(Self::new(parts, exchange))
    }

    /// The method.
    pub fn method(&self) -> &'a Method {
        self.head.method
    }

    /// The target.
    pub fn uri(&self) -> &'a Uri {
        self.head.uri
    }

    /// The headers.
    pub fn headers(&self) -> &'a HeaderMap {
        self.head.headers
    }

    /// The parameters of the route's path, DRF's `view.kwargs`: `let id: i64 = request.path().await?`. Several are a
    /// tuple or a map.
    ///
    /// # Errors
    /// 404 where they do not read as `T`, as a path that Django's URL converters do not match. A path without parameters,
    /// and a service outside of any route, has an empty list of them.
    pub async fn path<T: DeserializeOwned + Send>(&self) -> Result<T, Rejection> {
        path::parameters(self.head.extensions).await
    }

    /// Values that outer layers left, such as axum's `ConnectInfo`.
    pub fn extensions(&self) -> &'a http::Extensions {
        self.head.extensions
    }

    /// The view's `throttle_scope`, for throttles that have none of their own.
    pub fn throttle_scope(&self) -> Option<&'a str> {
        self.view.throttle_scope.as_deref()
    }

    /// Settings, rows, users and tokens of the Hallpass that guards this request.
    pub fn core(&self) -> &'a Core {
        self.exchange.core()
    }

    /// Users, as [`Core::accounts`]; password hashes that are asked for here wait in the lane of this request's client,
    /// so that one client's flood of them does not keep others out.
    pub fn accounts(&self) -> Accounts<'a> {
        self.core().accounts().on_behalf_of(client::of(self))
    }

    /// Asks the credential backends in order: Django's `authenticate(request, …)`. Receivers of failures are told of
    /// the request.
    ///
    /// # Errors
    /// The store's fault or a full hashing queue, as 503.
    pub async fn authenticate(&self, credentials: &Credentials) -> Result<Verdict, Rejection> {
        let offer = Offer::Credentials(credentials);
        self.core().ask_backends(Some(self), offer).await
    }

    /// The same for a name that a server in front of us vouches for.
    pub(crate) async fn authenticate_remote_user(
        &self,
        remote_user: &str,
    ) -> Result<Verdict, Rejection> {
        let offer = Offer::RemoteUser(remote_user);
        self.core().ask_backends(Some(self), offer).await
    }

    /// The session of this request; nothing is read from the store until it is asked for something.
    pub fn session(&self) -> Session {
        self.exchange.session()
    }

    /// A masked CSRF token: Django's `get_token`. The response then sends the cookie.
    pub fn csrf_token(&self) -> String {
        self.exchange.csrf().token()
    }

    /// Replaces the CSRF secret: Django's `rotate_token`. [`login`](crate::login) does it by itself.
    pub fn rotate_csrf_token(&self) {
        self.exchange.csrf().rotate();
    }

    /// Whether the request came over TLS, as Django's `is_secure` decides: the connection itself, unless
    /// `secure_proxy_ssl_header` is configured and sent.
    pub fn is_secure(&self) -> bool {
        head::is_secure(self.core(), self.head)
    }

    /// What a proxy says of it, when it was put together by forward-auth.
    pub(crate) fn forwarded(&self) -> Option<Forwarded> {
        self.extensions().get().copied()
    }

    /// The `Host` that the client asked for (`X-Forwarded-Host` with `use_x_forwarded_host`), unchecked.
    pub fn host(&self) -> String {
        head::host(self.core(), self.head)
    }

    /// The same as it was sent.
    pub(crate) fn host_bytes(&self) -> Cow<'a, [u8]> {
        match self.usual.host {
            Field::Once(host) if !self.core().settings().use_x_forwarded_host => {
                Cow::Borrowed(host.as_bytes())
            }
            _ => head::host_bytes(self.core(), self.head),
        }
    }

    /// The port that the client asked for, as text: Django's `get_port`.
    pub(crate) fn server_port(&self) -> String {
        head::server_port(self.core(), self.head)
    }

    /// The address of the connection's other end, when the server tells it
    /// (`into_make_service_with_connect_info::<SocketAddr>()`).
    pub fn peer(&self) -> Option<IpAddr> {
        head::peer(self.extensions())
    }

    /// The `Authorization` header's bytes; several are joined with a comma, as WSGI servers do.
    pub(crate) fn authorization(&self) -> Cow<'a, [u8]> {
        self.usual
            .authorization
            .joined(self.headers(), &AUTHORIZATION)
    }

    /// The `Accept` header.
    pub(crate) fn accept(&self) -> Field<'a> {
        self.usual.accept
    }

    /// One header's bytes, several joined with a comma; `None` when it is absent.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<Cow<'a, [u8]>> {
        head::joined_if_any(self.headers(), name)
    }

    /// The whole body, read once and kept for whoever asks next.
    pub(crate) async fn body(&self) -> Result<Bytes, Rejection> {
        let limit = self.core().settings().data_upload_max_memory_size;
        self.exchange.body().read(self.headers(), limit).await
    }

    /// Whether `Content-Length` alone says that the body is over the limit.
    pub(crate) fn announces_more_than_the_limit(&self) -> bool {
        let limit = self.core().settings().data_upload_max_memory_size;
        let announced = head::content_length(self.headers());
        announced
            .zip(limit)
            .is_some_and(|(announced, limit)| announced > limit)
    }

    /// One header as text: WSGI hands header bytes over as latin-1.
    pub(crate) fn text_header(&self, name: &HeaderName) -> Option<String> {
        self.header(name).map(|bytes| latin1(&bytes))
    }

    /// Which model the view serves.
    pub(crate) fn query_set(&self) -> &'a QuerySet {
        &self.view.query_set
    }

    /// Whether a DRF view stands here, which reads bodies with its parsers, and not a layer or a plain view.
    pub(crate) fn has_view(&self) -> bool {
        self.has_view
    }

    /// The media types that the view reads, in order.
    pub(crate) fn parsers(&self) -> &'a [&'static str] {
        &self.view.parsers
    }

    pub(crate) fn head(&self) -> Head<'a> {
        self.head
    }

    pub(crate) fn exchange(&self) -> &'a Exchange {
        self.exchange
    }
}
