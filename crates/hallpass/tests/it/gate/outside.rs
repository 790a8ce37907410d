//! Extractors and views on routes that nothing guards: a loud 500, never an anonymous caller.

use axum::Router;
use axum::routing::get;
use hallpass::views::LoginView;
use hallpass::{Auth, CsrfToken, Data, RequestContext, Session};
use http::request::Parts;

#[tokio::test]
async fn nothing_is_extracted_where_no_guard_stands() {
    let app: Router = Router::new()
        .route("/auth/", get(async |_: Auth| "in"))
        .route(
            "/maybe/",
            get(async |auth: Option<Auth>| auth.map_or("anonymous", |_| "in")),
        )
        .route("/session/", get(async |_: Session| "in"))
        .route("/csrf/", get(async |_: CsrfToken| "in"))
        .route("/data/", get(async |_: Data| "in"))
        .route(
            "/context/",
            get(async |parts: Parts| RequestContext::of(&parts).map(|_| "in")),
        )
        .route("/login/", LoginView::new().into_handlers());
    for path in [
        "/auth/",
        "/maybe/",
        "/session/",
        "/csrf/",
        "/data/",
        "/context/",
        "/login/",
    ] {
        let answer = super::bench::get(&app, path, &[]).await;
        assert_eq!(answer.status, 500, "{path}");
        assert_eq!(
            answer.body, r#"{"detail":"A server error occurred."}"#,
            "{path}"
        );
    }
}

/// A page that can do without a token asks for an optional one.
#[tokio::test]
async fn an_optional_csrf_token_is_absent() {
    let handler = async |token: Option<CsrfToken>| token.map_or("none", |_| "one");
    let app: Router = Router::new().route("/", get(handler));
    assert_eq!(super::bench::get(&app, "/", &[]).await.body, "none");
}
