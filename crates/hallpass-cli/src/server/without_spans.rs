//! The spans of a build without the feature `opentelemetry`: there are none.

use std::convert::Infallible;

use axum::extract::Request;
use axum::response::Response;

use super::request_id::RequestId;
use crate::failure::Failure;

/// The variables that name a collector.
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

/// Nobody can have them.
#[derive(Debug)]
pub(super) struct Spans(Infallible);

/// Nor one of them.
pub(super) struct RequestSpan(Infallible);

impl Spans {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the other build can find the variables wrong"
    )]
    pub(super) fn start() -> Result<Option<Self>, Failure> {
        let named = ENDPOINTS.into_iter().find(|name| {
            let value = std::env::var_os(name);
            value.is_some_and(|value| !value.is_empty())
        });
        if let Some(variable) = named {
            tracing::warn!(
                variable,
                "this build sends no spans: build it with --features opentelemetry"
            );
        }
        Ok(None)
    }

    pub(super) fn begin(&self, _: &mut Request, _: &RequestId) -> RequestSpan {
        match self.0 {}
    }

    #[expect(
        clippy::unused_async,
        reason = "the other build has something to wait for"
    )]
    pub(super) async fn flush(&self) {
        match self.0 {}
    }
}

impl RequestSpan {
    pub(super) fn end(self, _: &Response) {
        match self.0 {}
    }
}
