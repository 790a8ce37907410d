//! Parts of an API, each with a rate of its own: DRF 3.16's `ScopedRateThrottle`.

use super::builder::around_simple;
use super::user::caller;
use super::{SimpleRateThrottle, Throttle, Throttled};
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// Limits callers within the view's own scope, `throttle_scope`; views without one are not counted. Callers are told
/// apart as [`UserRateThrottle`](crate::UserRateThrottle) does.
///
/// ```
/// use hallpass::{ApiView, ScopedRateThrottle};
///
/// // `uploads` stands under default_throttle_rates.
/// let upload: ApiView = ApiView::new("Upload")
///     .throttles([ScopedRateThrottle::new()])
///     .throttle_scope("uploads")
///     .post(async || "kept");
/// ```
#[derive(Clone, Debug)]
pub struct ScopedRateThrottle(SimpleRateThrottle);

impl ScopedRateThrottle {
    /// At the rates that `default_throttle_rates` has for the views' scopes.
    pub fn new() -> Self {
        Self(SimpleRateThrottle::new(""))
    }
}

around_simple!(ScopedRateThrottle);

impl Throttle for ScopedRateThrottle {
    async fn allow_request(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<Throttled, Rejection> {
        let Some(scope) = request.throttle_scope() else {
            return Ok(Throttled::Allow);
        };
        let throttle = self.0.clone().scope(scope.to_owned());
        let caller = || caller(&throttle, request, identity);
        throttle.count(request, caller).await
    }
}
