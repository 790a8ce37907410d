//! What all sources gave, by setting; the higher source wins.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::note::Note;

/// The winning value of each setting that was given.
#[derive(Default)]
pub(super) struct Given {
    /// By table and name, `token.path`; a name of the top level begins with the dot.
    entries: BTreeMap<String, Entry>,
    pub(super) notes: Vec<Note>,
}

impl Given {
    /// Keeps a value; it wins over that of an earlier source.
    pub(super) fn keep(&mut self, entry: Entry) {
        self.entries
            .insert(format!("{}.{}", entry.table, entry.name), entry);
    }

    /// The winning values of a table whose names are not known beforehand, by name.
    pub(super) fn of_table(&self, table: &str) -> impl Iterator<Item = &Entry> {
        self.entries
            .values()
            .filter(move |entry| entry.table == table)
    }

    /// The winning value of a setting, if any source gave one.
    pub(super) fn find(&self, table: &str, name: &str) -> Option<&Entry> {
        self.entries.get(&format!("{table}.{name}"))
    }
}
