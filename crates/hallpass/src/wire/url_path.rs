//! The path of a URL, read only where everybody reads it the same way.
//!
//! Whoever guards a path and whoever serves it must see the same one. They differ over encoded slashes and dots, over
//! empty segments, over `..`, over what follows a semicolon, over backslashes. Such a path is [`Ambiguous`]: no rule
//! about paths can be applied to it. What is left is decoded once, so that `/%61dmin/` is `/admin/`.

use unicode_normalization::UnicodeNormalization;

/// Why a path can be read in more than one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ambiguous {
    /// `//`: one server merges the slashes, another does not.
    #[error("it has an empty segment (//)")]
    EmptySegment,
    /// `.` or `..` as a segment: one server resolves it, another does not.
    #[error("it has a segment . or ..")]
    DotSegment,
    /// `;`: some frameworks cut it off with what follows.
    #[error("it has a semicolon")]
    Semicolon,
    /// `\`, which some systems take for a slash.
    #[error("it has a backslash")]
    Backslash,
    /// A comma before a slash: two headers that a proxy joined look like this.
    #[error("it looks like a list of paths")]
    List,
    /// An encoded character that means something when it is decoded: `/`, `\`, `.`, `%`, `;`, `?`, `#`.
    #[error("it has an encoded / \\ . % ; ? or #")]
    EncodedDelimiter,
    /// A control character, NUL among them, encoded or not.
    #[error("it has a control character")]
    Control,
    /// `%` without two hexadecimal digits.
    #[error("it has a % that encodes nothing")]
    BadEscape,
    /// Its decoded bytes are not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// A character that compatibility normalisation turns into one of the delimiters, such as the full-width slash.
    #[error("it has a look-alike of / \\ . % ; ? or #")]
    LookAlike,
    /// It does not start with a slash.
    #[error("it does not start with /")]
    NotAbsolute,
}

/// What must not come out of decoding.
const DELIMITERS: &[u8] = b"/\\.%;?#";

/// The decoded path.
///
/// ```
/// use hallpass::wire::url_path::{Ambiguous, read};
///
/// assert_eq!(read("/%61dmin/caf%C3%A9"), Ok("/admin/café".to_owned()));
/// assert_eq!(read("/public/..%2Fadmin"), Err(Ambiguous::EncodedDelimiter));
/// assert_eq!(read("/public/../admin"), Err(Ambiguous::DotSegment));
/// ```
///
/// # Errors
/// The first reason for which two programs may read the path differently.
pub fn read(raw: &str) -> Result<String, Ambiguous> {
    if !raw.starts_with('/') {
        return Err(Ambiguous::NotAbsolute);
    }
    if raw.contains(";") {
        return Err(Ambiguous::Semicolon);
    }
    if raw.contains('\\') {
        return Err(Ambiguous::Backslash);
    }
    if raw.contains(",/") {
        return Err(Ambiguous::List);
    }
    if raw.contains("//") {
        return Err(Ambiguous::EmptySegment);
    }
    if raw.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(Ambiguous::DotSegment);
    }
    let path = String::from_utf8(decode(raw)?).map_err(|_| Ambiguous::NotUtf8)?;
    if !path.is_ascii() && path.chars().any(is_look_alike) {
        return Err(Ambiguous::LookAlike);
    }
    Ok(path)
}

fn decode(raw: &str) -> Result<Vec<u8>, Ambiguous> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [first, after @ ..] = rest {
        let byte = match first {
            b'%' => {
                let [high, low, after @ ..] = after else {
                    return Err(Ambiguous::BadEscape);
                };
                rest = after;
                let byte = hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low);
                let byte = byte.ok_or(Ambiguous::BadEscape)?;
                if DELIMITERS.contains(&byte) {
                    return Err(Ambiguous::EncodedDelimiter);
                }
                byte
            }
            byte => {
                rest = after;
                *byte
            }
        };
        if byte.is_ascii_control() {
            return Err(Ambiguous::Control);
        }
        decoded.push(byte);
    }
    Ok(decoded)
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

fn is_look_alike(c: char) -> bool {
    let is_delimiter = |c: char| u8::try_from(c).is_ok_and(|byte| DELIMITERS.contains(&byte));
    c.is_control() || (!c.is_ascii() && std::iter::once(c).nfkc().any(is_delimiter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_are_decoded_once() {
        for (raw, path) in [
            ("/", "/"),
            ("/admin/", "/admin/"),
            ("/%61%64min", "/admin"),
            ("/a%20b+c", "/a b+c"),
            ("/caf%c3%a9", "/café"),
            ("/v1.0/x..y/.well-known", "/v1.0/x..y/.well-known"),
            ("/a,b:c@d", "/a,b:c@d"),
        ] {
            assert_eq!(read(raw).as_deref(), Ok(path), "{raw}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        use Ambiguous::*;
        for (raw, why) in [
            ("", NotAbsolute),
            ("admin", NotAbsolute),
            ("*", NotAbsolute),
            ("//admin", EmptySegment),
            ("/a//b", EmptySegment),
            ("/a/../b", DotSegment),
            ("/a/./b", DotSegment),
            ("/a/..", DotSegment),
            ("/.", DotSegment),
            ("/a;x=1/b", Semicolon),
            ("/..;/b", Semicolon),
            ("/a\\b", Backslash),
            ("/public,/admin", List),
            ("/a%2Fb", EncodedDelimiter),
            ("/a%2fb", EncodedDelimiter),
            ("/a%5cb", EncodedDelimiter),
            ("/%2e%2e/b", EncodedDelimiter),
            ("/.%2e/b", EncodedDelimiter),
            ("/a%3Bb", EncodedDelimiter),
            ("/a%252fb", EncodedDelimiter),
            ("/a%3f/b", EncodedDelimiter),
            ("/a%23b", EncodedDelimiter),
            ("/a%00b", Control),
            ("/a%0d%0ab", Control),
            ("/a\tb", Control),
            ("/a%7f", Control),
            ("/a%", BadEscape),
            ("/a%4", BadEscape),
            ("/a%u002f", BadEscape),
            ("/a%+1", BadEscape),
            ("/a%c0%afb", NotUtf8),
            ("/a%ff", NotUtf8),
            ("/a%EF%BC%8Fb", LookAlike),
            ("/a%EF%BC%8E%EF%BC%8E/b", LookAlike),
            ("/a%C2%85b", LookAlike),
        ] {
            assert_eq!(read(raw), Err(why), "{raw}");
        }
    }
}
