//! Throttles with a clock that the client sets, and counts of their own for each nonce in the path.

use std::collections::HashMap;

use hallpass::{
    Ident, Identity, Rate, Rejection, RequestContext, SimpleRateThrottle, Throttle, Throttled,
};

/// How clients without a user are told apart.
#[derive(Clone, Copy)]
enum Proxies {
    /// By the settings' `num_proxies`.
    OfSettings,
    /// By the number in the path.
    InThePath,
}

/// Users, and clients where there is none, within the nonce of the path.
pub(crate) struct OfNonce {
    throttle: SimpleRateThrottle,
    proxies: Proxies,
}

impl OfNonce {
    /// Counts under `scope`, at `rate`.
    pub(crate) fn new(scope: &'static str, rate: Rate) -> Self {
        Self {
            throttle: SimpleRateThrottle::new(scope).rate(rate).clock(clock),
            proxies: Proxies::OfSettings,
        }
    }

    /// The same, behind as many proxies as the path says.
    pub(crate) fn behind_proxies_in_the_path(self) -> Self {
        Self {
            proxies: Proxies::InThePath,
            ..self
        }
    }

    async fn caller(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        parameters: &HashMap<String, String>,
    ) -> Result<Ident, Rejection> {
        let nonce = parameters.get("nonce").map_or("", String::as_str);
        if let Some(identity) = identity {
            return Ok(Ident::User(format!("{nonce}_{}", identity.user().id())));
        }
        let throttle = match self.proxies {
            Proxies::OfSettings => self.throttle.clone(),
            Proxies::InThePath => {
                let number = parameters.get("num_proxies");
                // More proxies than a header has addresses: the first of them, however many more.
                let number = number.map_or(0, |text| text.parse().unwrap_or(u32::MAX));
                self.throttle.clone().num_proxies(number)
            }
        };
        match throttle.ident(request)? {
            Ident::Client(client) => Ok(Ident::Client(format!("{nonce}_{client}"))),
            ident => Ok(ident),
        }
    }
}

impl Throttle for OfNonce {
    async fn allow_request(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<Throttled, Rejection> {
        let parameters = request.path().await?;
        let caller = self.caller(request, identity, &parameters).await?;
        self.throttle.allow(request, caller).await
    }
}

/// The header `X-Test-Clock`, in seconds; the system's clock without it.
fn clock(request: &RequestContext<'_>) -> f64 {
    let header = request.headers().get("x-test-clock");
    header
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .unwrap_or_else(|| {
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0.0, |since| since.as_secs_f64())
        })
}
