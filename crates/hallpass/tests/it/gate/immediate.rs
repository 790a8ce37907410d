//! Requests that are answered in the call in which they came, at the edges.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hallpass::{
    ApiView, Auth, Authentication, Identity, IsAuthenticated, Permission, Policy, Rejection,
    RequestContext, Requirement, Scheme, SessionAuthentication, TokenAuthentication,
};
use tower::{Layer as _, Service, ServiceExt};

use super::bench::{BOB, BOBS_SESSION, Bench, get, request};

/// A service of which so many are ready that were polled and not called yet, as with a limit of concurrency.
#[derive(Default)]
struct Reserving {
    ready: Arc<AtomicUsize>,
    is_ready: bool,
}

impl Clone for Reserving {
    fn clone(&self) -> Self {
        Self {
            ready: Arc::clone(&self.ready),
            is_ready: false,
        }
    }
}

impl Reserving {
    fn give_up(&mut self) {
        if std::mem::take(&mut self.is_ready) {
            self.ready.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Reserving {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl Service<Request> for Reserving {
    type Response = Response;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if !std::mem::replace(&mut self.is_ready, true) {
            self.ready.fetch_add(1, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request) -> Self::Future {
        self.give_up();
        std::future::ready(Ok(Response::new(Body::empty())))
    }
}

fn tokens_only() -> Policy {
    Policy::new()
        .authentication([TokenAuthentication::new()])
        .permissions([IsAuthenticated])
}

#[tokio::test]
async fn a_refusal_keeps_no_place_in_the_service_behind_it() {
    let bench = Bench::new().await;
    let inner = Reserving::default();
    let ready = Arc::clone(&inner.ready);
    let mut guard = bench.hallpass.layer(tokens_only()).layer(inner);
    let called = ServiceExt::<Request>::ready(&mut guard).await.unwrap();
    assert_eq!(ready.load(Ordering::Relaxed), 1);
    let refused = called.call(request("GET", "/", &[], "")).await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(ready.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_refusal_that_is_asked_for_twice_is_no_success() {
    let bench = Bench::new().await;
    let inner = Reserving::default();
    let mut guard = bench.hallpass.layer(tokens_only()).layer(inner);
    let called = ServiceExt::<Request>::ready(&mut guard).await.unwrap();
    let mut future = Box::pin(called.call(request("GET", "/", &[], "")));
    for status in [401, 500] {
        let answer = poll_fn(|cx| future.as_mut().poll(cx)).await.unwrap();
        assert_eq!(answer.status(), status);
    }
}

/// Counts how often it is asked, and leaves the answer to others.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Authentication for Counting {
    async fn authenticate(&self, _: &RequestContext<'_>) -> Result<Option<Identity>, Rejection> {
        unreachable!("the other one has answered")
    }

    fn authenticate_now(
        &self,
        _: &RequestContext<'_>,
    ) -> Option<Result<Option<Identity>, Rejection>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Some(Ok(None))
    }
}

/// Has to be waited for.
struct Slowly;

impl Permission for Slowly {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        tokio::task::yield_now().await;
        Ok(identity.is_some())
    }
}

#[tokio::test]
async fn who_is_calling_is_asked_once_though_a_permission_is_waited_for() {
    let bench = Bench::new().await;
    let counting = Counting::default();
    let view = ApiView::new("View")
        .authentication([
            Scheme::new(counting.clone()),
            Scheme::new(TokenAuthentication::new()),
        ])
        .permissions([Requirement::new(IsAuthenticated), Requirement::new(Slowly)])
        .get(async |auth: Auth| auth.user().username().to_owned());
    let app: Router = bench.hallpass.router().route("/", view).into_router();
    // The first one fills the cache.
    for _ in 0..3 {
        let answer = get(&app, "/", &[("authorization", BOB)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "bob"));
    }
    // Once more where the token had to be looked up.
    assert_eq!(counting.0.load(Ordering::Relaxed), 4);
    let metrics = bench.hallpass.core().render_metrics();
    let hits = "hallpass_cache_lookups_total{kind=\"token\",outcome=\"hit\"} 2";
    assert!(metrics.contains(hits), "{metrics}");
}

/// Asks the app behind it about another request, in which it leaves the first one's extensions.
async fn ask_for_another(app: Router, asked: Request) -> String {
    let mut other = request("GET", "/", &[("cookie", "sessionid=nobodys0000")], "");
    *other.extensions_mut() = asked.extensions().clone();
    app.oneshot(other).await.unwrap().status().to_string()
}

#[tokio::test]
async fn a_request_with_anothers_extensions_is_not_that_one() {
    let bench = Bench::new().await;
    let by_session = || {
        ApiView::new("View")
            .authentication([SessionAuthentication::new()])
            .permissions([IsAuthenticated])
    };
    let name = async |auth: Auth| auth.user().username().to_owned();
    let inner: Router = bench
        .hallpass
        .router()
        .route("/", by_session().get(name))
        .into_router();
    let view = by_session().get(move |asked: Request| ask_for_another(inner.clone(), asked));
    let app: Router = bench.hallpass.router().route("/", view).into_router();
    let answer = get(&app, "/", &[("cookie", BOBS_SESSION)]).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "403 Forbidden")
    );
}
