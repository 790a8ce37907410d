//! Throttles: is this caller asking too often?
//!
//! DRF 3.16 evaluates every throttle of a view after its permissions, also after one has refused, and reports the
//! longest known wait. Its throttles count by rate: [`AnonRateThrottle`], [`UserRateThrottle`] and
//! [`ScopedRateThrottle`], with [`SimpleRateThrottle`] for an application's own.
//!
//! Histories are kept in this process or, with a Redis as `[caches.default]`, for all processes together; there no two
//! of them let through more than the rate, which DRF's own may.

mod anon;
mod builder;
mod clock;
mod history;
mod ident;
mod key;
mod memory;
mod rate;
mod scoped;
mod shared;
mod simple;
mod storage;
mod user;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::future::BoxFuture;
use crate::identity::Identity;
use crate::permissions::short_name;
use crate::rejection::Rejection;
use crate::request::RequestContext;

pub use anon::AnonRateThrottle;
pub use clock::Clock;
pub use key::Ident;
pub use rate::{InvalidRate, Rate};
pub use scoped::ScopedRateThrottle;
pub use simple::SimpleRateThrottle;
pub use user::UserRateThrottle;

pub(crate) use storage::Storage;

/// What a throttle says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Throttled {
    /// Go on.
    Allow,
    /// Too often; the wait in seconds, when it is known.
    Refuse(Option<f64>),
}

/// One throttle: DRF's `BaseThrottle`.
pub trait Throttle: Send + Sync + 'static {
    /// Counts the request and says whether it may go on.
    ///
    /// # Errors
    /// A [`Rejection`] to answer with instead, such as a fault of a shared counter.
    fn allow_request(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> impl Future<Output = Result<Throttled, Rejection>> + Send;
}

/// A throttle behind a pointer, so that a list may hold different ones.
#[derive(Clone)]
pub struct Limit(Arc<dyn ErasedThrottle>);

impl Limit {
    /// Wraps a throttle.
    pub fn new(throttle: impl Throttle) -> Self {
        Self(Arc::new(throttle))
    }
}

impl<T: Throttle> From<T> for Limit {
    fn from(throttle: T) -> Self {
        Self::new(throttle)
    }
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.type_name())
    }
}

/// The object-safe twin of [`Throttle`].
trait ErasedThrottle: Send + Sync {
    fn allow_request<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
    ) -> BoxFuture<'a, Result<Throttled, Rejection>>;
    fn type_name(&self) -> &'static str;
}

impl<T: Throttle> ErasedThrottle for T {
    fn allow_request<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
    ) -> BoxFuture<'a, Result<Throttled, Rejection>> {
        Box::pin(Throttle::allow_request(self, request, identity))
    }

    fn type_name(&self) -> &'static str {
        short_name(std::any::type_name::<T>())
    }
}

/// Asks every throttle and refuses if one of them did.
pub(crate) async fn check(
    limits: &[Limit],
    request: &RequestContext<'_>,
    identity: Option<&Identity>,
) -> Result<(), Rejection> {
    let mut refused = false;
    let mut longest: Option<f64> = None;
    for limit in limits {
        if let Throttled::Refuse(wait) = limit.0.allow_request(request, identity).await? {
            refused = true;
            longest = match (longest, wait) {
                (Some(known), Some(wait)) => Some(known.max(wait)),
                (known, wait) => known.or(wait),
            };
        }
    }
    if refused {
        Err(Rejection::throttled(longest))
    } else {
        Ok(())
    }
}
