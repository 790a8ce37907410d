//! What Python's `repr` says of a value, read back without running anything.
//!
//! Settings are texts, numbers, lists and dictionaries almost always, and their `repr` is a literal. Paths and the named
//! collections are understood as well; of everything else (functions, objects, lambdas) only the kind is kept, never
//! its text, which may hold a password.

/// Nesting that no settings file has, against input made to exhaust the stack.
const DEEPEST: usize = 64;

/// A value of Python.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    None,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// Lists, tuples and sets.
    List(Vec<Literal>),
    Dict(Vec<(Literal, Literal)>),
    /// What is none of these, in a word or two.
    Other(String),
}

impl Literal {
    /// Reads a whole `repr`; what cannot be read is an [`Other`](Self::Other).
    pub(super) fn read(repr: &str) -> Self {
        let mut reader = Reader { rest: repr.trim() };
        match reader.value(0) {
            Some(value) if reader.rest.trim().is_empty() => value,
            _ => Self::Other("a value that cannot be read".to_owned()),
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value under a key of a dictionary.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Dict(entries) = self else {
            return None;
        };
        let found = entries.iter().find(|(name, _)| name.as_text() == Some(key));
        found.map(|(_, value)| value)
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Literal> {
        if depth > DEEPEST {
            return None;
        }
        self.skip_space();
        match self.rest.chars().next()? {
            '\'' | '"' => self.text().map(Literal::Text),
            '[' => self.items('[', ']', depth).map(Literal::List),
            '(' => self.items('(', ')', depth).map(Literal::List),
            '{' => self.braces(depth),
            '<' => self.object(),
            '-' | '0'..='9' => self.number(),
            _ => self.word(depth),
        }
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes the character if it is the next one.
    fn takes(&mut self, symbol: char) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(symbol);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn items(&mut self, open: char, close: char, depth: usize) -> Option<Vec<Literal>> {
        let mut items = Vec::new();
        self.takes(open).then_some(())?;
        while !self.takes(close) {
            items.push(self.value(depth + 1)?);
            if !self.takes(',') {
                return self.takes(close).then_some(items);
            }
        }
        Some(items)
    }

    /// A dictionary or a set.
    fn braces(&mut self, depth: usize) -> Option<Literal> {
        let (mut entries, mut members) = (Vec::new(), Vec::new());
        self.takes('{').then_some(())?;
        while !self.takes('}') {
            let first = self.value(depth + 1)?;
            if self.takes(':') {
                entries.push((first, self.value(depth + 1)?));
            } else {
                members.push(first);
            }
            if !self.takes(',') {
                self.takes('}').then_some(())?;
                break;
            }
        }
        match (entries.is_empty(), members.is_empty()) {
            (_, true) => Some(Literal::Dict(entries)),
            (true, false) => Some(Literal::List(members)),
            (false, false) => None,
        }
    }

    /// A text between its quotes, with Python's escapes.
    fn text(&mut self) -> Option<String> {
        let mut symbols = self.rest.chars();
        let quote = symbols.next()?;
        let mut text = String::new();
        loop {
            match symbols.next()? {
                '\\' => text.push(match symbols.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' => code_point(&mut symbols, 2)?,
                    'u' => code_point(&mut symbols, 4)?,
                    'U' => code_point(&mut symbols, 8)?,
                    escaped @ ('\\' | '\'' | '"') => escaped,
                    _ => return None,
                }),
                symbol if symbol == quote => break,
                symbol => text.push(symbol),
            }
        }
        self.rest = symbols.as_str();
        Some(text)
    }

    fn number(&mut self) -> Option<Literal> {
        let end = self
            .rest
            .find(|symbol: char| !(symbol.is_ascii_alphanumeric() || "+-.".contains(symbol)))
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        if let Ok(number) = digits.parse() {
            return Some(Literal::Integer(number));
        }
        let is_float = digits.bytes().any(|byte| b".e".contains(&byte));
        Some(match digits.parse() {
            Ok(number) if is_float => Literal::Float(number),
            _ => Literal::Other("a number that is too large".to_owned()),
        })
    }

    /// `None`, `True`, `False`, bytes, or a call such as `PosixPath('/srv')`.
    fn word(&mut self, depth: usize) -> Option<Literal> {
        let end = self
            .rest
            .find(|symbol: char| !(symbol.is_alphanumeric() || "_.".contains(symbol)))
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        match (name, rest.chars().next()) {
            ("", _) => None,
            ("None", _) => Some(Literal::None),
            ("True", _) => Some(Literal::Bool(true)),
            ("False", _) => Some(Literal::Bool(false)),
            ("b", Some('\'' | '"')) => {
                self.skip_quoted()?;
                Some(Literal::Other("bytes".to_owned()))
            }
            (_, Some('(')) => self.call(name, depth),
            _ => Some(Literal::Other(format!("the name {name}"))),
        }
    }

    fn call(&mut self, name: &str, depth: usize) -> Option<Literal> {
        let inside = self.balanced('(', ')')?;
        let mut reader = Reader { rest: inside };
        let argument = if inside.trim().is_empty() {
            None
        } else {
            reader.value(depth + 1)
        };
        let is_whole = reader.rest.trim().is_empty();
        Some(match (name, argument) {
            ("PosixPath" | "PurePosixPath" | "SafeString", Some(Literal::Text(text)))
                if is_whole =>
            {
                Literal::Text(text)
            }
            ("set" | "frozenset", None) => Literal::List(Vec::new()),
            ("frozenset" | "deque", Some(Literal::List(items))) if is_whole => Literal::List(items),
            ("OrderedDict", None) => Literal::Dict(Vec::new()),
            ("OrderedDict", Some(Literal::Dict(entries))) if is_whole => Literal::Dict(entries),
            ("OrderedDict", Some(Literal::List(pairs))) if is_whole => {
                Literal::Dict(pairs.into_iter().map(pair).collect::<Option<_>>()?)
            }
            _ => Literal::Other(format!("a {name}")),
        })
    }

    /// `<function f at 0x…>` and its like.
    fn object(&mut self) -> Option<Literal> {
        self.balanced('<', '>')?;
        Some(Literal::Other("an object".to_owned()))
    }

    /// What is between a bracket and the one that closes it; brackets in quotes do not count.
    fn balanced(&mut self, open: char, close: char) -> Option<&'a str> {
        let inside = self.rest.strip_prefix(open)?;
        self.rest = inside;
        let mut depth = 1_usize;
        loop {
            let symbol = self.rest.chars().next()?;
            if matches!(symbol, '\'' | '"') {
                self.skip_quoted()?;
                continue;
            }
            let before = self.rest;
            self.rest = self.rest.get(symbol.len_utf8()..)?;
            if symbol == open {
                depth += 1;
            } else if symbol == close {
                depth -= 1;
            }
            if depth == 0 {
                return inside.get(..inside.len() - before.len());
            }
        }
    }

    fn skip_quoted(&mut self) -> Option<()> {
        let mut symbols = self.rest.chars();
        let quote = symbols.next()?;
        loop {
            match symbols.next()? {
                '\\' => drop(symbols.next()?),
                symbol if symbol == quote => break,
                _ => {}
            }
        }
        self.rest = symbols.as_str();
        Some(())
    }
}

fn pair(item: Literal) -> Option<(Literal, Literal)> {
    match item {
        Literal::List(items) => <[Literal; 2]>::try_from(items)
            .ok()
            .map(|[key, value]| (key, value)),
        _ => None,
    }
}

/// The character of so many hexadecimal digits; half a surrogate pair is none.
fn code_point(symbols: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let mut number = 0;
    for _ in 0..digits {
        number = number * 16 + symbols.next()?.to_digit(16)?;
    }
    char::from_u32(number)
}

#[cfg(test)]
mod tests {
    use super::Literal::{self, Bool, Dict, Float, Integer, List, None, Other, Text};

