//! Everybody: DRF 3.16's `UserRateThrottle`.

use std::borrow::Cow;

use super::builder::around_simple;
use super::{Ident, SimpleRateThrottle, Throttle, Throttled};
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// Limits users by their primary key, and anonymous callers by their address.
///
/// ```
/// use hallpass::{ApiView, UserRateThrottle};
///
/// // Two rates at once; `burst` and `sustained` stand under default_throttle_rates.
/// let report: ApiView = ApiView::new("Report")
///     .throttles(["burst", "sustained"].map(|scope| UserRateThrottle::new().scope(scope)))
///     .get(async || "42");
/// ```
#[derive(Clone, Debug)]
pub struct UserRateThrottle(SimpleRateThrottle);

impl UserRateThrottle {
    /// With the scope `user`, at the rate that `default_throttle_rates` has for it; none unless set.
    pub fn new() -> Self {
        Self(SimpleRateThrottle::new("user"))
    }

    /// Counts under another scope: in DRF, a subclass with another `scope`.
    #[must_use]
    pub fn scope(self, scope: impl Into<Cow<'static, str>>) -> Self {
        Self(self.0.scope(scope))
    }
}

around_simple!(UserRateThrottle);

impl Throttle for UserRateThrottle {
    async fn allow_request(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<Throttled, Rejection> {
        let caller = || caller(&self.0, request, identity);
        self.0.count(request, caller).await
    }
}

/// The user, or the client where there is none.
pub(super) fn caller(
    throttle: &SimpleRateThrottle,
    request: &RequestContext<'_>,
    identity: Option<&Identity>,
) -> Result<Ident, Rejection> {
    match identity {
        Some(identity) => Ok(Ident::User(identity.user().id().to_string())),
        None => throttle.ident(request),
    }
}
