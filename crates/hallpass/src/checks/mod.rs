//! The doctor: what people suffer, found before they suffer it.
//!
//! Django's `check` looks at settings and models only; it says nothing of a missing token table, of a token class that
//! is not listed, or of passwords that nobody can verify. These checks look at the settings and at the database, and
//! each finding says what was seen, why it matters, and the cure on Django's side and on ours.
//!
//! `table.rs` is the one list of checks; their ids never change their meaning. Nothing is written to the database, and
//! no finding contains a secret or a value of a row.

mod browsers;
mod clients;
mod credential;
mod database;
mod deployment;
mod docs;
mod history;
mod probe;
mod rows;
mod schemes;
mod secret_key;
mod session_keys;
mod settings;
mod table;
#[cfg(test)]
mod tests;
mod unreachable;
mod users;

use std::fmt;

use hallpass_formats::timestamp::Timestamp;
use hallpass_store::{Examination, Inspection, Store, StoreError};

use crate::hallpass::{Hallpass, StartError, store_options};
use crate::settings::{Settings, SettingsError};

pub use credential::of_credential;
pub use docs::reference_page;
pub use probe::{Probe, of_probe};

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
    let mut findings = of_settings(settings);
    if deploy {
        findings.extend(of_deployment(settings));
    }
    match Seen::look(settings).await {
        Ok(seen) => findings.extend(of_database(settings, &seen)),
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

fn of_settings(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(secret_key::missing(settings));
    findings.extend(secret_key::weak(settings));
    findings.extend(secret_key::weak_fallbacks(settings));
    findings.extend(settings::without_effect(settings));
    findings.extend(schemes::token_not_listed(settings));
    findings.extend(schemes::no_challenge(settings));
    findings.extend(browsers::csrf_middleware(settings));
    findings.extend(browsers::own_origin(settings));
    findings.extend(browsers::redirect_for_ever(settings));
    findings.extend(browsers::cookie_domains(settings));
    findings.extend(browsers::same_site_none(settings));
    findings.extend(clients::name_themselves(settings));
    findings.extend(unreachable::rules(settings));
    findings
}

fn of_deployment(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(deployment::debug(settings));
    findings.extend(deployment::allowed_hosts(settings));
    findings.extend(deployment::session_cookie(settings));
    findings.extend(deployment::csrf_cookie(settings));
    findings.extend(browsers::session_cookie_for_scripts(settings));
    findings.extend(browsers::plain_origins(settings));
    findings.extend(browsers::hsts(settings));
    findings.extend(browsers::https_redirect(settings));
    findings
}

/// What a look at the database showed.
struct Seen {
    inspection: Inspection,
    examination: Examination,
    sessions: Vec<String>,
    missing_rights: Vec<String>,
}

impl Seen {
    async fn look(settings: &Settings) -> Result<Self, StoreError> {
        let options = store_options(settings, false).map_err(|error| match error {
            StartError::Store(fault) => fault,
            other => StoreError::Other(other.to_string()),
        })?;
        let store = Store::open(options).await?;
        let sessions = match session_keys::are_rows(settings) {
            true => {
                let newest = store.newest_sessions(Timestamp::now(), session_keys::SAMPLE);
                newest.await?
            }
            false => Vec::new(),
        };
        Ok(Self {
            inspection: store.inspect().await?,
            examination: store.examine().await?,
            sessions,
            // A lock that somebody holds, or a table that is missing, says nothing of rights.
            missing_rights: store.missing_rights().await.unwrap_or_default(),
        })
    }
}

fn of_database(settings: &Settings, seen: &Seen) -> Vec<Finding> {
    let (inspection, examination) = (&seen.inspection, &seen.examination);
    let mut findings = Vec::new();
    findings.extend(database::token_table_missing(inspection));
    findings.extend(database::tables_missing(inspection));
    findings.extend(database::recorded_but_missing(inspection));
    findings.extend(database::unapplied_migrations(inspection));
    findings.extend(history::half_applied(examination));
    findings.extend(database::foreign_tokens(inspection));
    findings.extend(history::foreign_user_keys(
        examination,
        &inspection.user_table,
    ));
    findings.extend(history::tokens_without_user(examination));
    findings.extend(users::unverifiable_passwords(settings, inspection));
    findings.extend(users::without_token(settings, inspection));
    findings.extend(rows::logins_alike(examination));
    findings.extend(rows::iterations(settings, examination));
    findings.extend(rows::token_key_caseless(examination));
    findings.extend(rows::tokens_of_the_future(examination));
    findings.extend(rows::clocks(examination));
    findings.extend(rows::missing_rights(&seen.missing_rights));
    findings.extend(rows::without_triggers(settings, examination));
    findings.extend(session_keys::findings(settings, &seen.sessions));
    findings
}
