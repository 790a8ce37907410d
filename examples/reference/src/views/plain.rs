//! Views that are not the API's: guarded by the CSRF check alone.

use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use hallpass::CsrfToken;
use hallpass::formats::json::{Json, Object};
use hallpass::views::require_http_methods;

/// Hands out a CSRF token for scripts.
pub(crate) fn csrf() -> MethodRouter {
    require_http_methods(
        &[Method::GET, Method::HEAD],
        async |CsrfToken(token): CsrfToken| said("csrfToken", Json::from(token)),
    )
}

/// `{"ok": true}` to everybody whom the CSRF check lets through.
pub(crate) fn ok() -> MethodRouter {
    let methods = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
    ];
    require_http_methods(&methods, async || said("ok", Json::Bool(true)))
}

/// A JSON body with spaces, as Django's `JsonResponse` writes it.
fn said(name: &str, value: Json) -> Response {
    let mut object = Object::new();
    object.insert(name, value);
    let content_type = [("content-type", "application/json")];
    (content_type, Json::Object(object).to_django()).into_response()
}
