//! Strings, numbers and names: the pieces without nesting.

use super::text::TextBuilder;
use super::{Integer, Json, ParseError, Text};

/// Python 3.11 refuses to convert longer texts to an integer, because that takes quadratic time.
const MAX_INTEGER_DIGITS: usize = 4300;

/// A place in the text, moving forward only.
pub(super) struct Scanner<'a> {
    text: &'a str,
    offset: usize,
    strict: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, strict: bool) -> Scanner<'a> {
        Scanner {
            text,
            offset: 0,
            strict,
        }
    }

    /// The byte here. Every byte that means something in JSON is a character of its own.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    pub(super) fn advance(&mut self) {
        self.offset += 1;
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        if here {
            self.advance();
        }
        here
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.advance();
        }
    }

    /// An error at the present place.
    pub(super) fn error(&self, problem: &'static str) -> ParseError {
        self.error_at(problem, self.offset)
    }

    fn error_at(&self, problem: &'static str, offset: usize) -> ParseError {
        ParseError::syntax(self.text, problem, offset)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    /// A string, number or name. What follows it is the caller's to judge.
    pub(super) fn scalar(&mut self) -> Result<Json, ParseError> {
        const NAMES: [(&str, Json); 3] = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
        ];
        const CONSTANTS: [(&str, f64); 3] = [
            ("NaN", f64::NAN),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ];
        if self.peek() == Some(b'"') {
            return self.string().map(Json::String);
        }
        for (name, value) in NAMES {
            if self.rest().starts_with(name) {
                self.offset += name.len();
                return Ok(value);
            }
        }
        for (name, value) in CONSTANTS {
            if self.rest().starts_with(name) {
                if self.strict {
                    return Err(ParseError::NotCompliant(name));
                }
                self.offset += name.len();
                return Ok(Json::Float(value));
            }
        }
        self.number()
    }

    fn number(&mut self) -> Result<Json, ParseError> {
        let rest = self.rest().as_bytes();
        let digits_from = |start: usize| {
            let tail = rest.get(start..).unwrap_or_default();
            tail.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = match rest.get(sign) {
            Some(b'0') => 1,
            _ => digits_from(sign),
        };
        if digits == 0 {
            return Err(self.error("Expecting value"));
        }
        let mut end = sign + digits;
        let mut is_float = false;
        // A point or exponent without digits behind it does not belong to the number.
        if rest.get(end) == Some(&b'.') {
            let fraction = digits_from(end + 1);
            if fraction > 0 {
                is_float = true;
                end += 1 + fraction;
            }
        }
        if let Some(b'e' | b'E') = rest.get(end) {
            let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits_from(end + 1 + sign);
            if exponent > 0 {
                is_float = true;
                end += 1 + sign + exponent;
            }
        }
        if !is_float && digits > MAX_INTEGER_DIGITS {
            return Err(ParseError::TooManyDigits { digits });
        }
        let text = self.rest().get(..end).unwrap_or_default();
        self.offset += end;
        if is_float {
            return Ok(Json::Float(text.parse().unwrap_or(f64::NAN)));
        }
        Ok(Json::Int(Integer::from_json_text(text)))
    }

    /// A string, from its opening quote to behind its closing one.
    pub(super) fn string(&mut self) -> Result<Text, ParseError> {
        let begin = self.offset;
        let mut text = TextBuilder::default();
        self.advance();
        loop {
            let plain = self.plain_run();
            text.push_str(plain);
            match self.peek() {
                None => return Err(self.error_at("Unterminated string starting at", begin)),
                Some(b'"') => {
                    self.advance();
                    return Ok(text.finish());
                }
                Some(b'\\') => self.escape(begin, &mut text)?,
                Some(_) => return Err(self.error("Invalid control character at")),
            }
        }
    }

    /// Everything up to a quote, a backslash, a control character or the end.
    fn plain_run(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest
            .bytes()
            .position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')
            .unwrap_or(rest.len());
        self.offset += length;
        rest.get(..length).unwrap_or_default()
    }

    fn escape(&mut self, begin: usize, text: &mut TextBuilder) -> Result<(), ParseError> {
        let backslash = self.offset;
        self.advance();
        let symbol = match self.peek() {
            None => return Err(self.error_at("Unterminated string starting at", begin)),
            Some(b'u') => {
                let point = self.code_point()?;
                text.push_code_point(point);
                return Ok(());
            }
            Some(symbol @ (b'"' | b'\\' | b'/')) => symbol,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(_) => return Err(self.error_at("Invalid \\escape", backslash)),
        };
        self.advance();
        text.push_code_point(u32::from(symbol));
        Ok(())
    }

    /// `uXXXX` here, and the low half `\uXXXX` behind it if this is a high surrogate.
    fn code_point(&mut self) -> Result<u32, ParseError> {
        let first = self.four_hex_digits()?;
        if !(0xd800..0xdc00).contains(&first) || !self.rest().starts_with("\\u") {
            return Ok(first);
        }
        let behind_first = self.offset;
        self.advance();
        let second = self.four_hex_digits()?;
        if (0xdc00..0xe000).contains(&second) {
            return Ok(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        }
        // Not its other half: leave it to be read as an escape of its own.
        self.offset = behind_first;
        Ok(first)
    }

    /// `uXXXX`, which must not end the text. Errors point at the `u`.
    fn four_hex_digits(&mut self) -> Result<u32, ParseError> {
        let digits = self.rest().get(1..5).filter(|_| self.rest().len() > 5);
        let value = digits
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.error("Invalid \\uXXXX escape"))?;
        self.offset += 5;
        Ok(value)
    }
}
