//! Django 5.2's decorator `require_http_methods`, for plain views.

use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};

use crate::pages;

/// One handler for several methods; others are answered 405 with an empty page. Methods that axum does not route,
/// such as `PROPFIND`, are among the others.
///
/// ```
/// use axum::http::Method;
/// use hallpass::GuardedRouter;
/// use hallpass::views::require_http_methods;
///
/// fn add(router: GuardedRouter) -> GuardedRouter {
///     router.plain("/ping/", require_http_methods(&[Method::GET, Method::HEAD], async || "pong"))
/// }
/// ```
pub fn require_http_methods<H, T, S>(methods: &[Method], handler: H) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    let allow = HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("GET"));
    let filter = methods
        .iter()
        .filter_map(|method| MethodFilter::try_from(method.clone()).ok())
        .reduce(MethodFilter::or);
    let handlers = match filter {
        Some(filter) => on(filter, handler),
        None => MethodRouter::new(),
    };
    handlers.fallback(async move || {
        let headers = [(CONTENT_TYPE, pages::HTML), (ALLOW, allow)];
        (StatusCode::METHOD_NOT_ALLOWED, headers).into_response()
    })
}
