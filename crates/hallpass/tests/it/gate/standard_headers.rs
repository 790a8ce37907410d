//! The headers that responses have in common, beside those that a handler sets itself.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use hallpass::{AllowAny, ApiView, SessionAuthentication, TokenAuthentication};

use super::bench::{Answer, Bench, get};

/// Names and values, in order, without the length.
fn lines(answer: &Answer) -> Vec<String> {
    let told = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "content-length");
    let mut lines: Vec<String> = told
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines
}

/// What every view of the fixture sends, with some lines of its own.
fn usual(own: &[&str]) -> Vec<String> {
    let fixed = [
        "allow: GET, HEAD, OPTIONS",
        "cross-origin-opener-policy: same-origin",
        "referrer-policy: same-origin",
        "x-content-type-options: nosniff",
        "x-frame-options: DENY",
    ];
    let mut lines: Vec<String> = fixed.iter().chain(own).map(|line| (*line).into()).collect();
    lines.sort();
    lines
}

fn without(name: &str, lines: Vec<String>) -> Vec<String> {
    let mut lines = lines;
    lines.retain(|line| !line.starts_with(name));
    lines
}

/// A view for everybody that looks for a session, whose handler answers that.
async fn answer<R: IntoResponse + Clone + Send + Sync + 'static>(bench: &Bench, said: R) -> Answer {
    let view = ApiView::new("View")
        .authentication([SessionAuthentication::new()])
        .permissions([AllowAny])
        .get(move || std::future::ready(said.clone()));
    let app: Router = bench.hallpass.router().route("/", view).into_router();
    get(&app, "/", &[]).await
}

const TEXT: &str = "content-type: text/plain; charset=utf-8";

#[tokio::test]
async fn a_response_with_a_type_is_given_them() {
    let bench = Bench::new().await;
    let plain = answer(&bench, "text").await;
    assert_eq!(lines(&plain), usual(&[TEXT, "vary: Cookie"]));
    let created = answer(&bench, (StatusCode::CREATED, [("x-own", "1")], "text")).await;
    assert_eq!(created.status, 201);
    assert_eq!(lines(&created), usual(&[TEXT, "vary: Cookie", "x-own: 1"]));
}

#[tokio::test]
async fn a_view_that_looks_at_no_session_does_not_vary() {
    let bench = Bench::new().await;
    let view = ApiView::new("View")
        .authentication([TokenAuthentication::new()])
        .permissions([AllowAny])
        .get(async || "text");
    let app: Router = bench.hallpass.router().route("/", view).into_router();
    assert_eq!(lines(&get(&app, "/", &[]).await), usual(&[TEXT]));
}

#[tokio::test]
async fn several_values_of_a_handlers_own_stay() {
    let bench = Bench::new().await;
    let said = axum::response::AppendHeaders([("x-own", "1"), ("link", "a"), ("x-own", "2")]);
    let answer = answer(&bench, (said, "text")).await;
    let own = [TEXT, "vary: Cookie", "x-own: 1", "x-own: 2", "link: a"];
    assert_eq!(lines(&answer), usual(&own));
}

#[tokio::test]
async fn what_a_handler_says_itself_stays() {
    let bench = Bench::new().await;
    let frames = answer(&bench, ([(header::X_FRAME_OPTIONS, "SAMEORIGIN")], "text")).await;
    let others = without("x-frame-options: DENY", usual(&[TEXT, "vary: Cookie"]));
    let mut expected = [others, vec!["x-frame-options: SAMEORIGIN".to_owned()]].concat();
    expected.sort();
    assert_eq!(lines(&frames), expected);
    let varies = answer(&bench, ([(header::VARY, "Accept")], "text")).await;
    assert_eq!(lines(&varies), usual(&[TEXT, "vary: Accept, Cookie"]));
    // `Allow` is the view's word alone, as in DRF.
    let allows = answer(&bench, ([(header::ALLOW, "BREW")], "text")).await;
    assert_eq!(lines(&allows), usual(&[TEXT, "vary: Cookie"]));
}

#[tokio::test]
async fn a_response_without_a_type_gets_none() {
    let bench = Bench::new().await;
    let empty = answer(&bench, StatusCode::NO_CONTENT).await;
    assert_eq!(lines(&empty), usual(&["vary: Cookie"]));
    let absent = answer(&bench, (StatusCode::NOT_FOUND, "text")).await;
    assert_eq!(absent.status, 404);
    assert_eq!(lines(&absent), usual(&[TEXT, "vary: Cookie"]));
}

#[tokio::test]
async fn https_adds_its_own() {
    let bench = Bench::with_settings(|settings| {
        settings.secure_hsts_seconds = 60;
        settings.secure_proxy_ssl_header =
            Some(("HTTP_X_FORWARDED_PROTO".to_owned(), "https".to_owned()));
    })
    .await;
    let view = || ApiView::new("View").permissions([AllowAny]);
    let own = async || ([("strict-transport-security", "max-age=1")], "text");
    let app: Router = bench
        .hallpass
        .router()
        .route("/", view().get(async || "text"))
        .route("/own/", view().get(own))
        .into_router();
    let https = [("x-forwarded-proto", "https")];
    for (path, headers, told) in [
        ("/", &[][..], None),
        ("/", &https, Some("max-age=60")),
        ("/own/", &https, Some("max-age=1")),
    ] {
        let answer = get(&app, path, headers).await;
        assert_eq!(answer.header("strict-transport-security"), told, "{path}");
    }
}
