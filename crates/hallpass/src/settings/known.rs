//! The settings that there are, and what is said of a name that is none of them.

use super::define::Definition;
use super::entry::Entry;
use super::error::{Place, SettingsError};
use super::given::Given;
use super::ignored;
use super::nearest::misspelt;
use super::note::Note;
use super::table::{
    CacheSettings, ForwardAuthSettings, IdentityCacheSettings, RestFrameworkSettings, Settings,
    TokenSettings, UserModelSettings,
};
use super::throttles::RATES_BY_SCOPE;
use super::value::{Value, shortened};

/// The TOML tables that hold settings, besides the top level.
pub(super) const TABLES: [&str; 6] = [
    "caches.default",
    "forward_auth",
    "identity_cache",
    "rest_framework",
    "token",
    "user_model",
];

/// Every setting, in the order of the docs.
pub(super) fn definitions() -> impl Iterator<Item = &'static Definition> {
    Settings::DEFINITIONS
        .iter()
        .chain(CacheSettings::DEFINITIONS)
        .chain(ForwardAuthSettings::DEFINITIONS)
        .chain(IdentityCacheSettings::DEFINITIONS)
        .chain(RestFrameworkSettings::DEFINITIONS)
        .chain(TokenSettings::DEFINITIONS)
        .chain(UserModelSettings::DEFINITIONS)
}

/// Adds the values of one source; they win over those of earlier sources.
pub(super) fn add(given: &mut Given, entries: Vec<Entry>) -> Result<(), SettingsError> {
    for entry in entries {
        let known =
            definitions().any(|known| known.table == entry.table && known.name == entry.name);
        if known || entry.table == RATES_BY_SCOPE {
            given.keep(entry);
        } else if is_other_cache(&entry.table) {
            given.notes.push(Note {
                setting: entry.written,
                place: entry.place,
                reason: "has no effect: sessions are kept in `caches.default` only".to_owned(),
            });
        } else if let Some(ignored) = ignored::find(&entry.table, &entry.name) {
            let more = match lacks_csrf_middleware(&entry) {
                true => Note::NO_CSRF_MIDDLEWARE,
                false => "",
            };
            given.notes.push(Note {
                setting: entry.written,
                place: entry.place,
                reason: format!("has no effect: {}{}", ignored.reason, more),
            });
        } else {
            return Err(unknown(&entry));
        }
    }
    Ok(())
}

/// Whether it is Django's `MIDDLEWARE`, and without the CSRF check. It changes nothing here, but much there.
fn lacks_csrf_middleware(entry: &Entry) -> bool {
    let is_csrf = |text: &str| text.contains("CsrfViewMiddleware");
    if !(entry.table.is_empty() && entry.name.starts_with("middleware")) {
        return false;
    }
    match &entry.value {
        Value::List(items) => !items
            .iter()
            .any(|item| matches!(item, Value::Text(text) | Value::Plain(text) if is_csrf(text))),
        Value::Plain(text) | Value::Text(text) => !is_csrf(text),
        _ => false,
    }
}

/// A cache of the project's that sessions are not kept in.
fn is_other_cache(table: &str) -> bool {
    table.starts_with("caches.") && table != "caches.default"
}

/// The error for a name that nobody knows, with the nearest name in the spelling of this source.
fn unknown(entry: &Entry) -> SettingsError {
    let name = entry.name.to_ascii_lowercase();
    // A key of another table, most often one that was written below a [table] header.
    let elsewhere = || {
        definitions()
            .find(|known| known.name == name)
            .map(|known| spelled(entry, known.table, known.name))
    };
    let near = || {
        let same_table = definitions()
            .filter(|known| known.table == entry.table)
            .map(|known| known.name);
        misspelt(&name, same_table).map(|near| spelled(entry, &entry.table, near))
    };
    let ignored_near = || {
        let names: Vec<&str> = ignored::all()
            .filter(|known| known.table == entry.table)
            .map(|i| i.name)
            .collect();
        misspelt(&name, names).map(|near| spelled(entry, &entry.table, near))
    };
    let table_near = || {
        let is_table = entry.table.is_empty() && matches!(entry.value, Value::Table(_));
        misspelt(&name, TABLES.into_iter().filter(|_| is_table)).map(str::to_owned)
    };
    let hint = match table_near()
        .or_else(elsewhere)
        .or_else(near)
        .or_else(ignored_near)
    {
        Some(near)
            if !entry.table.is_empty()
                && !near.contains('.')
                && entry.place != Place::Environment =>
        {
            format!("; did you mean {near:?}, above the first [table]?")
        }
        Some(near) => format!("; did you mean {near:?}?"),
        None => String::new(),
    };
    SettingsError::UnknownSetting {
        place: entry.place.clone(),
        name: shortened(&entry.written),
        hint,
    }
}

fn spelled(entry: &Entry, table: &str, name: &str) -> String {
    match (&entry.place, table.is_empty()) {
        (Place::Environment, true) => format!("HALLPASS_{name}").to_ascii_uppercase(),
        (Place::Environment, false) => {
            format!("HALLPASS_{}__{name}", table.replace('.', "__")).to_ascii_uppercase()
        }
        (_, true) => name.to_owned(),
        (_, false) => format!("{table}.{name}"),
    }
}
