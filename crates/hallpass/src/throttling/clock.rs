//! What time it is: DRF's `SimpleRateThrottle.timer`.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::request::RequestContext;

/// Tells a throttle the time, in seconds. Any function of the request is one.
///
/// ```
/// use hallpass::{RequestContext, UserRateThrottle};
///
/// // For a test: the client says what time it is.
/// let throttle = UserRateThrottle::new().clock(|request: &RequestContext<'_>| {
///     let header = request.headers().get("x-test-clock");
///     header.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0.0)
/// });
/// # let _ = throttle;
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time of this request, in seconds since whenever.
    fn now(&self, request: &RequestContext<'_>) -> f64;
}

impl<F: Fn(&RequestContext<'_>) -> f64 + Send + Sync + 'static> Clock for F {
    fn now(&self, request: &RequestContext<'_>) -> f64 {
        self(request)
    }
}

/// Python's `time.time`.
pub(super) fn unix_time(_: &RequestContext<'_>) -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}
