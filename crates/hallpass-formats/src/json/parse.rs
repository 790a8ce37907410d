//! The ways into the parser, and the walk over lists and objects.
//!
//! The walk keeps its own stack instead of calling itself, so the depth of hostile input costs no
//! stack space. It meets errors in the order CPython's C scanner does.

use super::scanner::Scanner;
use super::{Json, Object, ParseError, Text};

/// CPython's default recursion limit.
const MAX_DEPTH: usize = 1000;

/// Parses as Python's `json.loads` does; `NaN` and `Infinity` are numbers.
///
/// # Errors
/// [`ParseError`] with Python's message.
pub fn parse(text: &str) -> Result<Json, ParseError> {
    document(text, false)
}

/// Parses as DRF does with `STRICT_JSON`, its default: `NaN` and `Infinity` are errors.
///
/// # Errors
/// [`ParseError`] with Python's message.
pub fn parse_strict(text: &str) -> Result<Json, ParseError> {
    document(text, true)
}

/// Parses a request body as DRF's `JSONParser` does: UTF-8 with errors in the words of Python's codec,
/// then [`parse_strict`].
///
/// An incomplete character at the very end is dropped: Python's stream reader waits for the rest of it
/// and never complains.
///
/// # Errors
/// [`ParseError`] with Python's message.
///
/// ```
/// use hallpass_formats::json::parse_bytes;
///
/// let error = parse_bytes(b"[\xff]").expect_err("0xff is never UTF-8");
/// assert_eq!(error.to_string(), "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte");
/// ```
pub fn parse_bytes(body: &[u8]) -> Result<Json, ParseError> {
    let error = match std::str::from_utf8(body) {
        Ok(text) => return parse_strict(text),
        Err(error) => error,
    };
    let (valid, rest) = body
        .split_at_checked(error.valid_up_to())
        .unwrap_or((body, &[]));
    // To Python, ED followed by A0 to BF may be the start of a surrogate, hence incomplete too.
    let cut_surrogate = matches!(rest, [0xed, 0xa0..=0xbf]);
    match error.error_len() {
        Some(length) if !cut_surrogate => Err(not_utf8(rest, error.valid_up_to(), length)),
        _ => parse_strict(std::str::from_utf8(valid).unwrap_or_default()),
    }
}

fn not_utf8(rest: &[u8], start: usize, length: usize) -> ParseError {
    let first = rest.first().copied().unwrap_or_default();
    let what = if length == 1 {
        format!("byte 0x{first:02x} in position {start}")
    } else {
        format!("bytes in position {start}-{}", start + length - 1)
    };
    let starts_a_character = (0xc2..=0xf4).contains(&first);
    let reason = if starts_a_character {
        "invalid continuation byte"
    } else {
        "invalid start byte"
    };
    ParseError::NotUtf8 { what, reason }
}

/// A list or object whose end is not yet reached.
enum Open {
    List(Vec<Json>),
    /// The entries so far, and the key whose value comes next.
    Object(Object, Text),
}

fn document(text: &str, strict: bool) -> Result<Json, ParseError> {
    if text.starts_with('\u{feff}') {
        return Err(ParseError::syntax(
            text,
            "Unexpected UTF-8 BOM (decode using utf-8-sig)",
            0,
        ));
    }
    let mut scanner = Scanner::new(text, strict);
    scanner.skip_space();
    let value = value(&mut scanner)?;
    scanner.skip_space();
    if scanner.peek().is_some() {
        return Err(scanner.error("Extra data"));
    }
    Ok(value)
}

fn value(scanner: &mut Scanner<'_>) -> Result<Json, ParseError> {
    let mut stack: Vec<Open> = Vec::new();
    loop {
        let mut finished = match scanner.peek() {
            Some(b'[' | b'{') if stack.len() >= MAX_DEPTH => return Err(ParseError::TooDeep),
            Some(b'[') => {
                scanner.advance();
                scanner.skip_space();
                if !scanner.take(b']') {
                    stack.push(Open::List(Vec::new()));
                    continue;
                }
                Json::List(Vec::new())
            }
            Some(b'{') => {
                scanner.advance();
                scanner.skip_space();
                if !scanner.take(b'}') {
                    let key = key(scanner)?;
                    stack.push(Open::Object(Object::new(), key));
                    continue;
                }
                Json::Object(Object::new())
            }
            _ => scanner.scalar()?,
        };
        // Hand the finished value to what is around it, closing as many levels as end here.
        loop {
            match stack.pop() {
                None => return Ok(finished),
                Some(Open::List(mut items)) => {
                    items.push(finished);
                    if more(scanner, b']')? {
                        stack.push(Open::List(items));
                        break;
                    }
                    finished = Json::List(items);
                }
                Some(Open::Object(mut object, name)) => {
                    object.insert(name, finished);
                    if more(scanner, b'}')? {
                        let next = key(scanner)?;
                        stack.push(Open::Object(object, next));
                        break;
                    }
                    finished = Json::Object(object);
                }
            }
        }
    }
}

/// A key and its colon, up to the first character of the value.
fn key(scanner: &mut Scanner<'_>) -> Result<Text, ParseError> {
    if scanner.peek() != Some(b'"') {
        return Err(scanner.error("Expecting property name enclosed in double quotes"));
    }
    let key = scanner.string()?;
    scanner.skip_space();
    if !scanner.take(b':') {
        return Err(scanner.error("Expecting ':' delimiter"));
    }
    scanner.skip_space();
    Ok(key)
}

/// Behind a value: true if a comma announces another, false if the list or object ends.
fn more(scanner: &mut Scanner<'_>, end: u8) -> Result<bool, ParseError> {
    scanner.skip_space();
    if scanner.take(end) {
        return Ok(false);
    }
    if !scanner.take(b',') {
        return Err(scanner.error("Expecting ',' delimiter"));
    }
    scanner.skip_space();
    Ok(true)
}
