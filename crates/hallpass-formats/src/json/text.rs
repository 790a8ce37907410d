//! Text that may hold lone surrogates, as Python's `str` may.

use std::fmt;

/// A JSON string. Almost always plain UTF-8; an escape such as `\ud800` without its partner makes it
/// the superset WTF-8, which no `str` can hold.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Utf8(String),
    /// Holds at least one lone surrogate, written as three bytes.
    Wtf8(Vec<u8>),
}

impl Text {
    /// The text, or nothing if it holds a lone surrogate.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::Utf8(text) => Some(text),
            Repr::Wtf8(_) => None,
        }
    }

    /// The first surrogate without a partner; DRF names it in its error.
    pub fn first_lone_surrogate(&self) -> Option<u16> {
        self.code_points()
            .find(|point| (0xd800..0xe000).contains(point))
            .and_then(|point| u16::try_from(point).ok())
    }

    /// Length as Python counts it: in code points.
    pub fn len_chars(&self) -> usize {
        self.code_points().count()
    }

    /// UTF-8 in which a surrogate without a partner may stand as three bytes: Python's `surrogatepass`.
    pub(crate) fn as_wtf8(&self) -> &[u8] {
        match &self.0 {
            Repr::Utf8(text) => text.as_bytes(),
            Repr::Wtf8(bytes) => bytes,
        }
    }

    /// The text of such bytes; nothing if they are none.
    pub(crate) fn from_wtf8(bytes: &[u8]) -> Option<Text> {
        let mut text = TextBuilder::default();
        let mut rest = bytes;
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    text.push_str(valid);
                    return Some(text.finish());
                }
                Err(error) => {
                    let (valid, invalid) = rest.split_at_checked(error.valid_up_to())?;
                    text.push_str(std::str::from_utf8(valid).ok()?);
                    let ([0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf], after) =
                        invalid.split_first_chunk()?
                    else {
                        return None;
                    };
                    let low_six_bits = |byte: &u8| u32::from(byte & 0x3f);
                    text.push_code_point(0xd000 | low_six_bits(second) << 6 | low_six_bits(third));
                    rest = after;
                }
            }
        }
    }

    /// The code points, surrogates included.
    pub(super) fn code_points(&self) -> impl Iterator<Item = u32> {
        let (utf8, wtf8) = match &self.0 {
            Repr::Utf8(text) => (text.as_str(), &[][..]),
            Repr::Wtf8(bytes) => ("", bytes.as_slice()),
        };
        utf8.chars().map(u32::from).chain(Wtf8CodePoints(wtf8))
    }
}

/// Reads bytes that [`TextBuilder`] wrote.
struct Wtf8CodePoints<'a>(&'a [u8]);

impl Iterator for Wtf8CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first()?;
        let (mut point, following) = match first {
            0x00..=0x7f => (u32::from(*first), 0),
            0x80..=0xdf => (u32::from(first & 0x1f), 1),
            0xe0..=0xef => (u32::from(first & 0x0f), 2),
            0xf0..=0xff => (u32::from(first & 0x07), 3),
        };
        let (tail, rest) = rest.split_at_checked(following)?;
        for byte in tail {
            point = point << 6 | u32::from(byte & 0x3f);
        }
        self.0 = rest;
        Some(point)
    }
}

/// Collects a string piece by piece. The caller joins surrogate pairs.
#[derive(Default)]
pub(super) struct TextBuilder {
    bytes: Vec<u8>,
    has_surrogate: bool,
}

impl TextBuilder {
    pub(super) fn push_str(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Adds a code point of at most U+10FFFF.
    pub(super) fn push_code_point(&mut self, point: u32) {
        match char::from_u32(point) {
            Some(symbol) => self.push_str(symbol.encode_utf8(&mut [0; 4])),
            None => {
                self.has_surrogate = true;
                let low_six_bits =
                    |value: u32| 0x80 | u8::try_from(value & 0x3f).unwrap_or_default();
                // Surrogates take the three-byte layout, whose first byte is always ED.
                self.bytes
                    .extend([0xed, low_six_bits(point >> 6), low_six_bits(point)]);
            }
        }
    }

    pub(super) fn finish(self) -> Text {
        if self.has_surrogate {
            return Text(Repr::Wtf8(self.bytes));
        }
        match String::from_utf8(self.bytes) {
            Ok(text) => Text(Repr::Utf8(text)),
            Err(error) => Text(Repr::Wtf8(error.into_bytes())),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(Repr::Utf8(text.to_owned()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(Repr::Utf8(text))
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Utf8(text) => fmt::Debug::fmt(text, formatter),
            Repr::Wtf8(_) => {
                let mut quoted = String::new();
                super::write::ascii_string(self, &mut quoted);
                formatter.write_str(&quoted)
            }
        }
    }
}
