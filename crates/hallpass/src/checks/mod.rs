//! The doctor: what people suffer, found before they suffer it.
//!
//! Django's `check` looks at settings and models only; it says nothing of a missing token table, of a token class that
//! is not listed, or of passwords that nobody can verify. These checks look at the settings and at the database, and
//! each finding says what was seen, why it matters, and the cure on Django's side and on ours.
//!
//! `table.rs` is the one list of checks; their ids never change their meaning. Nothing is written to the database, and
//! no finding contains a secret or a value of a row.

mod database;
mod deployment;
mod schemes;
mod secret_key;
mod settings;
mod table;
#[cfg(test)]
mod tests;
mod users;

use std::fmt;

use hallpass_store::{Inspection, Store, StoreError};

use crate::hallpass::{Hallpass, StartError, store_options};
use crate::settings::{Settings, SettingsError};

/// How bad a finding is. Django's levels, as far as they are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// Good to know.
    Info,
    /// Works, and will hurt.
    Warning,
    /// Does not work.
    Error,
}

/// In lower case, as `--fail-level` takes it.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing that is looked for.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// The stable id, such as `hallpass.E006`.
    pub id: &'static str,
    /// The doctor's name for it, such as `DB-01`; related checks may share one.
    pub code: &'static str,
    /// Django's id of the same check, if it has one; it silences this one as well.
    pub django_id: Option<&'static str>,
    /// How bad it is.
    pub level: Level,
    /// Why it matters.
    pub why: &'static str,
    /// What to do in the Django project; `None` where nothing is wrong there.
    pub django_cure: Option<&'static str>,
    /// What to do here.
    pub hallpass_cure: &'static str,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// What was seen, in a sentence.
    pub seen: String,
}

impl Finding {
    fn new(check: &'static Check, seen: impl Into<String>) -> Self {
        Self {
            check,
            seen: seen.into(),
        }
    }

    /// Settings that cannot be read, as a finding.
    pub fn of_settings_error(error: &SettingsError) -> Self {
        Self::new(&table::SETTINGS_UNREADABLE, error.to_string())
    }

    /// Whether `silenced_system_checks` names its id, its code, or Django's id of the same check.
    pub fn is_silenced(&self, settings: &Settings) -> bool {
        let check = self.check;
        settings
            .silenced_system_checks
            .iter()
            .any(|id| id == check.id || id == check.code || Some(id.as_str()) == check.django_id)
    }
}

/// Every check there is, in the order of their numbers.
pub fn all() -> &'static [&'static Check] {
    table::ALL
}

/// Looks at everything. With `deploy` also at what matters on a public site only. Silenced findings are among the
/// results; see [`Finding::is_silenced`].
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use hallpass::{checks, settings::Settings};
///
/// let settings = Settings::from_file("hallpass.toml")?;
/// for finding in checks::run(&settings, false).await {
///     println!("{}: {}", finding.check.id, finding.seen);
/// }
/// # Ok(())
/// # }
/// ```
pub async fn run(settings: &Settings, deploy: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(secret_key::missing(settings));
    findings.extend(secret_key::weak(settings));
    findings.extend(secret_key::weak_fallbacks(settings));
    findings.extend(settings::without_effect(settings));
    findings.extend(schemes::token_not_listed(settings));
    findings.extend(schemes::no_challenge(settings));
    if deploy {
        findings.extend(deployment::debug(settings));
        findings.extend(deployment::allowed_hosts(settings));
        findings.extend(deployment::session_cookie(settings));
        findings.extend(deployment::csrf_cookie(settings));
    }
    match look(settings).await {
        Ok(inspection) => findings.extend(of_inspection(settings, &inspection)),
        Err(fault) => findings.push(database::fault(&fault)),
    }
    if let Err(error) = Hallpass::builder(settings.clone())
        .for_migrations(false)
        .build()
        .await
    {
        findings.extend(settings::cannot_start(&error));
    }
    findings
}

async fn look(settings: &Settings) -> Result<Inspection, StoreError> {
    let options = store_options(settings, false).map_err(|error| match error {
        StartError::Store(fault) => fault,
        other => StoreError::Other(other.to_string()),
    })?;
    Store::open(options).await?.inspect().await
}

fn of_inspection(settings: &Settings, inspection: &Inspection) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(database::token_table_missing(inspection));
    findings.extend(database::tables_missing(inspection));
    findings.extend(database::recorded_but_missing(inspection));
    findings.extend(database::unapplied_migrations(inspection));
    findings.extend(database::foreign_tokens(inspection));
    findings.extend(users::unverifiable_passwords(settings, inspection));
    findings.extend(users::without_token(settings, inspection));
    findings
}
