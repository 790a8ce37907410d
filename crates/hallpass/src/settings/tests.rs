//! Tests of the settings: defaults, sources, errors, the page of the docs, the template.

mod defaults;
mod errors;
mod from_django;
mod generated;
mod sources;
mod validators;
mod values;

use super::{Settings, SettingsError};

/// The error's one line.
fn message(toml: &str) -> String {
    let message = Settings::from_toml(toml)
        .expect_err("must be refused")
        .to_string();
    assert!(!message.contains('\n'), "more than one line: {message}");
    message
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn from_environment(list: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::load(super::Sources {
        environment: pairs(list),
        ..Default::default()
    })
}
