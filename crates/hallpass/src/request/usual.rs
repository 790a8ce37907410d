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
}

impl<'a> Field<'a> {
    pub(crate) fn is_absent(self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value; `None` where there is none.
    pub(super) fn value(self, headers: &HeaderMap, name: &HeaderName) -> Option<HeaderValue> {
        match self {
            Self::Absent => None,
            Self::Once(value) => Some(value.clone()),
            Self::Repeated => HeaderValue::from_bytes(&joined(headers, name)).ok(),
        }
    }

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
}
