//! A span for each request, sent to an OpenTelemetry collector over HTTP (OTLP, protobuf).
//!
//! What a span says is what the log says: method, path without its query, status, who recognised the caller and what
//! was decided. No header of the client is in it but the trace that `traceparent` continues.

mod client;
mod environment;

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::response::Response;
use hallpass::diagnostics::{self, DecisionSlot};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span, SpanBuilder, SpanKind, Status, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::request_id::RequestId;
use crate::failure::Failure;

use client::Client;

/// How long the last spans may take when the server ends.
const LAST: Duration = Duration::from_secs(3);
/// The longest path that is sent, in bytes; the log has it whole.
const LONGEST_PATH: usize = 512;

/// Where spans go.
#[derive(Debug)]
pub(super) struct Spans {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    propagator: TraceContextPropagator,
}

impl Spans {
    /// `None` where the environment names no collector.
    ///
    /// # Errors
    /// A variable that cannot be followed.
    pub(super) fn start() -> Result<Option<Self>, Failure> {
        if !environment::names_a_collector()? {
            return Ok(None);
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new(Handle::current()))
            .build()
            .map_err(|error| Failure::refused(format!("OpenTelemetry: {error}")))?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(environment::resource())
            .build();
        tracing::info!("a span is sent for each request");
        Ok(Some(Self {
            tracer: provider.tracer("hallpass"),
            propagator: TraceContextPropagator::new(),
            provider,
        }))
    }

    /// A span that continues the client's trace, if it names one. It ends by itself when the client goes away.
    pub(super) fn begin(&self, request: &mut Request, id: &RequestId) -> RequestSpan {
        let parent = self
            .propagator
            .extract_with_context(&Context::new(), &HeaderExtractor(request.headers()));
        let decision = DecisionSlot::default();
        request.extensions_mut().insert(decision.clone());
        let method = known_method(request.method());
        let route = request.extensions().get::<MatchedPath>();
        let name = match route {
            Some(route) => format!("{method} {}", route.as_str()),
            None => method.to_owned(),
        };
        let mut attributes = vec![
            KeyValue::new("http.request.method", method),
            KeyValue::new("url.path", shortened(request.uri().path())),
            KeyValue::new("hallpass.request_id", id.as_str().to_owned()),
        ];
        if let Some(route) = route {
            attributes.push(KeyValue::new("http.route", route.as_str().to_owned()));
        }
        let builder = SpanBuilder::from_name(name)
            .with_kind(SpanKind::Server)
            .with_attributes(attributes);
        RequestSpan {
            span: self.tracer.build_with_context(builder, &parent),
            decision,
        }
    }

    /// Sends what is not sent yet, in bounded time.
    pub(super) async fn flush(&self) {
        let provider = self.provider.clone();
        let sent = spawn_blocking(move || provider.shutdown_with_timeout(LAST)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be sent");
        }
    }
}

/// The span of a request that is being answered.
pub(super) struct RequestSpan {
    span: opentelemetry_sdk::trace::Span,
    decision: DecisionSlot,
}

impl RequestSpan {
    /// With what came of it.
    pub(super) fn end(mut self, response: &Response) {
        let status = response.status();
        let code = i64::from(status.as_u16());
        self.span
            .set_attribute(KeyValue::new("http.response.status_code", code));
        if let Some(decision) = self.decision.get() {
            self.span
                .set_attribute(KeyValue::new("hallpass.scheme", decision.scheme));
            self.span
                .set_attribute(KeyValue::new("hallpass.outcome", decision.outcome));
        }
        let diagnostic = response.headers().get(diagnostics::HEADER);
        if let Some(id) = diagnostic.and_then(|id| id.to_str().ok()) {
            self.span
                .set_attribute(KeyValue::new("hallpass.diagnostic", id.to_owned()));
        }
        if status.is_server_error() {
            self.span
                .set_attribute(KeyValue::new("error.type", status.as_str().to_owned()));
            self.span.set_status(Status::error(""));
        }
        self.span.end();
    }
}

/// Methods come from a list, so that no client can make up names of spans.
fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
    ];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("_OTHER")
}

fn shortened(path: &str) -> String {
    let end = (0..=LONGEST_PATH.min(path.len()))
        .rev()
        .find(|end| path.is_char_boundary(*end));
    path.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()
}
