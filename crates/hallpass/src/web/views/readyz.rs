//! `GET /readyz`: can requests be answered?

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::core::Core;

/// How long an answer holds. Whoever asks more often gets the last one: the question costs a dozen statements.
const FRESH: Duration = Duration::from_secs(1);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is in the way, in words that may be read by anybody. The log has more.
type Obstacle = Option<&'static str>;

/// A router with `GET path` that answers `ready` while the database answers, has the tables that are needed, and has
/// their migrations applied; 503 with a few words otherwise. It skips the Host check, because probes call by address.
pub fn readyz<S: Clone + Send + Sync + 'static>(path: &str, core: &Core) -> Router<S> {
    let readiness = Arc::new(Readiness {
        core: core.clone(),
        last: Mutex::new(None),
    });
    Router::new().route(path, get(async move || answer(readiness.obstacle().await)))
}

struct Readiness {
    core: Core,
    last: Mutex<Option<(Instant, Obstacle)>>,
}

impl Readiness {
    /// One question at a time: whoever asks meanwhile waits for its answer.
    async fn obstacle(&self) -> Obstacle {
        let mut last = self.last.lock().await;
        if let Some((at, obstacle)) = *last
            && at.elapsed() < FRESH
        {
            return obstacle;
        }
        let asked = timeout(PATIENCE, look(&self.core)).await;
        let obstacle = asked.unwrap_or(Some("the database does not answer in time"));
        *last = Some((Instant::now(), obstacle));
        obstacle
    }
}

async fn look(core: &Core) -> Obstacle {
    let store = core.store();
    if let Err(fault) = store.verify().await {
        tracing::warn!(%fault, "not ready");
        return Some(match fault.is_unavailable() {
            true => "the database does not answer, or lacks tables",
            false => "the database is not the one that the settings mean",
        });
    }
    match store.migration_state().await {
        Ok(migrations) if migrations.iter().all(|migration| migration.applied) => None,
        Ok(_) => Some("migrations are not applied"),
        Err(fault) => {
            tracing::warn!(%fault, "not ready");
            Some("the database does not answer")
        }
    }
}

fn answer(obstacle: Obstacle) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    match obstacle {
        None => (headers, "ready\n").into_response(),
        Some(obstacle) => (
            StatusCode::SERVICE_UNAVAILABLE,
            headers,
            [(RETRY_AFTER, "1")],
            format!("not ready: {obstacle}\n"),
        )
            .into_response(),
    }
}
