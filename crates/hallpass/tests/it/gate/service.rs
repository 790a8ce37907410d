//! A guarded router as a service of its own answers what it answers as a router.

use std::collections::HashMap;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::Router;
use axum::extract::{Path, Request};
use axum::routing::future::RouteFuture;
use axum::routing::{MethodRouter, any, get, post};
use hallpass::{ApiView, Auth, GuardedRouter, Hallpass, Rejection, RequestContext, ServiceFuture};
use http::header::CONTENT_LENGTH;
use http::request::Parts;
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

/// What a start-up says that does not succeed.
fn refusal<T>(start: impl FnOnce() -> T) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(start)).err();
    let panicked = panicked.expect("it must not start");
    *panicked.downcast::<String>().expect("a sentence")
}

/// Else it would be answered by an open route, or an open route would silently be dead.
#[tokio::test]
async fn a_path_that_is_guarded_is_taken_for_every_method() {
    let bench = Bench::new().await;
    let service = || routes(&bench.hallpass).into_service();
    let router = || -> Router { routes(&bench.hallpass).into_router() };
    let open = async || "open";
    let handlers: [fn(_) -> MethodRouter; 3] = [get, post, any];
    for path in ["/me/", "/plain/", "/items/{id}/", "/items/{other}/"] {
        for (kind, handlers) in ["get", "post", "any"].into_iter().zip(handlers) {
            let added = || Router::new().route(path, handlers(open));
            let said = [
                refusal(|| service().merge(added())),
                refusal(|| router().merge(added())),
                refusal(|| router().route(path, handlers(open))),
            ];
            for said in said {
                let why = ["Overlapping", "both have a fallback", "conflict"];
                assert!(
                    why.iter().any(|why| said.contains(why)),
                    "{kind} {path}: {said}"
                );
            }
        }
    }
}

/// As documented: axum prefers the path without parameters.
#[tokio::test]
async fn an_open_path_may_stand_beside_a_guarded_parameter() {
    let bench = Bench::new().await;
    let open = || Router::new().route("/items/0/", get(async || "open"));
    let router: Router = routes(&bench.hallpass).into_router();
    let router = router.merge(open());
    let service = routes(&bench.hallpass).into_service().merge(open());
    for (path, status) in [("/items/0/", 200), ("/items/1/", 403)] {
        let asked = || request("GET", path, &[], "");
        let from_router = router.clone().oneshot(asked()).await.unwrap().status();
        let from_service = service.clone().oneshot(asked()).await.unwrap().status();
        assert_eq!(
            (from_router.as_u16(), from_service.as_u16()),
            (status, status),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_path_without_parameters_has_none() {
    async fn all(parts: Parts) -> Result<String, Rejection> {
        let request = RequestContext::of(&parts)?;
        let parameters: HashMap<String, String> = request.path().await?;
        Ok(format!("{parameters:?}"))
    }
    async fn number(parts: Parts) -> Result<String, Rejection> {
        let number: i64 = RequestContext::of(&parts)?.path().await?;
        Ok(number.to_string())
    }
    let bench = Bench::new().await;
    let routes = || -> GuardedRouter {
        let router = bench.hallpass.router();
        router
            .plain("/all/", get(all))
            .plain("/all/{int:id}/", get(all))
            .plain("/number/", get(number))
            .plain("/number/{int:id}/", get(number))
    };
    let router: Router = routes().into_router();
    let service = routes().into_service();
    for (path, status, body) in [
        ("/all/", 200, "{}"),
        ("/all/7/", 200, r#"{"id": "7"}"#),
        ("/number/", 404, r#"{"detail":"Not found."}"#),
        ("/number/7/", 200, "7"),
    ] {
        let asked = || request("GET", path, &[], "");
        let from_router = Answer::of(router.clone().oneshot(asked()).await.unwrap()).await;
        let from_service = Answer::of(service.clone().oneshot(asked()).await.unwrap()).await;
        for answer in [from_router, from_service] {
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (status, body),
                "{path}"
            );
        }
    }
}

/// hyper keeps room for a service's future on every connection as long as it is open: while it is no larger than that of
/// axum's router, a connection that waits takes no more than it takes without Hallpass.
#[test]
fn its_future_takes_no_more_room_than_axums() {
    assert!(size_of::<ServiceFuture>() <= size_of::<RouteFuture<Infallible>>());
}

/// A view may hand its request on to views of the same Hallpass.
#[tokio::test]
async fn what_a_view_says_of_itself_is_not_said_of_one_further_in() {
    async fn scope(parts: Parts) -> Result<String, Rejection> {
        Ok(format!(
            "{:?}",
            RequestContext::of(&parts)?.throttle_scope()
        ))
    }
    let bench = Bench::new().await;
    let inner = bench.hallpass.router();
    let inner = inner
        .route("/api/", ApiView::new("Silent").get(scope))
        .plain("/plain/", get(scope))
        .route(
            "/own/",
            ApiView::new("Own").throttle_scope("own").get(scope),
        )
        .into_service();
    let hand_on = move |request: Request| {
        let inner = inner.clone();
        async move { inner.oneshot(request).await }
    };
    let view = || {
        ApiView::new("Outer")
            .throttle_scope("outer")
            .get(hand_on.clone())
    };
    let outer = bench.hallpass.router();
    let outer = outer
        .route("/api/", view())
        .route("/plain/", view())
        .route("/own/", view())
        .into_service();
    for (path, said) in [
        ("/api/", "None"),
        ("/plain/", "None"),
        ("/own/", "Some(\"own\")"),
    ] {
        let answer = outer
            .clone()
            .oneshot(request("GET", path, &[ALICE], ""))
            .await;
        assert_eq!(Answer::of(answer.unwrap()).await.body, said, "{path}");
    }
}
