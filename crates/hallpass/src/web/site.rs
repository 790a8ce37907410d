//! What Django's default middleware does around every view of a [`GuardedRouter`](super::GuardedRouter):
//! HTTPS redirect, Host check, session and CSRF cookies, slash redirect, fixed headers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode, Uri};
use tower_layer::Layer;
use tower_service::Service;

use super::converters::Pattern;
use super::finish::{finish, secure};
use super::layer::enter;
use crate::core::Core;
use crate::diagnostics::{self, Cause, Reason};
use crate::pages;
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::wire::redirect::encode_location;

/// Django's page for a path that leads nowhere.
pub(super) async fn not_found() -> Response {
    (
        StatusCode::NOT_FOUND,
        [(CONTENT_TYPE, pages::HTML)],
        pages::NOT_FOUND,
    )
        .into_response()
}

/// Wraps a router in Django's default middleware.
#[derive(Clone, Debug)]
pub(super) struct SiteLayer {
    core: Core,
    paths: Arc<[Pattern]>,
}

impl SiteLayer {
    pub(super) fn new(core: Core, paths: Vec<Pattern>) -> Self {
        Self {
            core,
            paths: paths.into(),
        }
    }
}

impl<S> Layer<S> for SiteLayer {
    type Service = Site<S>;

    fn layer(&self, inner: S) -> Site<S> {
        Site {
            inner,
            site: self.clone(),
        }
    }
}

/// A site around its router.
#[derive(Clone, Debug)]
pub(super) struct Site<S> {
    inner: S,
    site: SiteLayer,
}

impl<S> Service<Request> for Site<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let fresh = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, fresh);
        let site = self.site.clone();
        Box::pin(async move { site.serve(inner, request).await })
    }
}

impl SiteLayer {
    async fn serve<S>(&self, mut inner: S, request: Request) -> Result<Response, S::Error>
    where
        S: Service<Request, Response = Response>,
    {
        let (mut parts, body) = request.into_parts();
        let (exchange, _) = enter(&self.core, &mut parts, body);
        let context = RequestContext::new(&parts, &exchange);
        let is_secure = context.is_secure();
        if let Some(mut early) = self.early(&context) {
            secure(&self.core, early.headers_mut(), is_secure, true);
            diagnostics::stamp(&self.core, &parts.method, parts.uri.path(), &mut early);
            return Ok(early);
        }
        let (method, uri) = (parts.method.clone(), parts.uri.clone());
        let response = match exchange.read_csrf_secret().await {
            Ok(()) => {
                let body = exchange.body().take();
                inner.call(Request::from_parts(parts, body)).await?
            }
            Err(fault) => fault.into_response(),
        };
        let response = finish(&exchange, response).await;
        let redirect = self.slash_redirect(&uri, &response);
        let early = redirect.is_some();
        let mut response = redirect.unwrap_or(response);
        secure(&self.core, response.headers_mut(), is_secure, early);
        diagnostics::stamp(&self.core, &method, uri.path(), &mut response);
        Ok(response)
    }

    /// Django's `SECURE_SSL_REDIRECT` and Host check. Only a redirect to `secure_ssl_host` comes before the check: one
    /// to the host that was asked for would lead wherever a forged header says.
    fn early(&self, request: &RequestContext<'_>) -> Option<Response> {
        let settings = self.core.settings();
        let redirects = settings.secure_ssl_redirect && !request.is_secure();
        let fixed_host = settings.secure_ssl_host.as_ref().filter(|_| redirects);
        if let Some(host) = fixed_host {
            return Some(to_https(host, request));
        }
        let allowed = &self.core.compiled().allowed_hosts;
        if !redirects && allowed.names(&request.host_bytes()) {
            return None;
        }
        let host = request.host();
        if allowed.check(&host).is_err() {
            return Some(bad_host(&host));
        }
        redirects.then(|| to_https(&host, request))
    }

    /// Django's `APPEND_SLASH`: a path that leads nowhere but would with a slash.
    fn slash_redirect(&self, uri: &Uri, response: &Response) -> Option<Response> {
        let path = uri.path();
        let settings = self.core.settings();
        if response.status() != StatusCode::NOT_FOUND
            || !settings.append_slash
            || path.ends_with('/')
        {
            return None;
        }
        let with_slash = format!("{path}/");
        if self.paths.iter().any(|pattern| pattern.matches(path)) {
            return None;
        }
        if !self
            .paths
            .iter()
            .any(|pattern| pattern.matches(&with_slash))
        {
            return None;
        }
        let query = uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        // A target that begins with two slashes would lead to another host.
        let target = match with_slash.strip_prefix("//") {
            Some(rest) => format!("/%2F{rest}"),
            None => with_slash,
        };
        Some(moved(&encode_location(&format!("{target}{query}"))))
    }
}

fn moved(location: &str) -> Response {
    let mut response =
        (StatusCode::MOVED_PERMANENTLY, [(CONTENT_TYPE, pages::HTML)]).into_response();
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

fn to_https(host: &str, request: &RequestContext<'_>) -> Response {
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    moved(&format!("https://{host}{target}"))
}

fn bad_host(host: &str) -> Response {
    tracing::warn!(
        host,
        "the Host header is not one of allowed_hosts; add it there if it is yours"
    );
    let reason = Reason::new(Cause::Host, format!("{host:?} is not one of allowed_hosts"));
    Rejection::bad_request_page()
        .with_reason(reason)
        .into_response()
}
