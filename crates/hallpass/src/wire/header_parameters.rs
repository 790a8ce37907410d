//! `value; name=parameter` headers, as Django 5.2's `parse_header_parameters` reads them.
//!
//! Django leaves the work to Python's `email` package, so its leniency is the rule: quotes may
//! hold semicolons, a parameter may lack its value, `name*=charset'language'%XX` and the numbered
//! pieces `name*0`, `name*1` of RFC 2231 are understood.
//!
//! Two deliberate bounds: more than [`MAX_PARAMETERS`] parameters are an error, and so is an RFC
//! 2231 charset other than those of [`Charset`] (Python knows about a hundred).

use super::charset::Charset;
use super::text::{percent_decode, trim};

/// Most parameters read from one header.
pub const MAX_PARAMETERS: usize = 100;

/// A header's main value and parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderParameters {
    /// What precedes the first `;`, lower-cased.
    pub value: String,
    /// Parameters in order of first appearance, names unique and lower-cased.
    pub parameters: Vec<(String, String)>,
}

/// A parameter that cannot be decoded (Python: `ValueError` or `TypeError`), or too many of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a header parameter in RFC 2231 form names an unknown charset or mixes its forms, or there are too many"
)]
pub struct UndecodableParameter;

impl HeaderParameters {
    /// Reads a header.
    ///
    /// # Errors
    ///
    /// [`UndecodableParameter`] for an RFC 2231 parameter in an unknown charset, one given both
    /// with and without numbers, or more than [`MAX_PARAMETERS`] parameters.
    ///
    /// ```
    /// use hallpass::wire::header_parameters::HeaderParameters;
    /// let header = HeaderParameters::parse("Text/HTML; charset=\"utf-8\"").unwrap();
    /// assert_eq!(header.value, "text/html");
    /// assert_eq!(header.get("charset"), Some("utf-8"));
    /// ```
    pub fn parse(header: &str) -> Result<HeaderParameters, UndecodableParameter> {
        if !header.contains(';') {
            return Ok(HeaderParameters {
                value: trim(header).to_lowercase(),
                parameters: Vec::new(),
            });
        }
        let pieces = split_pieces(header);
        if pieces.len() > MAX_PARAMETERS {
            return Err(UndecodableParameter);
        }
        let mut pieces = pieces.into_iter();
        let mut parsed = HeaderParameters {
            value: pieces
                .next()
                .map(|(name, _)| name.to_lowercase())
                .unwrap_or_default(),
            parameters: Vec::new(),
        };
        let mut extended: Vec<Extended> = Vec::new();
        for (name, value) in pieces {
            let value = unquote(value);
            match continuation(&name) {
                Some((base, number)) => extended.push(Extended {
                    name: base.to_owned(),
                    number,
                    text: value,
                    encoded: name.ends_with('*'),
                }),
                None if name.is_empty() => {}
                None => parsed.set(name, value),
            }
        }
        parsed.add_extended(extended)?;
        Ok(parsed)
    }

    /// The parameter called `name` (lower case).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(found, _)| found == name)?;
        Some(&found.1)
    }

    /// A later value replaces an earlier one in its place, as in a Python dict.
    fn set(&mut self, name: String, value: String) {
        match self.parameters.iter_mut().find(|(found, _)| *found == name) {
            Some(parameter) => parameter.1 = value,
            None => self.parameters.push((name, value)),
        }
    }

    /// Joins the RFC 2231 pieces of each name in the order of their numbers.
    fn add_extended(&mut self, mut pieces: Vec<Extended>) -> Result<(), UndecodableParameter> {
        let mut names: Vec<String> = Vec::new();
        for piece in &pieces {
            if !names.contains(&piece.name) {
                names.push(piece.name.clone());
            }
        }
        pieces.sort();
        for name in names {
            let mine = || pieces.iter().filter(|piece| piece.name == name);
            let numbered = mine().filter(|piece| piece.number.is_some()).count();
            if numbered != 0 && numbered != mine().count() {
                return Err(UndecodableParameter);
            }
            let text: String = mine().map(Extended::decoded).collect();
            let value = if mine().any(|piece| piece.encoded) {
                decode_rfc2231(&text)?
            } else {
                text
            };
            self.set(name, value);
        }
        Ok(())
    }
}

