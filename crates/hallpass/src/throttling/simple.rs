//! What all throttles by rate have in common: DRF 3.16's `SimpleRateThrottle`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::clock::{Clock, unix_time};
use super::key::Ident;
use super::{Rate, Throttled, ident};
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// A rate, and how callers are told apart: what a throttle of one's own is built around.
///
/// ```
/// use hallpass::{Ident, Identity, Rejection, RequestContext, SimpleRateThrottle, Throttle, Throttled};
///
/// /// Counts by tenant: `tenant` under `default_throttle_rates` is the rate.
/// struct TenantThrottle(SimpleRateThrottle);
///
/// impl Throttle for TenantThrottle {
///     async fn allow_request(
///         &self,
///         request: &RequestContext<'_>,
///         _: Option<&Identity>,
///     ) -> Result<Throttled, Rejection> {
///         let Some(tenant) = request.headers().get("x-tenant") else {
///             return Ok(Throttled::Allow);
///         };
///         let tenant = String::from_utf8_lossy(tenant.as_bytes());
///         self.0.allow(request, Ident::Client(tenant.into_owned())).await
///     }
/// }
///
/// let throttle = TenantThrottle(SimpleRateThrottle::new("tenant"));
/// # let _ = throttle;
/// ```
#[derive(Clone)]
pub struct SimpleRateThrottle {
    scope: Cow<'static, str>,
    rate: Option<Rate>,
    num_proxies: NumProxies,
    clock: Arc<dyn Clock>,
}

/// How many proxies stand before us, if anybody knows.
#[derive(Clone, Copy, Debug)]
enum NumProxies {
    OfSettings,
    Given(Option<u32>),
}

impl SimpleRateThrottle {
    /// Counts under `scope`, at the rate that `default_throttle_rates` has for it.
    pub fn new(scope: impl Into<Cow<'static, str>>) -> Self {
        Self {
            scope: scope.into(),
            rate: None,
            num_proxies: NumProxies::OfSettings,
            clock: Arc::new(unix_time),
        }
    }

    /// Counts under another scope. Throttles of one scope share what they count.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.scope = scope.into();
        self
    }

    /// This rate instead of the settings' own.
    #[must_use]
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// So many proxies instead of the settings' `num_proxies`.
    #[must_use]
    pub fn num_proxies(mut self, proxies: impl Into<Option<u32>>) -> Self {
        self.num_proxies = NumProxies::Given(proxies.into());
        self
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The client that sent this request: DRF's `get_ident`. `num_proxies` decides: 0 is the connection's other end, a
    /// number so many addresses from the right in `X-Forwarded-For`, none all of that header, so that clients can pass
    /// for each other; set it.
    ///
    /// # Errors
    /// 500 when the address of the connection is asked for and the server does not tell it: one count for all would
    /// let anybody lock out everybody.
    pub fn ident(&self, request: &RequestContext<'_>) -> Result<Ident, Rejection> {
        let proxies = match self.num_proxies {
            NumProxies::Given(proxies) => proxies,
            NumProxies::OfSettings => request.core().settings().rest_framework.num_proxies,
        };
        ident::ident(request, proxies).map(Ident::Client)
    }

    /// Counts a request of `caller` and says whether it may go on: DRF's `allow_request`.
    ///
    /// # Errors
    /// 500 when there is no rate for the scope, 503 when the shared cache cannot answer.
    pub async fn allow(
        &self,
        request: &RequestContext<'_>,
        caller: Ident,
    ) -> Result<Throttled, Rejection> {
        self.count(request, || Ok(caller)).await
    }

    /// As [`allow`](Self::allow); who is calling is asked only where there is a limit, as in DRF.
    pub(super) async fn count(
        &self,
        request: &RequestContext<'_>,
        caller: impl FnOnce() -> Result<Ident, Rejection>,
    ) -> Result<Throttled, Rejection> {
        let Some(rate) = self.current_rate(request)? else {
            return Ok(Throttled::Allow);
        };
        let caller = caller()?;
        let now = self.clock.now(request);
        let storage = request.core().throttles();
        storage.count(&self.scope, &caller, rate, now).await
    }

    /// DRF's `get_rate`; none is no limit.
    fn current_rate(&self, request: &RequestContext<'_>) -> Result<Option<Rate>, Rejection> {
        if let Some(rate) = self.rate {
            return Ok(Some(rate));
        }
        let rates = &request
            .core()
            .settings()
            .rest_framework
            .default_throttle_rates;
        rates.get(&self.scope).ok_or_else(|| {
            tracing::error!(
                scope = &*self.scope,
                "No default throttle rate set for this scope; add it to default_throttle_rates"
            );
            Rejection::server_error()
        })
    }
}

impl fmt::Debug for SimpleRateThrottle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpleRateThrottle")
            .field("scope", &self.scope)
            .field("rate", &self.rate)
            .field("num_proxies", &self.num_proxies)
            .finish_non_exhaustive()
    }
}
