//! Which client a request is of, where clients must not stand in each other's way.
//!
//! Unlike a throttle's [`ident`](crate::throttling) this believes `X-Forwarded-For` only where the settings say so: with
//! `num_proxies` as far as that goes, else from `trusted_proxies`.

use std::net::{IpAddr, SocketAddr};

use http::HeaderName;

use super::RequestContext;
use crate::hashing::Client;
use crate::wire::charset::latin1;
use crate::wire::networks::Networks;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client at the address that a proxy of ours saw, or at the connection's other end.
pub(super) fn of(request: &RequestContext<'_>) -> Client {
    let peer = request.peer();
    let address = forwarded(request, peer).or(peer);
    address.map_or_else(Client::default, Client::at)
}

fn forwarded(request: &RequestContext<'_>, peer: Option<IpAddr>) -> Option<IpAddr> {
    let header = request.header(&FORWARDED_FOR)?;
    let header = latin1(&header);
    let trusted = &request.core().compiled().trusted_proxies;
    match request.core().settings().rest_framework.num_proxies {
        Some(0) => None,
        // A chain that is too short did not come through all of them: whoever wrote it is not to be believed.
        Some(proxies) if header.split(',').count() < proxies as usize => None,
        Some(proxies) => address_of(from_the_right(&header, proxies)),
        None if peer.is_some_and(|peer| trusted.contains(peer)) => nearest(&header, trusted),
        None => None,
    }
}

/// What the outermost of so many proxies saw: DRF 3.16's rule, which takes the first entry where there are fewer.
pub(crate) fn from_the_right(forwarded: &str, proxies: u32) -> &str {
    let addresses: Vec<&str> = forwarded.split(',').collect();
    let steps = usize::try_from(proxies).unwrap_or(usize::MAX);
    let chosen = addresses.len().saturating_sub(steps);
    addresses.get(chosen).map_or("", |address| address.trim())
}

/// An entry; some gateways write the port too.
fn address_of(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    hop.parse().ok().or_else(with_port)
}

/// The nearest address that is not a proxy of ours; what stands further left was said by others.
fn nearest(forwarded: &str, trusted: &Networks) -> Option<IpAddr> {
    let mut nearest = None;
    for hop in forwarded.rsplit(',') {
        let Some(hop) = address_of(hop.trim()) else {
            break;
        };
        nearest = Some(hop);
        if !trusted.contains(hop) {
            break;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_stranger_is_the_client() {
        let trusted = Networks::parse(["10.0.0.0/8"]).unwrap();
        let nearest = |header: &str| nearest(header, &trusted).map(|found| found.to_string());
        for (header, found) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("198.51.100.7, 192.0.2.1, 10.0.0.1", Some("192.0.2.1")),
            ("10.0.0.2, 10.0.0.1", Some("10.0.0.2")),
            ("192.0.2.1, unknown, 10.0.0.1", Some("10.0.0.1")),
            ("192.0.2.1:4711, 10.0.0.1", Some("192.0.2.1")),
            ("[2001:db8::1]:4711", Some("2001:db8::1")),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(nearest(header).as_deref(), found, "{header}");
        }
    }

    #[test]
    fn so_many_proxies_are_counted_from_the_right() {
        assert_eq!(from_the_right("1, 2, 3", 1), "3");
        assert_eq!(from_the_right("1, 2, 3", 2), "2");
        assert_eq!(from_the_right("1", 7), "1");
    }
}
