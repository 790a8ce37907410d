//! From what was typed to settings and an open Hallpass.

use std::path::PathBuf;

use hallpass::settings::{Settings, Sources};
use hallpass::store::StoreError;
use hallpass::{Hallpass, StartError};

use crate::args::Global;
use crate::console::Console;
use crate::failure::Failure;

/// The settings file that is read when no other is named.
pub(crate) const SETTINGS_FILE: &str = "hallpass.toml";

/// The variable that sets how much is logged. Ours alone: it is no setting of the library.
pub(crate) const LOG_VARIABLE: &str = "HALLPASS_LOG";

/// A database that is gone with the process.
pub(crate) const IN_MEMORY: &str = "sqlite://:memory:";

/// What every command gets.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    global: Global,
    console: Console,
}

impl Start {
    /// From the global options.
    pub(crate) fn new(global: Global) -> Self {
        let console = Console::new(global.no_color, global.verbosity);
        Self { global, console }
    }

    /// How to talk.
    pub(crate) fn console(&self) -> &Console {
        &self.console
    }

    /// The global options.
    pub(crate) fn global(&self) -> &Global {
        &self.global
    }

    /// Where the settings file is, whether it exists or not.
    pub(crate) fn settings_file(&self) -> PathBuf {
        let default = || PathBuf::from(SETTINGS_FILE);
        self.global.config.clone().unwrap_or_else(default)
    }

    /// The settings, or the defaults where there are none.
    ///
    /// # Errors
    /// Wrong settings.
    pub(crate) fn settings_or_defaults(&self) -> Result<Settings, Failure> {
        let sources = Sources::process(None)?;
        let nothing = self.global.config.is_none()
            && self.global.database.is_none()
            && sources.environment.is_empty()
            && !self.settings_file().exists();
        if nothing {
            return Ok(Settings::default());
        }
        self.settings()
    }

    /// Where settings come from. Without a settings file the environment or `--database` must say something.
    ///
    /// # Errors
    /// No settings at all.
    pub(crate) fn sources(&self) -> Result<Sources, Failure> {
        let mut sources = Sources::process(None)?;
        if let Some(url) = &self.global.database {
            sources
                .overrides
                .push(("database_url".to_owned(), url.clone()));
        }
        let file = self.settings_file();
        if self.global.config.is_some() || file.exists() {
            sources.file = Some(file);
        } else if sources.environment.is_empty() && sources.overrides.is_empty() {
            return Err(Failure::refused(format!(
                "there is no ./{SETTINGS_FILE} and no HALLPASS_* variable: run `hallpass init` to write one, or name \
                 yours with --config"
            )));
        }
        Ok(sources)
    }

    /// The settings.
    ///
    /// # Errors
    /// No settings, or wrong ones.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings::load(self.sources()?)?)
    }

    /// Hallpass on the database of the settings, with all its tables.
    ///
    /// # Errors
    /// Wrong settings, no database, missing tables.
    pub(crate) async fn open(&self) -> Result<Hallpass, Failure> {
        let settings = self.settings()?;
        match Hallpass::builder(settings.clone()).build().await {
            Err(StartError::Store(StoreError::NotFound(file))) => {
                let table = user_table(settings).await?;
                Err(Failure::refused(format!(
                    "no database file at {}, so there is no table {table}: run `hallpass migrate` to make both, or \
                     correct `database_url`",
                    file.display()
                )))
            }
            opened => Ok(opened?),
        }
    }

    /// Hallpass on a database whose tables may be missing.
    ///
    /// # Errors
    /// Wrong settings, no database.
    pub(crate) async fn open_unverified(&self, create_database: bool) -> Result<Hallpass, Failure> {
        let builder = Hallpass::builder(self.settings()?);
        Ok(builder.for_migrations(create_database).build().await?)
    }
}

/// The table of the users, of a database that does not exist.
async fn user_table(mut settings: Settings) -> Result<String, Failure> {
    settings.database_url = IN_MEMORY.to_owned();
    let hallpass = Hallpass::builder(settings)
        .for_migrations(false)
        .build()
        .await?;
    Ok(hallpass.store().user_model().table.clone())
}
