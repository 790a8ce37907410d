//! Objects that keep their order, as Python's `dict` does.

use std::collections::HashMap;
use std::fmt;

use super::{Json, Text};

/// Beyond this many entries keys are found by hash, so that hostile input stays linear.
const INDEXED_FROM: usize = 16;

/// Entries in the order of their first insertion; setting a key again changes the value in place.
///
/// ```
/// use hallpass_formats::json::Object;
///
/// let mut object = Object::new();
/// object.insert("z", 1);
/// object.insert("a", "text");
/// object.insert("z", 2);
/// assert_eq!(hallpass_formats::json::Json::from(object).to_ascii(), r#"{"z":2,"a":"text"}"#);
/// ```
#[derive(Clone, Default)]
pub struct Object {
    entries: Vec<(Text, Json)>,
    /// Places of the keys; empty while there are few entries.
    index: HashMap<Text, usize>,
}

impl Object {
    /// An object without entries.
    pub fn new() -> Object {
        Object::default()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.value_at(self.place_of_str(key))
    }

    /// Sets a key and gives back what it held.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Json>) -> Option<Json> {
        let (key, value) = (key.into(), value.into());
        if let Some(entry) = self
            .place_of(&key)
            .and_then(|place| self.entries.get_mut(place))
        {
            return Some(std::mem::replace(&mut entry.1, value));
        }
        let place = self.entries.len();
        if !self.index.is_empty() {
            self.index.insert(key.clone(), place);
        }
        self.entries.push((key, value));
        if place + 1 == INDEXED_FROM {
            self.rebuild_index();
        }
        None
    }

    /// Takes a key out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        let place = self.place_of_str(key)?;
        let (_, value) = self.entries.remove(place);
        self.rebuild_index();
        Some(value)
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Json)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn place_of(&self, key: &Text) -> Option<usize> {
        if self.index.is_empty() {
            self.entries
                .iter()
                .position(|(candidate, _)| candidate == key)
        } else {
            self.index.get(key).copied()
        }
    }

    /// Few entries, the usual case, are searched without making a `Text` of the key.
    fn place_of_str(&self, key: &str) -> Option<usize> {
        if self.index.is_empty() {
            self.entries
                .iter()
                .position(|(candidate, _)| candidate == key)
        } else {
            self.place_of(&Text::from(key))
        }
    }

    fn value_at(&self, place: Option<usize>) -> Option<&Json> {
        self.entries.get(place?).map(|(_, value)| value)
    }

    fn rebuild_index(&mut self) {
        self.index.clear();
        if self.entries.len() >= INDEXED_FROM {
            let places = self.entries.iter().enumerate();
            self.index = places
                .map(|(place, (key, _))| (key.clone(), place))
                .collect();
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

/// Equal entries in any order, as for Python's `dict`.
impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.len() == other.len()
            && self
                .iter()
                .all(|(key, value)| other.value_at(other.place_of(key)) == Some(value))
    }
}
