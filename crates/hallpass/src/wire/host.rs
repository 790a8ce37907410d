//! The `Host` header and `ALLOWED_HOSTS`, as in Django 5.2's `HttpRequest.get_host`.
//!
//! A host is lower-cased and must be a name of `a-z 0-9 . -` or an IPv6 address in brackets, with
//! an optional port of digits; one trailing dot of the name is dropped. Patterns are `*`, an exact
//! name, or `.name` for the name and everything below it.

/// A host header taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainPort {
    /// Lower-cased name or bracketed address, without the final dot.
    pub domain: String,
    /// The digits after the colon; empty if there is no port.
    pub port: String,
}

/// Splits a host header; `None` if it is not a host (Django's empty pair).
///
/// ```
/// let host = hallpass::wire::host::split_domain_port("Example.com.:8000").unwrap();
/// assert_eq!((host.domain.as_str(), host.port.as_str()), ("example.com", "8000"));
/// assert!(hallpass::wire::host::split_domain_port("user@example.com").is_none());
/// ```
#[must_use]
pub fn split_domain_port(host: &str) -> Option<DomainPort> {
    let host = host.to_ascii_lowercase();
    let end_of_domain = match host.starts_with('[') {
        true => host.find(']')? + 1,
        false => host.find(':').unwrap_or(host.len()),
    };
    let (domain, rest) = host.split_at(end_of_domain);
    if !is_domain(domain) {
        return None;
    }
    let port = match rest.strip_prefix(':') {
        Some(port) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => port,
        None if rest.is_empty() => "",
        _ => return None,
    };
    Some(DomainPort {
        domain: domain.strip_suffix('.').unwrap_or(domain).to_owned(),
        port: port.to_owned(),
    })
}

fn is_domain(domain: &str) -> bool {
    match domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(address) => address.split_once(':').is_some_and(|(head, tail)| {
            let is_hex = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
            head.bytes().all(is_hex)
                && !tail.is_empty()
                && tail.bytes().all(|b| is_hex(b) || b".:".contains(&b))
        }),
        None => {
            !domain.is_empty()
                && domain
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase() || b".-".contains(&b))
        }
    }
}

/// Whether `host` is `pattern`, or below it if the pattern starts with a dot. The pattern's letter
/// case does not matter, the host's does: callers lower-case it first where Django does.
#[must_use]
pub fn is_same_domain(host: &str, pattern: &str) -> bool {
    if pattern.is_empty() {
        return false;
    }
    let pattern = pattern.to_lowercase();
    match pattern.strip_prefix('.') {
        Some(parent) => host == parent || host.ends_with(&pattern),
        None => host == pattern,
    }
}

/// Why a request's host is refused. The text is Django's log line and DEBUG page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// A well-formed host that no pattern allows.
    #[error("Invalid HTTP_HOST header: '{host}'. You may need to add '{domain}' to ALLOWED_HOSTS.")]
    NotAllowed {
        /// The header as received.
        host: String,
        /// Its domain, as it would be written in the setting.
        domain: String,
    },
    /// Not a host at all.
    #[error(
        "Invalid HTTP_HOST header: '{host}'. The domain name provided is not valid according to RFC 1034/1035."
    )]
    Malformed {
        /// The header as received.
        host: String,
    },
}

/// The `ALLOWED_HOSTS` setting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowedHosts {
    patterns: Vec<String>,
    /// Whether one of them is `*`.
    everything: bool,
    /// Those that are names, as they stand in a header.
    names: Vec<String>,
    /// Those for everything below a name, with their dot.
    parents: Vec<String>,
}

impl AllowedHosts {
    /// Takes the setting's patterns. With DEBUG on, an empty list means this machine:
    /// `.localhost`, `127.0.0.1` and `[::1]`.
    #[must_use]
    pub fn new(patterns: Vec<String>, debug: bool) -> AllowedHosts {
        let local = [".localhost", "127.0.0.1", "[::1]"];
        let patterns = match patterns.is_empty() && debug {
            true => local.map(str::to_owned).to_vec(),
            false => patterns,
        };
        let is_name = |pattern: &&String| {
            !pattern.starts_with('.') && !pattern.ends_with('.') && is_domain(pattern)
        };
        let parents = patterns.iter().filter(|pattern| pattern.starts_with('.'));
        AllowedHosts {
            everything: patterns.iter().any(|pattern| pattern == "*"),
            names: patterns.iter().filter(is_name).cloned().collect(),
            parents: parents.map(|parent| parent.to_lowercase()).collect(),
            patterns,
        }
    }

