//! A guarded router as a service of its own answers what it answers as a router.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use hallpass::{ApiView, Auth, GuardedRouter, Hallpass};
use http::header::CONTENT_LENGTH;
use tower::ServiceExt;

use super::bench::{Answer, Bench, request};

const ALICE: (&str, &str) = (
    "authorization",
    "Token a11ce00000000000000000000000000000000001",
);
const NOBODY: (&str, &str) = ("authorization", "Token 0");

fn routes(hallpass: &Hallpass) -> GuardedRouter {
    let name = async |auth: Auth| auth.user().username().to_owned();
    let parameter = async |_: Auth, Path(id): Path<i64>| id.to_string();
    hallpass
        .router()
        .route("/me/", ApiView::new("Me").get(name))
        .route("/items/{int:id}/", ApiView::new("Item").get(parameter))
        .plain("/plain/", get(async || "plain"))
}

/// All that a client can see, but for ids that are made anew each time.
async fn seen(response: axum::response::Response) -> (u16, Vec<String>, String) {
    let answer = Answer::of(response).await;
    // axum's router writes the length, hyper would do it otherwise.
    let told = |name: &str| name != "hallpass-diagnostic" && name != "content-length";
    let lines = answer
        .headers
        .iter()
        .filter(|(name, _)| told(name.as_str()));
    let lines = lines.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    (answer.status, lines, answer.body)
}

#[tokio::test]
async fn it_answers_what_the_router_answers() {
    let bench = Bench::new().await;
    let router: Router = routes(&bench.hallpass).into_router();
    let service = routes(&bench.hallpass).into_service();
    let mut statuses = Vec::new();
    for path in [
        "/me/",
        "/me",
        "/items/7/",
        "/items/x/",
        "/plain/",
        "/nowhere/",
    ] {
        for method in ["GET", "HEAD", "get", "OPTIONS", "POST", "DELETE"] {
            for headers in [
                &[][..],
                &[ALICE][..],
                &[NOBODY][..],
                &[ALICE, ("accept", "text/csv")],
            ] {
                let asked = || request(method, path, headers, "");
                let from_router = seen(router.clone().oneshot(asked()).await.unwrap()).await;
                let from_service = seen(service.clone().oneshot(asked()).await.unwrap()).await;
                assert_eq!(from_service, from_router, "{method} {path} {headers:?}");
                statuses.push(from_service.0);
            }
        }
    }
    for status in [200, 301, 403, 404, 405, 406] {
        assert!(statuses.contains(&status), "no {status} in {statuses:?}");
    }
}

#[tokio::test]
async fn head_tells_the_length_and_sends_no_body() {
    let bench = Bench::new().await;
    let service = routes(&bench.hallpass).into_service();
    let response = service.oneshot(request("HEAD", "/me/", &[ALICE], "")).await;
    let answer = Answer::of(response.unwrap()).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header(CONTENT_LENGTH.as_str()), Some("5"));
}

#[tokio::test]
async fn routes_of_axums_own_stand_beside_it() {
    let bench = Bench::new().await;
    let service = routes(&bench.hallpass).into_service();
    let service = service.merge(Router::new().route("/health/", get(async || "well")));
    for (path, status) in [("/health/", 200), ("/me/", 403), ("/nowhere/", 404)] {
        let asked = request("GET", path, &[], "");
        let answer = service.clone().oneshot(asked).await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
}
