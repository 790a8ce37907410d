//! The request that the proxy asks about, put together from what it says of it.
//!
//! Nothing is guessed: a header that is missing, sent twice or not of its form ends the attempt, because whatever came
//! out of it would be another request than the one that the application will see.

use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Uri};

use super::proxy::Proxy;
use super::upgrade::{self, Upgrade};
use crate::wire::host::split_domain_port;
use crate::wire::networks::Networks;
use crate::wire::url_path::{self, Ambiguous};

/// A longer target is not looked at, in bytes.
const LONGEST_TARGET: usize = 16 * 1024;

/// A header in which proxies tell of a request.
struct Named {
    header: HeaderName,
    /// As the proxies' documentation writes it.
    shown: &'static str,
}

impl Named {
    const fn new(header: &'static str, shown: &'static str) -> Self {
        let header = HeaderName::from_static(header);
        Self { header, shown }
    }
}

static ORIGINAL_METHOD: Named = Named::new("x-original-method", "X-Original-Method");
static ORIGINAL_URL: Named = Named::new("x-original-url", "X-Original-URL");
static FORWARDED_FOR: Named = Named::new("x-forwarded-for", "X-Forwarded-For");
static FORWARDED_HOST: Named = Named::new("x-forwarded-host", "X-Forwarded-Host");
static FORWARDED_METHOD: Named = Named::new("x-forwarded-method", "X-Forwarded-Method");
static FORWARDED_PROTO: Named = Named::new("x-forwarded-proto", "X-Forwarded-Proto");
static FORWARDED_URI: Named = Named::new("x-forwarded-uri", "X-Forwarded-Uri");
static ASKED_HOST: Named = Named::new("host", "host");

/// The original request.
#[derive(Debug)]
pub(super) struct Original {
    pub(super) method: Method,
    pub(super) is_secure: bool,
    /// Host and port as the client wrote them.
    pub(super) authority: String,
    /// The host alone, in lower case.
    pub(super) host: String,
    /// Path and query.
    pub(super) target: Uri,
    /// The path as everybody reads it.
    pub(super) path: Result<String, Ambiguous>,
    pub(super) client: IpAddr,
    pub(super) upgrade: Upgrade,
}

/// Why the original request is not known.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unusable {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} was sent more than once")]
    Twice(&'static str),
    #[error("{0} {1}")]
    Garbled(&'static str, &'static str),
}

impl Original {
    /// What `proxy` says. `target` is the rest of the path behind the endpoint's, with the query; only Envoy has one.
    pub(super) fn read(
        proxy: Proxy,
        parts: &Parts,
        target: &str,
        trusted: &Networks,
    ) -> Result<Self, Unusable> {
        let headers = &parts.headers;
        let told = match proxy {
            Proxy::Nginx => of_nginx(headers)?,
            Proxy::Envoy => of_envoy(parts, target)?,
            Proxy::Traefik | Proxy::Caddy | Proxy::Haproxy => of_forwarded_headers(headers)?,
        };
        let host = split_domain_port(told.authority)
            .filter(|parts| !parts.domain.is_empty())
            .ok_or(Unusable::Garbled(told.source, "names no host"))?;
        let target = read_target(told.target, told.source)?;
        Ok(Self {
            method: read_method(told.method)?,
            is_secure: is_secure(told.scheme, told.source)?,
            authority: told.authority.to_owned(),
            host: host.domain,
            path: url_path::read(target.path()),
            target,
            client: client(headers, trusted)?,
            upgrade: upgrade::wanted(headers, told.scheme),
        })
    }

    /// The whole URL.
    pub(super) fn url(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.target)
    }
}

/// The pieces as the proxy wrote them.
struct Told<'a> {
    method: &'a str,
    scheme: &'a str,
    authority: &'a str,
    target: &'a str,
    /// The header that errors name.
    source: &'static str,
}

/// `X-Original-Method`, and `X-Original-URL` as `$scheme://$http_host$request_uri`.
fn of_nginx(headers: &HeaderMap) -> Result<Told<'_>, Unusable> {
    let source = ORIGINAL_URL.shown;
    let url = single(headers, &ORIGINAL_URL)?;
    let (scheme, rest) = url
        .split_once("://")
        .ok_or(Unusable::Garbled(source, "is no URL"))?;
    let slash = rest
        .find('/')
        .ok_or(Unusable::Garbled(source, "has no path"))?;
    let (authority, target) = rest.split_at(slash);
    Ok(Told {
        method: single(headers, &ORIGINAL_METHOD)?,
        scheme,
        authority,
        target,
        source,
    })
}

