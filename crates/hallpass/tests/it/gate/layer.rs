//! `Hallpass::layer` around a tower service that knows nothing of axum's router.

use std::convert::Infallible;

use hallpass::{Auth, IsAuthenticated, Policy, Scheme, SessionAuthentication, TokenAuthentication};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use tower::{ServiceBuilder, ServiceExt as _};

use super::bench::{Answer, BOB, BOBS_SESSION, Bench, CAROL, SECRET};

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

/// Who is calling, asked after the guard further in has had its say, and what was answered there.
async fn between(request: axum::extract::Request, next: axum::middleware::Next) -> String {
    use axum::extract::FromRequestParts as _;

    let (parts, body) = request.into_parts();
    let mut copy = parts.clone();
    let inner = next.run(axum::extract::Request::from_parts(parts, body));
    let inner = Answer::of(inner.await).await.body;
    let auth = Auth::from_request_parts(&mut copy, &()).await.unwrap();
    format!("{} {inner}", auth.user().username())
}

/// A guard further in speaks of the request that it passes on, and of no other one of the exchange.
#[tokio::test]
async fn what_lies_under_the_outer_guard_alone_sees_whom_that_one_let_in() {
    let bench = Bench::new().await;
    let by = |scheme: Scheme| {
        let policy = Policy::new().authentication([scheme]);
        bench.hallpass.layer(policy.permissions([IsAuthenticated]))
    };
    let name = async |auth: Auth| auth.user().username().to_owned();
    let app = axum::Router::new()
        .route("/", axum::routing::get(name))
        .layer(by(TokenAuthentication::new().into()))
        .layer(axum::middleware::from_fn(between))
        .layer(by(SessionAuthentication::new().into()));
    let headers = [("cookie", BOBS_SESSION), ("authorization", CAROL)];
    let answer = super::bench::get(&app, "/", &headers).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "bob carol"));
}
