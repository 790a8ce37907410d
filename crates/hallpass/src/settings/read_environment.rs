//! Environment variables and overrides: text whose meaning the setting's type decides.
//!
//! `HALLPASS_SESSION_COOKIE_AGE=3600`; keys of a table after two underscores, `HALLPASS_REST_FRAMEWORK__NUM_PROXIES=1`;
//! lists separated by commas; booleans `true`, `false`, `1`, `0`; `none` where a setting may be none.

use super::entry::{Entry, in_lower_case};
use super::error::{Place, SettingsError};
use super::known::TABLES;
use super::value::{Value, shortened};

const PREFIX: &str = "HALLPASS_";

/// How much the command logs; no setting, but the beginning of several.
const LOG: &str = "HALLPASS_LOG";

/// Beginnings of variables that are no settings: what Kubernetes sets in every pod beside a Service called `hallpass`.
const NO_SETTINGS: [&str; 2] = ["HALLPASS_SERVICE_", "HALLPASS_PORT"];

/// `DATABASE_URL`, if it is set and not empty.
pub(super) fn database_url(variables: &[(String, String)]) -> Option<Entry> {
    let (name, value) = variables
        .iter()
        .find(|(name, value)| name == "DATABASE_URL" && !value.is_empty())?;
    Some(Entry {
        table: String::new(),
        name: "database_url".to_owned(),
        written: name.clone(),
        value: Value::Plain(value.clone()),
        place: Place::Environment,
    })
}

/// The `HALLPASS_*` variables.
pub(super) fn read(variables: &[(String, String)]) -> Result<Vec<Entry>, SettingsError> {
    let mut entries = Vec::new();
    for (variable, value) in variables {
        let Some(rest) = variable.strip_prefix(PREFIX) else {
            continue;
        };
        if variable == LOG || NO_SETTINGS.iter().any(|start| variable.starts_with(start)) {
            continue;
        }
        // On most systems the two cases are two variables: accepting both would let them disagree.
        let upper = variable.to_ascii_uppercase();
        if *variable != upper {
            return Err(SettingsError::UnknownSetting {
                place: Place::Environment,
                name: shortened(variable),
                hint: format!("; variables are in upper case: {:?}", shortened(&upper)),
            });
        }
        let as_table = rest.to_ascii_lowercase().replace("__", ".");
        if TABLES.contains(&as_table.as_str()) {
            return Err(SettingsError::Invalid {
                place: Place::Environment,
                name: variable.clone(),
                reason: format!("it is a table; set its keys one by one, as {variable}__<NAME>"),
            });
        }
        let (table, name) = rest.rsplit_once("__").unwrap_or(("", rest));
        entries.push(Entry {
            table: table.to_ascii_lowercase().replace("__", "."),
            name: name.to_ascii_lowercase(),
            written: variable.clone(),
            value: Value::Plain(value.clone()),
            place: Place::Environment,
        });
    }
    // The order of the environment is not the user's: make the first error the same every time.
    entries.sort_by(|a, b| a.written.cmp(&b.written));
    Ok(entries)
}

/// Overrides, by full name: `database_url`, `rest_framework.num_proxies`.
pub(super) fn overrides(overrides: &[(String, String)]) -> Vec<Entry> {
    overrides
        .iter()
        .map(|(written, value)| {
            let (table, name) = written.rsplit_once('.').unwrap_or(("", written));
            Entry {
                table: in_lower_case(table).unwrap_or_else(|| table.to_owned()),
                name: in_lower_case(name).unwrap_or_else(|| name.to_owned()),
                written: written.clone(),
                value: Value::Plain(value.clone()),
                place: Place::Override,
            }
        })
        .collect()
}
