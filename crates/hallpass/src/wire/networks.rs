//! Addresses and networks, as `trusted_proxies` lists them.

use std::net::IpAddr;

/// A list of addresses (`10.0.0.1`) and networks (`10.0.0.0/8`, `fd00::/8`).
///
/// ```
/// use hallpass::wire::networks::Networks;
///
/// let trusted = Networks::parse(["127.0.0.0/8", "::1"]).unwrap();
/// assert!(trusted.contains("127.0.0.1".parse().unwrap()));
/// assert!(trusted.contains("::ffff:127.0.0.1".parse().unwrap()));
/// assert!(!trusted.contains("192.0.2.1".parse().unwrap()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    networks: Vec<Network>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    length: u8,
}

/// A text that is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an IP address nor a network such as \"10.0.0.0/8\"")]
pub struct NotANetwork(pub String);

impl Networks {
    /// Reads the entries of a setting.
    ///
    /// # Errors
    /// The first entry that is neither an address nor a network.
    pub fn parse<S: AsRef<str>>(entries: impl IntoIterator<Item = S>) -> Result<Self, NotANetwork> {
        let parse = |entry: S| {
            let entry = entry.as_ref();
            Network::parse(entry).ok_or_else(|| NotANetwork(entry.to_owned()))
        };
        let networks = entries.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { networks })
    }

    /// Whether the address is in one of them. An IPv4 address that a dual-stack socket wrote as IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            None => (text, None),
            Some((address, length)) => (address, Some(length)),
        };
        let address = address.parse::<IpAddr>().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            None => bits,
            Some(length) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                length.parse().ok()?
            }
            Some(_) => return None,
        };
        (length <= bits).then_some(Self { address, length })
    }

    fn contains(self, address: IpAddr) -> bool {
        let same_beginning = |one: u128, other: u128, bits: u8| {
            let ignored = u32::from(bits - self.length);
            one.checked_shr(ignored) == other.checked_shr(ignored)
        };
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same_beginning(own.to_bits().into(), other.to_bits().into(), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                same_beginning(own.to_bits(), other.to_bits(), 128)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        let networks = Networks::parse([network]).unwrap();
        networks.contains(address.parse().unwrap())
    }

    #[test]
    fn the_first_bits_decide() {
        assert!(contains("10.0.0.0/8", "10.255.1.2"));
        assert!(!contains("10.0.0.0/8", "11.0.0.0"));
        assert!(contains("192.0.2.128/25", "192.0.2.255"));
        assert!(!contains("192.0.2.128/25", "192.0.2.127"));
        assert!(contains("0.0.0.0/0", "203.0.113.9"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(contains("fd00::/8", "fdff::1"));
        assert!(!contains("fd00::/8", "fe00::1"));
        assert!(contains("::1", "::1"));
    }

    #[test]
    fn the_two_families_are_two_worlds() {
        assert!(!contains("::/0", "192.0.2.1"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("0.0.0.0/0", "::ffff:192.0.2.1"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "localhost",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "::1/129",
            "10.0/8",
        ] {
            assert!(Networks::parse([text]).is_err(), "{text}");
        }
    }
}
