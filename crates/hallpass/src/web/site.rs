//! What Django's default middleware does around every view of a [`GuardedRouter`](super::GuardedRouter):
//! HTTPS redirect, Host check, session and CSRF cookies, slash redirect, fixed headers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use super::common::Early;
use super::converters::Pattern;
use super::finish::{finish, finish_session, secure};
use super::layer::enter;
use crate::core::Core;
use crate::diagnostics;
use crate::pages;
use crate::request::RequestContext;

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
    pub(super) core: Core,
    pub(super) paths: Arc<[Pattern]>,
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
        if let Some(method) = in_upper_case(&parts.method) {
            parts.method = method;
        }
        let (exchange, _) = enter(&self.core, &mut parts, body);
        let context = RequestContext::new(&parts, &exchange);
        let is_secure = context.is_secure();
        if let Some(early) = self.early(&context) {
            let mut response = match early {
                Early::OfSecurity(response) => response,
                Early::OfCommon(response) => finish_session(&exchange, response).await,
                Early::Page(response) => match exchange.read_csrf_secret().await {
                    Ok(()) => finish(&exchange, response).await,
                    Err(fault) => fault.into_response(),
                },
            };
            secure(&self.core, response.headers_mut(), is_secure, true);
            diagnostics::stamp(&self.core, &parts.method, parts.uri.path(), &mut response);
            return Ok(response);
        }
        let (method, uri) = (parts.method.clone(), parts.uri.clone());
        let response = match exchange.read_csrf_secret().await {
            Ok(()) => {
                let body = exchange.body().take();
                inner.call(Request::from_parts(parts, body)).await?
            }
            Err(fault) => fault.into_response(),
        };
        let redirect = self.slash_redirect(&method, &uri, &response);
        let early = redirect.is_some();
        let mut response = match redirect {
            Some(redirect) => finish_session(&exchange, redirect).await,
            None => finish(&exchange, response).await,
        };
        secure(&self.core, response.headers_mut(), is_secure, early);
        diagnostics::stamp(&self.core, &method, uri.path(), &mut response);
        Ok(response)
    }
}

/// Django knows no method in lower case: `post` is `POST` to it. `None` where there is nothing to change.
fn in_upper_case(method: &Method) -> Option<Method> {
    let text = method.as_str();
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    Method::from_bytes(text.to_ascii_uppercase().as_bytes()).ok()
}
