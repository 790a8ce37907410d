//! The file: TOML with the line of each key.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::entry::{Entry, in_lower_case};
use super::error::{Place, SettingsError};
use super::known::TABLES;
use super::value::Value;

/// Django's dictionary of caches, each a table of its own: `[caches.default]`.
const CACHES: &str = "caches";

/// Everything the text gives, in its order. `file` is the name for messages.
pub(super) fn read(text: &str, file: &str) -> Result<Vec<Entry>, SettingsError> {
    let lines = Lines::of(text);
    let place = |offset: usize| Place::File {
        file: file.to_owned(),
        line: lines.line(offset),
    };
    let document = DeTable::parse(text).map_err(|error| SettingsError::Syntax {
        place: place(error.span().map_or(0, |span| span.start)),
        // Only the parser's message: its Display quotes the line, which may hold the secret key.
        reason: error.message().lines().collect::<Vec<_>>().join(" "),
    })?;
    let mut found = Found {
        entries: Vec::new(),
        lines: BTreeMap::new(),
        place,
    };
    for (key, value) in document.get_ref() {
        let name: &str = key.get_ref();
        if name.eq_ignore_ascii_case(CACHES)
            && let (Some(_), DeValue::Table(caches)) = (in_lower_case(name), value.get_ref())
        {
            for (alias, cache) in caches {
                let alias: &str = alias.get_ref();
                // An alias is a name of the project's own, so its case is kept.
                let table = format!("{CACHES}.{alias}");
                let written = format!("{name}.{alias}");
                found.table(&table, &written, cache.get_ref(), key.span().start)?;
            }
            continue;
        }
        match in_lower_case(name).filter(|lower| TABLES.contains(&lower.as_str())) {
            Some(table) => found.table(&table, name, value.get_ref(), key.span().start)?,
            None => found.add("", name, name.to_owned(), value.get_ref(), key.span().start),
        }
    }
    found.in_order()
}

struct Found<P> {
    entries: Vec<(usize, Entry)>,
    lines: BTreeMap<(String, String), usize>,
    place: P,
}

impl<P: Fn(usize) -> Place> Found<P> {
    /// Adds the keys of one table.
    fn table(
        &mut self,
        table: &str,
        written: &str,
        value: &DeValue<'_>,
        offset: usize,
    ) -> Result<(), SettingsError> {
        let DeValue::Table(keys) = value else {
            return Err(SettingsError::WrongType {
                place: (self.place)(offset),
                name: written.to_owned(),
                expected: format!("a table, [{written}]"),
                found: value.type_str().to_owned(),
            });
        };
        for (key, value) in keys {
            let name: &str = key.get_ref();
            let written = format!("{written}.{name}");
            self.add(table, name, written, value.get_ref(), key.span().start);
        }
        Ok(())
    }

    fn add(
        &mut self,
        table: &str,
        name: &str,
        written: String,
        value: &DeValue<'_>,
        offset: usize,
    ) {
        let entry = Entry {
            table: table.to_owned(),
            name: in_lower_case(name).unwrap_or_else(|| name.to_owned()),
            written,
            value: convert(value),
            place: (self.place)(offset),
        };
        self.entries.push((offset, entry));
    }

    /// The entries in the order of the file; an error if a setting stands there in both cases.
    fn in_order(mut self) -> Result<Vec<Entry>, SettingsError> {
        self.entries.sort_by_key(|(offset, _)| *offset);
        for (_, entry) in &self.entries {
            let Place::File { line, .. } = entry.place else {
                continue;
            };
            if let Some(first_line) = self
                .lines
                .insert((entry.table.clone(), entry.name.clone()), line)
            {
                return Err(SettingsError::TwoSpellings {
                    place: entry.place.clone(),
                    name: entry.written.clone(),
                    first_line,
                });
            }
        }
        Ok(self.entries.into_iter().map(|(_, entry)| entry).collect())
    }
}

fn convert(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::OtherNumber, Value::Integer),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .map_or(Value::OtherNumber, Value::Fraction),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(_) => Value::Moment,
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| convert(item.get_ref())).collect())
        }
        DeValue::Table(keys) => Value::Table(
            keys.iter()
                .map(|(key, value)| (key.get_ref().to_string(), convert(value.get_ref())))
                .collect(),
        ),
    }
}

/// Where the lines of a text begin.
struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        Self {
            starts: std::iter::once(0).chain(after_breaks).collect(),
        }
    }

    /// The line of a byte, from 1.
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }
}
