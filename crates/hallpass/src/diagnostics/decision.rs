//! What a policy decided about one request, for whoever stands around it.

use std::sync::{Arc, OnceLock};

/// A decision, in the words of the metric `hallpass_requests_total`: from fixed lists, whatever a client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The scheme that recognised or refused the caller; `none` is nobody's, `other` an application's own.
    pub scheme: &'static str,
    /// `admitted`, `refused` or `failed`.
    pub outcome: &'static str,
}

impl Decision {
    pub(crate) fn new(scheme: &'static str, outcome: &'static str) -> Self {
        Self { scheme, outcome }
    }
}

/// Laid into a request's extensions, it hears what the first policy decides about the request: for a layer that
/// measures or traces, and that sees nothing but the answer.
///
/// ```
/// use axum::extract::Request;
/// use axum::middleware::Next;
/// use axum::response::Response;
/// use hallpass::diagnostics::DecisionSlot;
///
/// async fn trace(mut request: Request, next: Next) -> Response {
///     let slot = DecisionSlot::default();
///     request.extensions_mut().insert(slot.clone());
///     let response = next.run(request).await;
///     if let Some(decision) = slot.get() {
///         println!("{} by {}", decision.outcome, decision.scheme);
///     }
///     response
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct DecisionSlot(Arc<OnceLock<Decision>>);

impl DecisionSlot {
    /// The decision, where there was one: no policy stands before a plain view or a path that leads nowhere.
    pub fn get(&self) -> Option<Decision> {
        self.0.get().copied()
    }

    pub(super) fn hear(&self, decision: Decision) {
        // A second policy asks about the same request; the first one has spoken.
        let _ = self.0.set(decision);
    }
}