/// One RFC 2231 piece. The field order is Python's sort order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Extended {
    number: Option<u64>,
    text: String,
    encoded: bool,
    name: String,
}

impl Extended {
    /// The text with `%XX` turned into the characters of those numbers; bytes until decoded.
    fn decoded(&self) -> String {
        match self.encoded {
            true => percent_decode(&self.text, Charset::Latin1),
            false => self.text.clone(),
        }
    }
}

/// Splits `name*`, `name*0` or `name*0*` into name and number; `None` for an ordinary name.
fn continuation(name: &str) -> Option<(&str, Option<u64>)> {
    let (base, rest) = name.split_once('*')?;
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if base.is_empty() || !base.bytes().all(is_word) {
        return None;
    }
    if rest.is_empty() {
        return Some((base, None));
    }
    let digits = rest.strip_suffix('*').unwrap_or(rest);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((base, Some(digits.parse().unwrap_or(u64::MAX))))
}

/// Decodes `charset'language'text`, where `text` holds one byte per character.
fn decode_rfc2231(text: &str) -> Result<String, UndecodableParameter> {
    let mut parts = text.splitn(3, '\'');
    let (charset, text) = match (parts.next(), parts.next(), parts.next()) {
        (Some(""), Some(_), Some(value)) => return Ok(value.to_owned()),
        (Some(label), Some(_), Some(value)) => (
            Charset::from_label(label).ok_or(UndecodableParameter)?,
            value,
        ),
        _ => (Charset::Ascii, text),
    };
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) => bytes.push(byte),
            // Python's raw-unicode-escape; only reachable for text that is not from a header.
            Err(_) => bytes.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes()),
        }
    }
    Ok(charset.decode(&bytes).into_owned())
}

/// Cuts at semicolons outside quotes into name and value. A name followed by `=` is lower-cased,
/// a bare one is not.
fn split_pieces(header: &str) -> Vec<(String, &str)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut in_quotes = false;
    let mut previous = b';';
    for (index, byte) in header.bytes().enumerate() {
        match byte {
            b'"' if previous != b'\\' => in_quotes = !in_quotes,
            b';' if !in_quotes => {
                pieces.push(name_and_value(header.get(start..index).unwrap_or_default()));
                start = index + 1;
            }
            _ => {}
        }
        previous = byte;
    }
    pieces.push(name_and_value(header.get(start..).unwrap_or_default()));
    pieces
}

fn name_and_value(piece: &str) -> (String, &str) {
    match piece.split_once('=') {
        Some((name, value)) => (trim(name).to_lowercase(), trim(value)),
        None => (trim(piece).to_owned(), ""),
    }
}

/// Takes off double quotes (and their backslashes) or angle brackets.
fn unquote(value: &str) -> String {
    if let Some(quoted) = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        return quoted.replace("\\\\", "\\").replace("\\\"", "\"");
    }
    let bracketed = value
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'));
    bracketed.unwrap_or(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(header: &str) -> String {
        HeaderParameters::parse(header)
            .unwrap()
            .get("c")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn joins_rfc2231_pieces() {
        assert_eq!(parameter("a/b; c*1*=%A9; c*0*=utf-8''%C3"), "é");
        assert_eq!(parameter("a/b; c*=%41%e9"), "A\u{fffd}");
        assert_eq!(parameter("a/b; c*0=x; c=y"), "x");
        assert_eq!(
            HeaderParameters::parse("a/b; c*=nope''x"),
            Err(UndecodableParameter)
        );
        assert_eq!(
            HeaderParameters::parse("a/b; c*=1; c*0=2"),
            Err(UndecodableParameter)
        );
    }

    #[test]
    fn reads_quotes_as_python_does() {
        assert_eq!(parameter("a/b; c=\"x\\\"y;z\""), "x\"y;z");
        assert_eq!(parameter("a/b; c=\"x;y"), "\"x;y");
        assert_eq!(parameter("a/b; c=1; c=2"), "2");
    }
}