    /// Whether a pattern matches the (lower-cased, portless) domain.
    #[must_use]
    pub fn allows(&self, domain: &str) -> bool {
        let matches = |pattern: &String| pattern == "*" || is_same_domain(domain, pattern);
        !domain.is_empty() && self.patterns.iter().any(matches)
    }

    /// Whether the header is plainly allowed: a name in small letters, perhaps with a port, which is what nearly every
    /// request brings. False says nothing; [`check`](Self::check) decides.
    ///
    /// ```
    /// let allowed = hallpass::wire::host::AllowedHosts::new(vec![".example.com".to_owned()], false);
    /// assert!(allowed.plainly_allows(b"api.example.com:8000"));
    /// assert!(!allowed.plainly_allows(b"API.example.com") && allowed.check("API.example.com").is_ok());
    /// assert!(!allowed.plainly_allows(b"example.org") && allowed.check("example.org").is_err());
    /// ```
    #[must_use]
    pub fn plainly_allows(&self, header: &[u8]) -> bool {
        let colon = header.iter().rposition(|byte| *byte == b':');
        let port = colon.and_then(|colon| header.get(colon + 1..));
        let is_port =
            port.is_some_and(|port| !port.is_empty() && port.iter().all(u8::is_ascii_digit));
        let name = match colon {
            Some(colon) if is_port => header.get(..colon).unwrap_or_default(),
            _ => header,
        };
        if self.names.iter().any(|known| known.as_bytes() == name) {
            return true;
        }
        let is_below = |parent: &String| {
            name.ends_with(parent.as_bytes()) || parent.as_bytes().get(1..) == Some(name)
        };
        (self.everything || self.parents.iter().any(is_below))
            && !name.ends_with(b".")
            && std::str::from_utf8(name).is_ok_and(is_domain)
    }

    /// Checks a host header.
    ///
    /// # Errors
    ///
    /// [`HostError`] if it is malformed or not allowed; Django answers 400.
    pub fn check(&self, host: &str) -> Result<DomainPort, HostError> {
        let Some(parts) = split_domain_port(host).filter(|parts| !parts.domain.is_empty()) else {
            return Err(HostError::Malformed {
                host: host.to_owned(),
            });
        };
        if self.allows(&parts.domain) {
            return Ok(parts);
        }
        Err(HostError::NotAllowed {
            host: host.to_owned(),
            domain: parts.domain,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::AllowedHosts;

    #[test]
    fn what_is_plainly_allowed_is_allowed() {
        let patterns = [
            "*",
            "example.com",
            ".example.com",
            ".",
            "a.",
            "[::1]",
            "10.0.0.1",
            "EXAMPLE.com",
            "",
        ];
        let names = [
            "",
            ".",
            "..",
            "a",
            "a.",
            "example.com",
            "example.com.",
            "api.example.com",
            ".example.com",
            "notexample.com",
            "Example.com",
            "[::1]",
            "[::1",
            "::1]",
            "[::G]",
            "10.0.0.1",
            "a_b",
            "a b",
            "a@b",
            "ä",
            "a:1",
            "-",
            "*",
        ];
        for pattern in patterns {
            let allowed = AllowedHosts::new(vec![pattern.to_owned()], false);
            for name in names {
                for port in ["", ":", ":80", ":x", ":8:9"] {
                    let header = format!("{name}{port}");
                    if allowed.plainly_allows(header.as_bytes()) {
                        assert!(allowed.check(&header).is_ok(), "{pattern} {header}");
                    }
                }
            }
        }
        let everything = AllowedHosts::new(vec!["*".to_owned()], false);
        for header in ["example.com", "10.0.0.1:80", "[::1]:8000"] {
            assert!(everything.plainly_allows(header.as_bytes()), "{header}");
        }
    }
}