/// `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri`.
fn of_forwarded_headers(headers: &HeaderMap) -> Result<Told<'_>, Unusable> {
    Ok(Told {
        method: single(headers, &FORWARDED_METHOD)?,
        scheme: single(headers, &FORWARDED_PROTO)?,
        authority: single(headers, &FORWARDED_HOST)?,
        target: single(headers, &FORWARDED_URI)?,
        source: "X-Forwarded-*",
    })
}

/// The request line itself behind `path_prefix`, `Host`, and `X-Forwarded-Proto`.
fn of_envoy<'a>(parts: &'a Parts, target: &'a str) -> Result<Told<'a>, Unusable> {
    Ok(Told {
        method: parts.method.as_str(),
        scheme: single(&parts.headers, &FORWARDED_PROTO)?,
        authority: single(&parts.headers, &ASKED_HOST)?,
        target,
        source: "the request line",
    })
}

/// The one value of a header.
fn single<'a>(headers: &'a HeaderMap, name: &'static Named) -> Result<&'a str, Unusable> {
    let Named { header, shown } = name;
    let mut values = headers.get_all(header).iter();
    let value = values.next().ok_or(Unusable::Missing(shown))?;
    if values.next().is_some() {
        return Err(Unusable::Twice(shown));
    }
    let value = value
        .to_str()
        .map_err(|_| Unusable::Garbled(shown, "is not plain ASCII"))?;
    if value.is_empty() {
        return Err(Unusable::Missing(shown));
    }
    Ok(value)
}

/// In capitals: Django and others read `post` as `POST`, so a rule about methods must not be passed by with it.
fn read_method(method: &str) -> Result<Method, Unusable> {
    const GARBLED: Unusable = Unusable::Garbled("the method", "is not a word in capitals");
    let is_word = |byte: u8| byte.is_ascii_uppercase() || byte == b'-';
    if method.len() > 32 || !method.bytes().all(is_word) {
        return Err(GARBLED);
    }
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| GARBLED)?;
    if matches!(method, Method::CONNECT | Method::TRACE) {
        return Err(Unusable::Garbled("the method", "is none that is passed on"));
    }
    Ok(method)
}

/// Traefik says `ws` and `wss` of WebSockets.
fn is_secure(scheme: &str, source: &'static str) -> Result<bool, Unusable> {
    match scheme {
        "https" | "wss" => Ok(true),
        "http" | "ws" => Ok(false),
        _ => Err(Unusable::Garbled(
            source,
            "has another scheme than http and https",
        )),
    }
}

fn read_target(target: &str, source: &'static str) -> Result<Uri, Unusable> {
    if !target.starts_with('/') {
        return Err(Unusable::Garbled(source, "has no path that starts with /"));
    }
    if target.len() > LONGEST_TARGET {
        return Err(Unusable::Garbled(source, "is longer than 16 KiB"));
    }
    // The parser would cut a fragment off without a word.
    if target.contains('#') || !target.is_ascii() {
        return Err(Unusable::Garbled(
            source,
            "has a # or bytes that are not ASCII",
        ));
    }
    let parsed = http::uri::PathAndQuery::try_from(target)
        .map_err(|_| Unusable::Garbled(source, "is no path with a query"))?;
    Ok(Uri::from(parsed))
}

/// The nearest address in `X-Forwarded-For` that is not a proxy of ours; what stands further left was said by others.
fn client(headers: &HeaderMap, trusted: &Networks) -> Result<IpAddr, Unusable> {
    let name = FORWARDED_FOR.shown;
    let mut nearest = None;
    for value in headers.get_all(&FORWARDED_FOR.header).iter().rev() {
        let value = value
            .to_str()
            .map_err(|_| Unusable::Garbled(name, "is not plain ASCII"))?;
        for hop in value.rsplit(',') {
            let hop: IpAddr = hop
                .trim()
                .parse()
                .map_err(|_| Unusable::Garbled(name, "has something that is no address"))?;
            nearest = Some(hop.to_canonical());
            if !trusted.contains(hop) {
                return Ok(hop.to_canonical());
            }
        }
    }
    nearest.ok_or(Unusable::Missing(name))
}
