//! Who a client is: DRF 3.16's `BaseThrottle.get_ident`.

use http::HeaderName;

use crate::rejection::Rejection;
use crate::request::{RequestContext, from_the_right};
use crate::wire::charset::latin1;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// With `num_proxies`, the address that the outermost of so many proxies saw; without, whatever `X-Forwarded-For`
/// says, as in DRF, so that a client can pass for many.
///
/// # Errors
/// 500 when the address of the connection is asked for and the server does not tell it.
pub(super) fn ident(
    request: &RequestContext<'_>,
    num_proxies: Option<u32>,
) -> Result<String, Rejection> {
    let forwarded = request.header(&FORWARDED_FOR).map(|bytes| latin1(&bytes));
    match (num_proxies, forwarded) {
        (None, Some(forwarded)) if !forwarded.is_empty() => {
            Ok(forwarded.split_whitespace().collect())
        }
        (Some(proxies @ 1..), Some(forwarded)) => {
            Ok(from_the_right(&forwarded, proxies).to_owned())
        }
        _ => peer(request),
    }
}

/// One bucket for all whose address is unknown would let anybody lock out everybody.
fn peer(request: &RequestContext<'_>) -> Result<String, Rejection> {
    // An IPv4 client of a socket that listens on both is the same client.
    let address = request
        .peer()
        .map(|address| address.to_canonical().to_string());
    address.ok_or_else(|| {
        tracing::error!(
            path = request.uri().path(),
            "a throttle cannot tell clients apart: serve the router with \
             into_make_service_with_connect_info::<SocketAddr>(), or set num_proxies behind proxies that always \
             send X-Forwarded-For"
        );
        Rejection::server_error()
    })
}
