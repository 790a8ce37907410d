//! What Django reads of a request's head: host, scheme, peer.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::header::{CONTENT_LENGTH, HOST};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, Method, Request, Uri};

use super::Forwarded;
use crate::core::Core;
use crate::wire::charset::latin1;
use crate::wire::host::split_domain_port;

/// All of a request but its body, wherever it is kept.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) extensions: &'a Extensions,
}

impl<'a> From<&'a Parts> for Head<'a> {
    fn from(parts: &'a Parts) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            headers: &parts.headers,
            extensions: &parts.extensions,
        }
    }
}

impl<'a, B> From<&'a Request<B>> for Head<'a> {
    fn from(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }
}

/// Headers and query may hold credentials.
impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("method", self.method)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}

/// Django's `HttpRequest.is_secure`: the first comma-separated item of the configured header, compared exactly.
/// Of a request that a proxy asks about, the proxy has said it.
pub(super) fn is_secure(core: &Core, head: Head<'_>) -> bool {
    if let Some(forwarded) = head.extensions.get::<Forwarded>() {
        return forwarded.is_secure;
    }
    let Some((name, secure_value)) = &core.compiled().proxy_ssl_header else {
        return false;
    };
    let Some(value) = head.headers.get(name) else {
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
pub(super) fn host(core: &Core, head: Head<'_>) -> String {
    latin1(&host_bytes(core, head))
}

/// The same as it was sent.
pub(super) fn host_bytes<'a>(core: &Core, head: Head<'a>) -> Cow<'a, [u8]> {
    static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
    let settings = core.settings();
    if settings.use_x_forwarded_host && head.headers.contains_key(&FORWARDED_HOST) {
        return joined(head.headers, &FORWARDED_HOST);
    }
    if let Some(host) = joined_if_any(head.headers, &HOST) {
        return host;
    }
    // HTTP/2 carries the host in the target.
    match head.uri.authority() {
        Some(authority) => Cow::Borrowed(authority.as_str().as_bytes()),
        None => Cow::Borrowed(&[]),
    }
}

/// Django's `get_port`: the proxy's word where it is believed, else the port that the host names, else the
/// scheme's own.
pub(super) fn server_port(core: &Core, head: Head<'_>) -> String {
    static FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
    if core.settings().use_x_forwarded_port && head.headers.contains_key(&FORWARDED_PORT) {
        return latin1(&joined(head.headers, &FORWARDED_PORT));
    }
    if let Some(named) = split_domain_port(&host(core, head)).filter(|named| !named.port.is_empty())
    {
        return named.port;
    }
    if is_secure(core, head) {
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
    joined_if_any(headers, name).unwrap_or_default()
}

/// The same; `None` where there is none.
pub(super) fn joined_if_any<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Option<Cow<'a, [u8]>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    let mut joined = Cow::Borrowed(first.as_bytes());
    for value in values {
        let joined = joined.to_mut();
        joined.push(b',');
        joined.extend_from_slice(value.as_bytes());
    }
    Some(joined)
}
