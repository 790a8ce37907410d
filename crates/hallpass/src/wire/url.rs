//! URL splitting with the leniency and the refusals of Python 3.11's `urllib.parse.urlsplit`.
//!
//! Redirect safety and the CSRF Origin and Referer checks are decided on these parts, so the split
//! must be Python's and not a browser's or RFC 3986's.

use std::net::Ipv6Addr;

use unicode_normalization::UnicodeNormalization;

/// The five parts of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitUrl {
    /// Lower-cased scheme, empty if there is none.
    pub scheme: String,
    /// What stands between `//` and the path: user, host and port as written.
    pub authority: String,
    /// The path, never with `?` or `#`.
    pub path: String,
    /// What follows `?`.
    pub query: String,
    /// What follows `#`.
    pub fragment: String,
}

impl SplitUrl {
    /// Splits `url`; `None` where Python raises `ValueError`: unbalanced brackets, something other
    /// than an IPv6 or IPvFuture address in brackets, or a host whose NFKC form contains one of
    /// `/ ? # @ :`.
    #[must_use]
    pub fn parse(url: &str) -> Option<SplitUrl> {
        let cleaned: String = url
            .trim_start_matches(|c| c <= ' ')
            .chars()
            .filter(|c| !matches!(c, '\t' | '\r' | '\n'))
            .collect();
        let (scheme, rest) = split_scheme(&cleaned);
        let (authority, rest) = match rest.strip_prefix("//") {
            Some(after) => after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len())),
            None => ("", rest),
        };
        if !brackets_are_valid(authority) || changes_meaning_under_nfkc(authority) {
            return None;
        }
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Some(SplitUrl {
            scheme: scheme.to_ascii_lowercase(),
            authority: authority.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            fragment: fragment.to_owned(),
        })
    }

    /// The URL put together again for a URL with scheme and authority (Python's `geturl`): the
    /// scheme lower-cased, an empty query or fragment dropped, the rest as it was.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{}://{}{}", self.scheme, self.authority, self.path);
        if !self.query.is_empty() {
            text.push('?');
            text.push_str(&self.query);
        }
        if !self.fragment.is_empty() {
            text.push('#');
            text.push_str(&self.fragment);
        }
        text
    }
}

/// A scheme starts with a letter and holds letters, digits, `+`, `-` and `.`.
fn split_scheme(url: &str) -> (&str, &str) {
    match url.split_once(':') {
        Some((scheme, rest))
            if scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) =>
        {
            (scheme, rest)
        }
        _ => ("", url),
    }
}

fn brackets_are_valid(authority: &str) -> bool {
    match (authority.contains('['), authority.contains(']')) {
        (false, false) => true,
        (true, true) => {
            let after = authority.split_once('[').map_or("", |(_, after)| after);
            is_bracketed_host(after.split_once(']').map_or(after, |(host, _)| host))
        }
        _ => false,
    }
}

fn is_bracketed_host(host: &str) -> bool {
    if let Some(future) = host.strip_prefix('v') {
        // "v" + hex digits + "." + at least one character
        return future.split_once('.').is_some_and(|(version, rest)| {
            !version.is_empty()
                && version.bytes().all(|b| b.is_ascii_hexdigit())
                && !rest.is_empty()
        });
    }
    let (address, zone) = match host.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (host, None),
    };
    let zone_is_valid = zone.is_none_or(|zone| !zone.is_empty() && !zone.contains('%'));
    zone_is_valid && address.parse::<Ipv6Addr>().is_ok()
}

/// Whether compatibility normalisation would smuggle a delimiter into the host.
fn changes_meaning_under_nfkc(authority: &str) -> bool {
    if authority.is_ascii() {
        return false;
    }
    let kept: String = authority.chars().filter(|c| !"@:#?".contains(*c)).collect();
    let normalised: String = kept.nfkc().collect();
    normalised != kept && normalised.contains(['/', '?', '#', '@', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_and_joins() {
        let url = SplitUrl::parse(" HTTPS://u@Host:1/p?q#f").unwrap();
        assert_eq!(
            (url.scheme.as_str(), url.authority.as_str()),
            ("https", "u@Host:1")
        );
        assert_eq!(url.to_text(), "https://u@Host:1/p?q#f");
        assert_eq!(SplitUrl::parse("1:b").unwrap().scheme, "");
    }

    #[test]
    fn refuses_what_python_refuses() {
        assert_eq!(SplitUrl::parse("http://[::1"), None);
        assert_eq!(SplitUrl::parse("http://[1.2.3.4]/"), None);
        assert_eq!(SplitUrl::parse("http://evil\u{ff0f}x/"), None);
        assert!(SplitUrl::parse("http://[fe80::1%eth0]/").is_some());
        assert!(SplitUrl::parse("http://[v1.x]/").is_some());
    }
}
