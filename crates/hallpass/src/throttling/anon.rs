//! Callers whom nobody knows: DRF 3.16's `AnonRateThrottle`.

use std::borrow::Cow;

use super::builder::around_simple;
use super::{SimpleRateThrottle, Throttle, Throttled};
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// Limits anonymous callers, told apart by their address. Whoever is authenticated is not counted.
///
/// ```
/// use hallpass::{AllowAny, AnonRateThrottle, ApiView, Rate};
///
/// let search: ApiView = ApiView::new("Search")
///     .permissions([AllowAny])
///     .throttles([AnonRateThrottle::new().rate(Rate::per_hour(100))])
///     .get(async || "found nothing");
/// ```
#[derive(Clone, Debug)]
pub struct AnonRateThrottle(SimpleRateThrottle);

impl AnonRateThrottle {
    /// With the scope `anon`, at the rate that `default_throttle_rates` has for it; none unless set.
    pub fn new() -> Self {
        Self(SimpleRateThrottle::new("anon"))
    }

    /// Counts under another scope: in DRF, a subclass with another `scope`.
    #[must_use]
    pub fn scope(self, scope: impl Into<Cow<'static, str>>) -> Self {
        Self(self.0.scope(scope))
    }
}

around_simple!(AnonRateThrottle);

impl Throttle for AnonRateThrottle {
    async fn allow_request(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<Throttled, Rejection> {
        if identity.is_some() {
            return Ok(Throttled::Allow);
        }
        self.0.count(request, || self.0.ident(request)).await
    }
}
