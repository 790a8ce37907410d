//! `Hallpass::layer` around a tower service that knows nothing of axum's router.

use std::convert::Infallible;

use hallpass::{Auth, IsAuthenticated, Policy, Scheme, SessionAuthentication, TokenAuthentication};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use tower::{ServiceBuilder, ServiceExt as _};

use super::bench::{Answer, BOB, BOBS_SESSION, Bench, SECRET};

/// Says who calls, and repeats the body.
async fn inner(
    request: Request<axum::body::Body>,
) -> Result<Response<Full<bytes::Bytes>>, Infallible> {
    use axum::extract::FromRequestParts as _;

    let (mut parts, body) = request.into_parts();
    let auth = Auth::from_request_parts(&mut parts, &()).await.unwrap();
    let body = body.collect().await.unwrap().to_bytes();
    let text = format!(
        "{} {}",
        auth.user().username(),
        String::from_utf8_lossy(&body)
    );
    Ok(Response::new(Full::from(text)))
}

async fn call(
    bench: &Bench,
    schemes: Vec<Scheme>,
    method: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let policy = Policy::new()
        .authentication(schemes)
        .permissions([IsAuthenticated]);
    let service = ServiceBuilder::new()
        .layer(bench.hallpass.layer(policy))
        .service_fn(inner);
    let mut request = Request::builder().method(method).uri("/anything");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    // Another body type than axum's.
    let request = request.body(Full::<bytes::Bytes>::from("payload")).unwrap();
    Answer::of(service.oneshot(request).await.unwrap()).await
}

#[tokio::test]
async fn the_service_sees_who_was_let_in_and_the_whole_body() {
    let bench = Bench::new().await;
    let answer = call(
        &bench,
        vec![TokenAuthentication::new().into()],
        "POST",
        &[("authorization", BOB)],
    )
    .await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "bob payload"));
    assert_eq!(
        answer.header("x-frame-options"),
        None,
        "fixed headers are the router's"
    );
    assert_eq!(answer.header("allow"), None);
}

#[tokio::test]
async fn the_service_is_not_called_for_others() {
    let bench = Bench::new().await;
    let answer = call(&bench, vec![TokenAuthentication::new().into()], "GET", &[]).await;
    assert_eq!(
        (answer.status, answer.header("www-authenticate")),
        (401, Some("Token"))
    );
}

#[tokio::test]
async fn sessions_work_and_are_checked_for_csrf() {
    let bench = Bench::new().await;
    let session = || vec![Scheme::from(SessionAuthentication::new())];
    let read = call(&bench, session(), "GET", &[("cookie", BOBS_SESSION)]).await;
    assert_eq!((read.status, read.header("vary")), (200, Some("Cookie")));
    let bare = call(&bench, session(), "POST", &[("cookie", BOBS_SESSION)]).await;
    assert_eq!(
        bare.body,
        r#"{"detail":"CSRF Failed: CSRF cookie not set."}"#
    );
    let cookies = format!("{BOBS_SESSION}; csrftoken={SECRET}");
    let proven = call(
        &bench,
        session(),
        "POST",
        &[("cookie", &cookies), ("x-csrftoken", SECRET)],
    )
    .await;
    assert_eq!((proven.status, proven.body.as_str()), (200, "bob payload"));
}

#[tokio::test]
async fn a_hallpass_inside_another_asks_its_own_users() {
    let (outer, inner) = (Bench::new().await, Bench::new().await);
    let tokens = "DELETE FROM authtoken_token";
    inner.database().execute(tokens, []).unwrap();
    let everybody = Policy::new().authentication([TokenAuthentication::new()]);
    let guarded = everybody.clone().permissions([IsAuthenticated]);
    let service = ServiceBuilder::new()
        .layer(outer.hallpass.layer(everybody))
        .layer(inner.hallpass.layer(guarded))
        .service_fn(self::inner);
    let request = Request::builder().uri("/").header("authorization", BOB);
    let request = request.body(Full::<bytes::Bytes>::default()).unwrap();
    let answer = Answer::of(service.oneshot(request).await.unwrap()).await;
    assert_eq!(answer.status, 401, "{}", answer.body);
}
