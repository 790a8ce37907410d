//! The `Cookie` request header as Django 5.2's `parse_cookie` reads it.
//!
//! Chunks end at `;`, even inside quotes. A chunk without `=` is a value with an empty name, a
//! chunk with neither name nor value is nothing, and of equal names the last counts. A value in
//! double quotes is unquoted as Python's `http.cookies` does.
//!
//! Nothing is indexed up front: a request usually asks for two names, which one walk finds, from the end.

use std::borrow::Cow;
use std::fmt;

use super::text::trim;

/// The cookies of one request.
#[derive(Clone, Default)]
pub struct Cookies<'a> {
    text: Cow<'a, str>,
}

impl<'a> Cookies<'a> {
    /// Takes the values of all `Cookie` headers; bytes that are not UTF-8 become U+FFFD.
    ///
    /// Several headers count as one joined with `; `, as RFC 9113 asks of HTTP/2 servers. (A WSGI
    /// server joins them with a comma, which makes the second header part of a value.)
    ///
    /// ```
    /// use hallpass::wire::cookies::Cookies;
    /// let cookies = Cookies::parse([b"a=1; b=\"x\\073y\"".as_slice(), b"a=2"]);
    /// assert_eq!(cookies.find("a").as_deref(), Some("2"));
    /// assert_eq!(cookies.find("b").as_deref(), Some("x;y"));
    /// assert_eq!(cookies.find("c"), None);
    /// ```
    pub fn parse(headers: impl IntoIterator<Item = &'a [u8]>) -> Cookies<'a> {
        let mut text = Cow::Borrowed("");
        for header in headers {
            // The check alone is much faster than the one that mends.
            let header = match str::from_utf8(header) {
                Ok(header) => Cow::Borrowed(header),
                Err(_) => String::from_utf8_lossy(header),
            };
            if text.is_empty() {
                text = header;
                continue;
            }
            let text = text.to_mut();
            text.push_str("; ");
            text.push_str(&header);
        }
        Cookies { text }
    }

    /// The value of the last cookie called `name` (letter case matters).
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Cow<'_, str>> {
        let [found] = self.find_each([name]);
        found
    }

    /// [`find`](Self::find) for several names, in one walk.
    #[must_use]
    pub fn find_each<const N: usize>(&self, names: [&str; N]) -> [Option<Cow<'_, str>>; N] {
        let mut found = [const { None }; N];
        let mut rest = Some(&*self.text);
        while let Some(text) = rest {
            let end = memchr::memrchr(b';', text.as_bytes());
            let (before, chunk) = match end.and_then(|end| text.split_at_checked(end)) {
                Some((before, chunk)) => (Some(before), chunk.get(1..).unwrap_or_default()),
                None => (None, text),
            };
            rest = before;
            let Some((name, value)) = name_and_value(chunk) else {
                continue;
            };
            for (wanted, place) in names.iter().zip(&mut found) {
                if *wanted == name && place.is_none() {
                    *place = Some(unquote(value));
                }
            }
            if found.iter().all(Option::is_some) {
                break;
            }
        }
        found
    }

    /// All cookies in the order sent, duplicates included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.text
            .split(';')
            .filter_map(name_and_value)
            .map(|(name, value)| (name, unquote(value)))
    }
}

/// Cookie values are credentials: only the names are shown.
impl fmt::Debug for Cookies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

fn name_and_value(chunk: &str) -> Option<(&str, &str)> {
    let equals = memchr::memchr(b'=', chunk.as_bytes());
    let (name, value) = match equals.and_then(|equals| chunk.split_at_checked(equals)) {
        Some((name, value)) => (name, value.get(1..).unwrap_or_default()),
        None => ("", chunk),
    };
    let (name, value) = (trim(name), trim(value));
    (!name.is_empty() || !value.is_empty()).then_some((name, value))
}

/// Takes off surrounding double quotes and resolves `\ooo` (octal, up to `\377`) and `\c`.
fn unquote(value: &str) -> Cow<'_, str> {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner else {
        return Cow::Borrowed(value);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut plain = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        if let Some(code) = octal(after) {
            plain.push(char::from(code));
            rest = after.get(3..).unwrap_or_default();
            continue;
        }
        match after.chars().next() {
            // Python's pattern does not let the backslash escape a line feed.
            Some(c) if c != '\n' => {
                plain.push(c);
                rest = after.get(c.len_utf8()..).unwrap_or_default();
            }
            _ => {
                plain.push('\\');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The byte written as three octal digits at the start of `text`.
fn octal(text: &str) -> Option<u8> {
    let [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] = text.as_bytes() else {
        return None;
    };
    Some((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_names_only() {
        let cookies = Cookies::parse([b"sessionid=abcdef; x=1".as_slice()]);
        assert_eq!(format!("{cookies:?}"), r#"["sessionid", "x"]"#);
    }

    #[test]
    fn unquotes_odd_endings() {
        assert_eq!(unquote("\""), "\"");
        assert_eq!(unquote("\"\\\""), "\\");
        assert_eq!(unquote("\"\\40\""), "40");
        assert_eq!(unquote("\"\\é\\400\\\\\""), "é400\\");
    }
}
