//! The headers that a guard looks at in every request, found in one walk: a look-up for each of them costs more.

use std::borrow::Cow;
use std::fmt;

use http::header::{ACCEPT, AUTHORIZATION, COOKIE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::head::joined;

/// The headers that every request is asked about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct UsualHeaders<'a> {
    pub(crate) accept: Field<'a>,
    pub(crate) authorization: Field<'a>,
    pub(crate) cookie: Field<'a>,
    pub(crate) host: Field<'a>,
}

/// One of them.
#[derive(Clone, Copy, Default)]
pub(crate) enum Field<'a> {
    #[default]
    Absent,
    Once(&'a HeaderValue),
    Repeated,
}

impl<'a> UsualHeaders<'a> {
    pub(crate) fn of(headers: &'a HeaderMap) -> Self {
        let mut usual = Self::default();
        for (name, value) in headers {
            let field = match name {
                name if *name == ACCEPT => &mut usual.accept,
                name if *name == AUTHORIZATION => &mut usual.authorization,
                name if *name == COOKIE => &mut usual.cookie,
                name if *name == HOST => &mut usual.host,
                _ => continue,
            };
            *field = match field {
                Field::Absent => Field::Once(value),
                Field::Once(_) | Field::Repeated => Field::Repeated,
            };
        }
        usual
    }

    /// All cookies: several headers count as one joined with `; `, as RFC 9113 asks of HTTP/2 servers.
    pub(super) fn cookies(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        match self.cookie {
            Field::Absent => None,
            Field::Once(value) => Some(value.clone()),
            Field::Repeated => {
                let all = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
                HeaderValue::from_bytes(&all.collect::<Vec<_>>().join(&b"; "[..])).ok()
            }
        }
    }
}

impl<'a> Field<'a> {
    /// The bytes, as `headers` have them under `name`: several are joined with a comma, as WSGI servers do.
    pub(super) fn joined(self, headers: &'a HeaderMap, name: &HeaderName) -> Cow<'a, [u8]> {
        match self {
            Self::Absent => Cow::Borrowed(&[]),
            Self::Once(value) => Cow::Borrowed(value.as_bytes()),
            Self::Repeated => joined(headers, name),
        }
    }
}

/// What was sent may be a credential.
impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::Once(_) => "Once",
            Self::Repeated => "Repeated",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_walk_finds_what_look_ups_find() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (HOST, "a.example"),
            (ACCEPT, "text/html"),
            (ACCEPT, "*/*"),
            (AUTHORIZATION, "Token 1"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let usual = UsualHeaders::of(&headers);
        assert_eq!(
            format!("{usual:?}"),
            "UsualHeaders { accept: Repeated, authorization: Once, cookie: Absent, host: Once }"
        );
        for (field, name) in [
            (usual.accept, ACCEPT),
            (usual.authorization, AUTHORIZATION),
            (usual.cookie, COOKIE),
            (usual.host, HOST),
        ] {
            assert_eq!(field.joined(&headers, &name), joined(&headers, &name));
        }
    }

    #[test]
    fn several_cookie_headers_are_one() {
        let mut headers = HeaderMap::new();
        assert_eq!(UsualHeaders::of(&headers).cookies(&headers), None);
        headers.append(COOKIE, HeaderValue::from_static("a=1"));
        let one = UsualHeaders::of(&headers).cookies(&headers);
        assert_eq!(one.unwrap(), "a=1");
        headers.append(COOKIE, HeaderValue::from_bytes(b"b=\xe4").unwrap());
        let both = UsualHeaders::of(&headers).cookies(&headers);
        assert_eq!(both.unwrap().as_bytes(), b"a=1; b=\xe4");
    }
}
