//! Why was this refused?
//!
//! DRF tells a client as little as it must, and tells the operator no more. Here every refusal carries a random id in
//! the header `Hallpass-Diagnostic`; its body stays DRF's. The log has the id with the reason, and
//! [`Core::explain`](crate::Core::explain) tells it for the last thousand refusals, which is what `hallpass explain`
//! asks. Neither holds a credential.

mod credential;
mod decision;
mod reason;
mod record;

use axum::response::Response;
use hallpass_formats::random::random_string;
use hallpass_formats::timestamp::Timestamp;
use http::{HeaderName, HeaderValue, Method, StatusCode};

use crate::core::Core;
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

pub use credential::{Expected, Mistake, mistake};
pub use decision::{Decision, DecisionSlot};
pub use reason::{Cause, Reason};
pub use record::Record;

pub(crate) use record::Records;

/// The header that carries a refusal's id.
pub const HEADER: HeaderName = HeaderName::from_static("hallpass-diagnostic");

const ID_ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH: usize = 16;

/// Counts what a policy decided, tells whoever wants to hear it, and adds to a refusal what is odd about the credential that was sent.
pub(crate) fn observe(
    request: &RequestContext<'_>,
    outcome: Result<Option<Identity>, Rejection>,
) -> Result<Option<Identity>, Rejection> {
    let core = request.core();
    let decision = match &outcome {
        Ok(identity) => {
            let scheme = identity.as_ref().map(Identity::authenticated_by);
            core.metrics().admitted(scheme)
        }
        Err(rejection) => core.metrics().refused(rejection),
    };
    if let Some(slot) = request.extensions().get::<DecisionSlot>() {
        slot.hear(decision);
    }
    outcome.map_err(|rejection| {
        if rejection.status() != StatusCode::UNAUTHORIZED {
            return rejection;
        }
        let expected = Expected::of(core.settings());
        match credential::in_headers(request.headers(), &expected) {
            Some(mistake) => rejection.with_hint(&mistake.to_string()),
            None => rejection,
        }
    })
}

/// Gives a refusal its id, logs it and remembers it. Answers that refuse nothing, and those that have an id already,
/// stay as they are.
pub(crate) fn stamp(core: &Core, method: &Method, target: &str, response: &mut Response) {
    let Some(reason) = response
        .extensions()
        .get::<Rejection>()
        .filter(|rejection| rejection.is_refusal())
        .map(Rejection::reason)
    else {
        return;
    };
    if response.headers().contains_key(HEADER) {
        return;
    }
    let record = Record {
        id: random_string(ID_LENGTH, ID_ALPHABET),
        at: Timestamp::now(),
        method: method.to_string(),
        path: target.split('?').next().unwrap_or_default().to_owned(),
        status: response.status().as_u16(),
        cause: reason.cause,
        scheme: reason.scheme,
        detail: reason.detail.into_owned(),
    };
    if let Ok(id) = HeaderValue::from_str(&record.id) {
        response.headers_mut().insert(HEADER, id);
    }
    core.metrics().count_refusal(record.cause);
    log(&record);
    core.records().keep(record);
}

/// Values are fields and not part of the message: paths and details may quote the client.
fn log(record: &Record) {
    let Record {
        id,
        method,
        path,
        status,
        cause,
        scheme,
        detail,
        ..
    } = record;
    let (reason, scheme) = (cause.as_str(), scheme.unwrap_or("-"));
    if *status >= 500 {
        tracing::warn!(
            diagnostic = id,
            status,
            reason,
            scheme,
            detail,
            method,
            path,
            "refused"
        );
    } else {
        tracing::info!(
            diagnostic = id,
            status,
            reason,
            scheme,
            detail,
            method,
            path,
            "refused"
        );
    }
}
