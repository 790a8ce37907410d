//! Around every request: one line of log, a span where somebody collects them, a panic that stays the fault of one
//! request, and an end to bodies that never come.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hallpass::diagnostics;
use hallpass::metrics::{Histogram, head};
use tokio::time::timeout;

use super::request_id::{self, RequestId};
use super::spans::Spans;

/// What all requests share.
#[derive(Debug)]
pub(super) struct Around {
    longest: Duration,
    /// By the first digit of the status.
    durations: [Histogram; 5],
    spans: Option<Spans>,
}

impl Around {
    /// `longest` is how long a request may take from the end of its head to its answer. A full queue of password
    /// hashes is done in less than a minute; what takes longer is a body that comes in drops.
    pub(super) fn new(longest: Duration, spans: Option<Spans>) -> Self {
        Self {
            longest,
            durations: Default::default(),
            spans,
        }
    }

    /// Sends the spans that are not sent yet.
    pub(super) async fn end(&self) {
        if let Some(spans) = &self.spans {
            spans.flush().await;
        }
    }

    fn observe(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(durations) = self.durations.get(class) {
            durations.observe(took);
        }
    }

    /// Adds what was measured to the metrics.
    pub(super) fn render(&self, text: &mut String) {
        let name = "hallpass_http_request_duration_seconds";
        head(
            text,
            name,
            "histogram",
            "From a request's head to its answer, by class of status.",
        );
        for (class, durations) in self.durations.iter().enumerate() {
            durations.render(text, name, &format!("status=\"{}xx\"", class + 1));
        }
    }
}

/// Answers the request, logs it and measures it. The query is left out: it may hold secrets.
pub(super) async fn request(
    State(around): State<Arc<Around>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = RequestId::of(request.headers());
    // Whoever answers sees the same id that the log has.
    request
        .headers_mut()
        .insert(request_id::HEADER, id.to_header());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let answer_header = id.to_header();
    let spans = around.spans.as_ref();
    let span = spans.map(|spans| spans.begin(&mut request, &id));
    let work = async {
        let response = answered(around.longest, next.run(request)).await;
        let took = began.elapsed();
        around.observe(response.status(), took);
        let diagnostic = response.headers().get(diagnostics::HEADER);
        tracing::info!(
            %method,
            path,
            status = response.status().as_u16(),
            micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            diagnostic = diagnostic.and_then(|id| id.to_str().ok()),
            "answered"
        );
        if let Some(span) = span {
            span.end(&response);
        }
        response
    };
    let mut response = request_id::CURRENT.scope(id, work).await;
    response
        .headers_mut()
        .insert(request_id::HEADER, answer_header);
    response
}

async fn answered(longest: Duration, work: impl Future<Output = Response>) -> Response {
    match timeout(longest, without_panic(work)).await {
        Ok(Some(response)) => response,
        Ok(None) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// The future's result, or `None` where it panicked. The panic's own message is on standard error then.
async fn without_panic<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        // After a panic the future is dropped and never polled again, so nothing half-done of it is seen.
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(result)) => Poll::Ready(Some(result)),
            Err(_) => {
                tracing::error!("a handler panicked: its request is answered with 500");
                Poll::Ready(None)
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::time::Duration;

    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    use super::{answered, without_panic};

    #[tokio::test]
    async fn a_request_that_never_ends_is_given_up() {
        let longest = Duration::from_millis(10);
        let quick = answered(longest, ready(StatusCode::CREATED.into_response())).await;
        assert_eq!(quick.status(), StatusCode::CREATED);
        let slow = answered(longest, pending()).await;
        assert_eq!(slow.status(), StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn a_panic_ends_one_future_only() {
        assert_eq!(without_panic(async { 7 }).await, Some(7));
        let panics = async {
            tokio::task::yield_now().await;
            assert!(std::hint::black_box(false), "on purpose");
        };
        assert_eq!(without_panic(panics).await, None);
    }
}
