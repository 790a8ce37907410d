//! Corners of the CSRF check: bodies that cannot be read, methods that are not asked, exempt views.

use axum::Router;
use axum::routing::any;
use hallpass::{ApiView, IsAuthenticated, SessionAuthentication};
use http_body_util::BodyExt as _;

use super::bench::{BOBS_SESSION, Bench, SECRET, send};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const MULTIPART: (&str, &str) = ("content-type", "multipart/form-data; boundary=BB");

fn app(bench: &Bench) -> Router {
    let view = ApiView::new("Write")
        .authentication([SessionAuthentication::new()])
        .permissions([IsAuthenticated])
        .post(async |request: axum::extract::Request| {
            let body = request.into_body().collect().await.unwrap();
            body.to_bytes().len().to_string()
        });
    bench
        .hallpass
        .router()
        .route("/api/", view)
        .plain("/plain/", any(async |body: String| body))
        .plain_csrf_exempt("/exempt/", any(async || "passed"))
        .into_router()
}

fn cookies() -> String {
    format!("{BOBS_SESSION}; csrftoken={SECRET}")
}

#[tokio::test]
async fn a_form_field_is_proof_and_the_handler_still_gets_the_body() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let body = format!("a=1&csrfmiddlewaretoken={SECRET}");
    let answer = send(
        &app,
        "POST",
        "/plain/",
        &[FORM, ("cookie", &cookies())],
        &body,
    )
    .await;
    assert_eq!((answer.status, answer.body.as_str()), (200, body.as_str()));
}

#[tokio::test]
async fn a_form_field_counts_for_post_alone() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let body = format!("csrfmiddlewaretoken={SECRET}");
    for method in ["PUT", "PATCH", "DELETE", "FROB"] {
        let answer = send(
            &app,
            method,
            "/plain/",
            &[FORM, ("cookie", &cookies())],
            &body,
        )
        .await;
        assert_eq!(answer.status, 403, "{method}");
    }
}

#[tokio::test]
async fn a_multipart_field_is_proof_and_a_broken_form_is_refused() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let body = format!(
        "--BB\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"\r\n\r\n{SECRET}\r\n--BB--\r\n"
    );
    let proven = send(
        &app,
        "POST",
        "/plain/",
        &[MULTIPART, ("cookie", &cookies())],
        &body,
    )
    .await;
    assert_eq!(proven.status, 200);
    let broken = ("content-type", "multipart/form-data");
    let answer = send(
        &app,
        "POST",
        "/plain/",
        &[broken, ("cookie", &cookies())],
        &body,
    )
    .await;
    assert_eq!(answer.status, 400);
}

/// DRF's session authentication reads `request.POST` with the view's parsers, and what they refuse is refused before
/// permissions and methods are looked at.
#[tokio::test]
async fn a_body_that_the_parsers_refuse_is_refused_by_the_check() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let cookies = cookies();
    let json = ("content-type", "application/json");
    let text = ("content-type", "text/plain");
    let unreadable = [
        (json, r#"{"a""#, 400),
        (text, "a", 415),
        (("content-type", "multipart/form-data"), "a", 400),
    ];
    for (kind, body, status) in unreadable {
        let sent = [kind, ("cookie", cookies.as_str()), ("x-csrftoken", SECRET)];
        let answer = send(&app, "POST", "/api/", &sent, body).await;
        assert_eq!(answer.status, status, "{body}");
        // Another method's body is nobody's proof, nor is one that comes without a cookie.
        let put = send(&app, "PUT", "/api/", &sent, body).await;
        assert_eq!(put.status, 405, "{body}");
        let no_cookie = [kind, ("cookie", BOBS_SESSION), ("x-csrftoken", SECRET)];
        let answer = send(&app, "POST", "/api/", &no_cookie, body).await;
        assert_eq!(
            answer.body,
            r#"{"detail":"CSRF Failed: CSRF cookie not set."}"#
        );
    }
}

/// Large uploads pass with the header, because their body need not be read; without it they are refused.
#[tokio::test]
async fn an_upload_over_the_limit_needs_the_header() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let body = "x".repeat(2_621_441);
    let cookies = cookies();
    let bare = send(
        &app,
        "POST",
        "/api/",
        &[MULTIPART, ("cookie", &cookies)],
        &body,
    )
    .await;
    assert_eq!((bare.status, bare.header("allow")), (400, None));
    let with_header = [
        MULTIPART,
        ("cookie", cookies.as_str()),
        ("x-csrftoken", SECRET),
    ];
    let proven = send(&app, "POST", "/api/", &with_header, &body).await;
    assert_eq!((proven.status, proven.body.as_str()), (200, "2621441"));
}

#[tokio::test]
async fn safe_methods_and_exempt_views_are_not_asked() {
    let bench = Bench::new().await;
    let app = app(&bench);
    for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        assert_eq!(
            send(&app, method, "/plain/", &[], "").await.status,
            200,
            "{method}"
        );
    }
    for method in ["POST", "PUT", "DELETE", "FROB"] {
        assert_eq!(
            send(&app, method, "/exempt/", &[], "").await.status,
            200,
            "{method}"
        );
    }
}

/// Nobody's browser adds a token by itself: the check is for sessions.
#[tokio::test]
async fn an_anonymous_caller_of_an_api_view_is_not_asked() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let answer = send(&app, "POST", "/api/", &[], "").await;
    assert_eq!(
        answer.body,
        r#"{"detail":"Authentication credentials were not provided."}"#
    );
}
