//! OpenTelemetry's own variables, which the exporter reads; here is what is decided before it may.

use opentelemetry::Key;
use opentelemetry_sdk::Resource;

use crate::failure::Failure;

const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];
const PROTOCOLS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
];

/// Whether spans are wanted: an endpoint is named and nothing switches them off. The specification's default, a
/// collector on this machine, would have every server ask one that is not there.
pub(super) fn names_a_collector() -> Result<bool, Failure> {
    let is =
        |name: &str, word: &str| variable(name).is_some_and(|it| it.eq_ignore_ascii_case(word));
    if is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
        return Ok(false);
    }
    if !ENDPOINTS.into_iter().any(|name| variable(name).is_some()) {
        return Ok(false);
    }
    for name in PROTOCOLS {
        if let Some(protocol) = variable(name).filter(|protocol| protocol != "http/protobuf") {
            return Err(Failure::refused(format!(
                "{name} is {protocol:?}, but only http/protobuf is spoken here: unset it, and name the collector's \
                 HTTP port (usually 4318) in {}",
                ENDPOINTS[1]
            )));
        }
    }
    Ok(true)
}

/// Who sends: `hallpass`, unless a variable names it.
pub(super) fn resource() -> Resource {
    let told = Resource::builder().build();
    let name = told.get(&Key::from_static_str("service.name"));
    let is_named = name.is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    if is_named {
        return told;
    }
    Resource::builder().with_service_name("hallpass").build()
}

fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}
