//! What Django reads of a request's head: host, scheme, peer.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::header::{CONTENT_LENGTH, HOST};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName};

use super::Forwarded;
use crate::core::Core;
use crate::wire::charset::latin1;
use crate::wire::host::split_domain_port;

/// Django's `HttpRequest.is_secure`: the first comma-separated item of the configured header, compared exactly.
/// Of a request that a proxy asks about, the proxy has said it.
pub(super) fn is_secure(core: &Core, parts: &Parts) -> bool {
    if let Some(forwarded) = parts.extensions.get::<Forwarded>() {
        return forwarded.is_secure;
    }
    let Some((name, secure_value)) = &core.compiled().proxy_ssl_header else {
        return false;
    };
    let Some(value) = parts.headers.get(name) else {
        return false;
    };
    let first = value
        .as_bytes()
        .split(|byte| *byte == b',')
        .next()
        .unwrap_or_default();
    first.trim_ascii() == secure_value.as_bytes()
}

/// Django's `_get_raw_host`.
pub(super) fn host(core: &Core, parts: &Parts) -> String {
    latin1(&host_bytes(core, parts))
}

/// The same as it was sent.
pub(super) fn host_bytes<'a>(core: &Core, parts: &'a Parts) -> Cow<'a, [u8]> {
    static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
    let settings = core.settings();
    if settings.use_x_forwarded_host && parts.headers.contains_key(&FORWARDED_HOST) {
        return joined(&parts.headers, &FORWARDED_HOST);
    }
    if parts.headers.contains_key(HOST) {
        return joined(&parts.headers, &HOST);
    }
    // HTTP/2 carries the host in the target.
    match parts.uri.authority() {
        Some(authority) => Cow::Borrowed(authority.as_str().as_bytes()),
        None => Cow::Borrowed(&[]),
    }
}

/// Django's `get_port`: the proxy's word where it is believed, else the port that the host names, else the
/// scheme's own.
pub(super) fn server_port(core: &Core, parts: &Parts) -> String {
    static FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
    if core.settings().use_x_forwarded_port && parts.headers.contains_key(&FORWARDED_PORT) {
        return latin1(&joined(&parts.headers, &FORWARDED_PORT));
    }
    if let Some(named) =
        split_domain_port(&host(core, parts)).filter(|named| !named.port.is_empty())
    {
        return named.port;
    }
    if is_secure(core, parts) {
        "443".to_owned()
    } else {
        "80".to_owned()
    }
}

/// The announced length, when it is a number.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// The connection's other end.
pub(super) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip())
}

/// A header's bytes; several values are joined with a comma, as WSGI servers do.
pub(super) fn joined<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Cow<'a, [u8]> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else {
        return Cow::Borrowed(&[]);
    };
    let mut joined = Cow::Borrowed(first.as_bytes());
    for value in values {
        let joined = joined.to_mut();
        joined.push(b',');
        joined.extend_from_slice(value.as_bytes());
    }
    joined
}