    fn text(value: &str) -> Literal {
        Text(value.to_owned())
    }

    fn is_other(repr: &str) -> bool {
        matches!(Literal::read(repr), Other(_))
    }

    #[test]
    fn plain_values() {
        assert_eq!(Literal::read("None"), None);
        assert_eq!(Literal::read("True"), Bool(true));
        assert_eq!(Literal::read("-12"), Integer(-12));
        assert_eq!(Literal::read("2.5e-07"), Float(2.5e-7));
        assert!(is_other("99999999999999999999") && is_other("1j") && is_other("nan"));
    }

    #[test]
    fn texts_have_pythons_escapes() {
        assert_eq!(
            Literal::read(r"'a\'b\\\n\x41\u00e9\U0001f511'"),
            text("a'b\\\nAé🔑")
        );
        assert_eq!(Literal::read(r#""it's""#), text("it's"));
        assert!(is_other(r"'\udc80'") && is_other("'open") && is_other(r"'\q'"));
    }

    #[test]
    fn collections_nest() {
        assert_eq!(
            Literal::read("['a', ('b',), {1, 2}, [], ()]"),
            List(vec![
                text("a"),
                List(vec![text("b")]),
                List(vec![Integer(1), Integer(2)]),
                List(vec![]),
                List(vec![]),
            ])
        );
        let dict = Literal::read("{'default': {'NAME': PosixPath('/srv/x y'), 'N': 1}}");
        let inner = dict.get("default").unwrap();
        assert_eq!(inner.get("NAME"), Some(&text("/srv/x y")));
        assert_eq!(
            Literal::read("OrderedDict([('a', 1)])").get("a"),
            Some(&Integer(1))
        );
        assert_eq!(Literal::read("frozenset({'a'})"), List(vec![text("a")]));
        assert_eq!(Literal::read("{}"), Dict(vec![]));
    }

    #[test]
    fn of_the_rest_only_the_kind_is_kept() {
        let other = |kind: &str| Other(kind.to_owned());
        assert_eq!(
            Literal::read("datetime.timedelta(days=7, seconds='a)')"),
            other("a datetime.timedelta")
        );
        assert_eq!(
            Literal::read("<function <lambda> at 0x7f>"),
            other("an object")
        );
        assert_eq!(Literal::read(r"b'\xff\''"), other("bytes"));
        assert_eq!(
            Literal::read("[1, <class 'a.B'>]"),
            List(vec![Integer(1), other("an object")])
        );
    }

    #[test]
    fn nonsense_is_refused_without_harm() {
        for repr in [
            "",
            "[",
            "[1",
            "{'a': }",
            "(]",
            "<",
            "f(",
            "'",
            "1 2",
            "{1: 2, 3}",
            "\u{0}",
        ] {
            assert!(is_other(repr), "{repr:?}");
        }
        assert!(is_other(&"[".repeat(100_000)));
        assert!(is_other(&"f(".repeat(10_000)));
    }
}
