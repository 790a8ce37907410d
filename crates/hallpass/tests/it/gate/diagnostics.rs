//! The id of a refusal: on every refusal, on nothing else, and what it leads to.

use axum::Router;
use hallpass::diagnostics::{Cause, Record};
use hallpass::views::{ObtainAuthToken, whoami};
use hallpass::{ApiView, IsAdminUser, Limit, RequestContext, Throttle, Throttled};

use super::bench::{Answer, BOB, BOBS_SESSION, Bench, CAROL, get, send};

const HEADER: &str = "hallpass-diagnostic";

struct Never;

impl Throttle for Never {
    async fn allow_request(
        &self,
        _: &RequestContext<'_>,
        _: Option<&hallpass::Identity>,
    ) -> Result<Throttled, hallpass::Rejection> {
        Ok(Throttled::Refuse(Some(7.0)))
    }
}

fn app(bench: &Bench) -> Router {
    let admin = ApiView::new("Admin")
        .permissions([IsAdminUser])
        .get(async || "in");
    let throttled = ApiView::new("Slow")
        .throttles([Limit::new(Never)])
        .get(async || "in");
    bench
        .hallpass
        .router()
        .route(
            "/api/whoami/",
            whoami(&bench.hallpass).post(async || "written"),
        )
        .route("/admin/", admin)
        .route("/slow/", throttled)
        .route("/token/", ObtainAuthToken::new().into_view())
        .into_router()
}

/// What the refusal's id leads to.
#[track_caller]
fn record(bench: &Bench, answer: &Answer) -> Record {
    let id = answer.header(HEADER).expect("a refusal without an id");
    let record = bench
        .hallpass
        .explain(id)
        .expect("an id that leads nowhere");
    assert_eq!(record.status, answer.status);
    record
}

#[tokio::test]
async fn every_refusal_has_an_id_that_leads_to_its_reason() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let ask = async |path: &str, headers: &[(&str, &str)]| {
        let answer = get(&app, path, headers).await;
        let found = record(&bench, &answer);
        assert_eq!(found.path, path);
        (found.cause, found.scheme, found.detail)
    };
    let (cause, scheme, detail) = ask("/api/whoami/", &[]).await;
    assert_eq!((cause, scheme), (Cause::NoCredentials, None), "{detail}");
    let bearer = [("authorization", "Bearer a11ce")];
    let (cause, _, detail) = ask("/api/whoami/", &bearer).await;
    assert_eq!(cause, Cause::NoCredentials);
    assert!(detail.ends_with("the keyword is \"Bearer\", which this server does not listen for"));
    let unknown = [(
        "authorization",
        "Token 0000000000000000000000000000000000000000",
    )];
    let (cause, scheme, _) = ask("/api/whoami/", &unknown).await;
    assert_eq!((cause, scheme), (Cause::UnknownToken, Some("token")));
    let null = [("authorization", "Token null")];
    let (cause, _, detail) = ask("/api/whoami/", &null).await;
    assert_eq!(cause, Cause::UnknownToken);
    assert!(
        detail.contains("null stands where the key belongs"),
        "{detail}"
    );
    let spaced = [("authorization", "Token a b")];
    assert_eq!(
        ask("/api/whoami/", &spaced).await.0,
        Cause::MalformedCredential
    );
    let wrong = [("authorization", "Basic Ym9iOndyb25n")];
    let (cause, scheme, _) = ask("/api/whoami/", &wrong).await;
    assert_eq!((cause, scheme), (Cause::WrongPassword, Some("basic")));
    let (cause, _, detail) = ask("/admin/", &[("authorization", BOB)]).await;
    assert_eq!(cause, Cause::Permission);
    assert!(detail.contains("IsAdminUser"), "{detail}");
    assert_eq!(
        ask("/slow/", &[("authorization", BOB)]).await.0,
        Cause::Throttled
    );
    let (cause, _, detail) = ask("/api/whoami/", &[("host", "evil.example")]).await;
    assert_eq!(cause, Cause::Host, "{detail}");
}

#[tokio::test]
async fn inactive_users_csrf_and_the_token_endpoint() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let cookie = [("cookie", BOBS_SESSION)];
    let found = record(
        &bench,
        &send(&app, "POST", "/api/whoami/", &cookie, "").await,
    );
    assert_eq!((found.cause, found.scheme), (Cause::Csrf, Some("session")));
    assert!(
        found.detail.contains("CSRF cookie not set"),
        "{}",
        found.detail
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = "username=bob&password=hunter2";
    let found = record(&bench, &send(&app, "POST", "/token/", &form, body).await);
    assert_eq!((found.cause, found.status), (Cause::WrongPassword, 400));
    assert!(!found.to_json().to_compact().contains("hunter2"));
    bench
        .database()
        .execute_batch("UPDATE auth_user SET is_active = 0")
        .unwrap();
    let bob = [("authorization", BOB)];
    let found = record(&bench, &get(&app, "/api/whoami/", &bob).await);
    assert_eq!(found.cause, Cause::InactiveUser);
    assert!(found.detail.starts_with("user "), "{}", found.detail);
}

#[tokio::test]
async fn a_database_that_fails_is_told_apart() {
    let bench = Bench::new().await;
    let app = app(&bench);
    bench
        .database()
        .execute_batch("DROP TABLE authtoken_token")
        .unwrap();
    let found = record(
        &bench,
        &get(&app, "/api/whoami/", &[("authorization", BOB)]).await,
    );
    assert_eq!((found.cause, found.status), (Cause::Database, 503));
    assert!(found.detail.contains("authtoken_token"), "{}", found.detail);
    assert!(!found.detail.contains("b0b0"), "{}", found.detail);
    let text = bench.hallpass.metrics().render();
    assert!(
        text.contains("hallpass_database_errors_total 1\n"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_no_refusal_has_none() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let carol = [("authorization", CAROL)];
    for (method, path, status) in [
        ("GET", "/api/whoami/", 200),
        ("GET", "/admin/", 200),
        ("DELETE", "/api/whoami/", 405),
        ("GET", "/nothing/", 404),
        ("GET", "/api/whoami", 301),
        ("POST", "/token/", 415),
    ] {
        let answer = send(&app, method, path, &carol, "{}").await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header(HEADER), None, "{method} {path}");
    }
    let text = bench.hallpass.metrics().render();
    let admitted = "hallpass_requests_total{scheme=\"token\",outcome=\"admitted\"} 4\n";
    assert!(text.contains(admitted), "{text}");
}

#[tokio::test]
async fn one_refusal_through_two_layers_has_one_id() {
    let bench = Bench::new().await;
    let inner = Router::new()
        .route("/", axum::routing::get(async || "in"))
        .layer(
            bench
                .hallpass
                .layer(hallpass::Policy::new().permissions([IsAdminUser])),
        );
    let app = inner.layer(bench.hallpass.layer(hallpass::Policy::new()));
    let answer = get(&app, "/", &[]).await;
    assert_eq!(answer.headers.get_all(HEADER).iter().count(), 1);
    assert_eq!(record(&bench, &answer).cause, Cause::Permission);
    let counted = "hallpass_refusals_total{reason=\"permission\"} 1\n";
    assert!(bench.hallpass.metrics().render().contains(counted));
}
