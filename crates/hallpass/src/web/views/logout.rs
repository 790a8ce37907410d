//! The logout page: Django 5.2's `LogoutView`. It acts on `POST` alone.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use super::login::{found, never_cached, posted, safe_next};
use crate::login::logout;
use crate::pages;
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::web::with_context;

const ALLOWED: HeaderValue = HeaderValue::from_static("POST, OPTIONS");

/// Flushes the session and leads on: to a safe `next`, else to the view's own target, else to
/// `logout_redirect_url`, else to a page that says so.
#[derive(Clone, Debug, Default)]
pub struct LogoutView {
    next_page: Option<String>,
}

impl LogoutView {
    /// Django's view.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where to go without a safe `next`.
    #[must_use]
    pub fn next_page(mut self, target: impl Into<String>) -> Self {
        self.next_page = Some(target.into());
        self
    }

    /// The view, to mount with [`GuardedRouter::plain`](crate::GuardedRouter::plain).
    pub fn into_handlers<S: Clone + Send + Sync + 'static>(self) -> MethodRouter<S> {
        let answer = async move |request: Request| {
            let view = self.clone();
            with_context(request, move |context| {
                Box::pin(async move { view.serve(&context).await })
            })
            .await
        };
        post(answer).options(options).fallback(refuse_method)
    }

    async fn serve(&self, request: &RequestContext<'_>) -> Result<Response, Rejection> {
        let form = posted(request).await?;
        logout(request).await?;
        let settings = request.core().settings();
        let target = safe_next(request, &form, &[])
            .or_else(|| self.next_page.clone())
            .or_else(|| settings.logout_redirect_url.clone());
        if let Some(target) = target {
            return Ok(never_cached(found(&target)));
        }
        // Django compares with the whole path: an unsafe `next` in the query leads back to the bare page.
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            return Ok(never_cached(found(request.uri().path())));
        }
        let login = pages::escape(&settings.login_url);
        let body = format!("<h1>Logged out</h1>\n<p><a href=\"{login}\">Log in again</a></p>");
        let page = pages::page("Logged out", &body);
        Ok(never_cached(
            (StatusCode::OK, [(CONTENT_TYPE, pages::HTML)], page).into_response(),
        ))
    }
}

async fn options() -> Response {
    never_cached(
        (
            StatusCode::OK,
            [(CONTENT_TYPE, pages::HTML), (ALLOW, ALLOWED)],
        )
            .into_response(),
    )
}

async fn refuse_method() -> Response {
    never_cached(
        (
            StatusCode::METHOD_NOT_ALLOWED,
            [(CONTENT_TYPE, pages::HTML), (ALLOW, ALLOWED)],
        )
            .into_response(),
    )
}
