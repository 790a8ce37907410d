//! What deciding costs: a typical composed permission, evaluated many times for one identity, with every allocation
//! counted.
//!
//! `bench-policy SETTINGS TOKEN` prints `nanoseconds allocations` of one evaluation. A program of its own, because its
//! allocator counts.

use std::error::Error;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use hallpass::{
    Auth, Hallpass, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly, Policy, Rejection,
    RequestContext,
};
use tower_service::Service;

const EVALUATIONS: u32 = 200_000;
const ROUNDS: usize = 9;

/// Polls once: a decision about rows that are already there never waits.
fn now<T>(work: impl Future<Output = T>) -> Option<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Staff may do everything, others may read, and nobody is anonymous.
fn policy() -> Policy {
    Policy::new().permissions([IsAuthenticated & (IsAdminUser | IsAuthenticatedOrReadOnly)])
}

async fn measure(auth: Auth, parts: Parts) -> Result<String, Rejection> {
    let policy = policy();
    let request = RequestContext::of(&parts)?;
    let evaluate = || {
        let decided = now(policy.check_permissions(black_box(&request), Some(black_box(&auth))));
        assert!(
            matches!(decided, Some(Ok(()))),
            "the policy must allow at once"
        );
    };
    evaluate();
    let counted = allocation_counter::measure(evaluate);
    let mut rounds: Vec<f64> = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..EVALUATIONS {
            evaluate();
        }
        rounds.push(began.elapsed().as_secs_f64() * 1e9 / f64::from(EVALUATIONS));
    }
    rounds.sort_by(f64::total_cmp);
    let median = rounds.get(ROUNDS / 2).copied().unwrap_or(f64::NAN);
    Ok(format!("{median} {}", counted.count_total))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [settings, token] = arguments.as_slice() else {
        return Err("usage: bench-policy SETTINGS TOKEN".into());
    };
    let hallpass = Hallpass::from_settings(settings).await?;
    let layer = hallpass.layer(hallpass.default_policy().clone());
    let mut routes: Router = Router::new().route("/", get(measure).layer(layer));
    let request = Request::get("/")
        .header("host", "127.0.0.1")
        .header("authorization", format!("Token {token}"))
        .body(Body::empty())?;
    let response = routes.call(request).await?;
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 4096).await?;
    let text = String::from_utf8_lossy(&body);
    if status != StatusCode::OK {
        return Err(format!("{status}: {text}").into());
    }
    println!("{text}");
    Ok(())
}
