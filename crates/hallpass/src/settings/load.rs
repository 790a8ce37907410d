//! From sources to settings.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use hallpass_formats::secret::SecretKeys;

use super::define::Definition;
use super::error::{Place, SettingsError};
use super::given::Given;
use super::known::{add, definitions};
use super::note::Note;
use super::table::{
    CacheSettings, ForwardAuthSettings, IdentityCacheSettings, RestFrameworkSettings, Settings,
    TokenSettings, UserModelSettings,
};
use super::value::Context;
use super::{read_environment, read_toml};

/// A settings file longer than this is none, in bytes.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Where settings come from; all parts are optional.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// The TOML file. It must exist if it is given.
    pub file: Option<PathBuf>,
    /// Environment variables; only `HALLPASS_*` and `DATABASE_URL` are looked at.
    pub environment: Vec<(String, String)>,
    /// Values that win over everything else, by full name: `("rest_framework.num_proxies", "1")`. Written as in the environment.
    pub overrides: Vec<(String, String)>,
    /// Names of authentication, permission and hasher classes that the application registers.
    pub custom_classes: Vec<String>,
}

/// Names only: values may be secrets.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(String, String)]| {
            pairs
                .iter()
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>()
        };
        f.debug_struct("Sources")
            .field("file", &self.file)
            .field("environment", &names(&self.environment))
            .field("overrides", &names(&self.overrides))
            .field("custom_classes", &self.custom_classes)
            .finish()
    }
}

impl Sources {
    /// A file, if any, and the environment of this process. Variables that are not Unicode are left out unless
    /// they are ours.
    ///
    /// # Errors
    /// If one of our variables is not Unicode.
    pub fn process(file: Option<PathBuf>) -> Result<Self, SettingsError> {
        let mut environment = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else {
                continue;
            };
            if !name.starts_with("HALLPASS_") && name != "DATABASE_URL" {
                continue;
            }
            let value = value.into_string().map_err(|_| SettingsError::Invalid {
                place: Place::Environment,
                name: name.clone(),
                reason: "the value is not UTF-8".to_owned(),
            })?;
            environment.push((name, value));
        }
        Ok(Self {
            file,
            environment,
            ..Self::default()
        })
    }
}

impl Settings {
    /// Settings from all sources: overrides win over `HALLPASS_*`, that over `DATABASE_URL`, that over the file.
    ///
    /// # Errors
    /// The first thing that is wrong: an unreadable file, an unknown name, a value that cannot be.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "sources hold secrets and have no use afterwards"
    )]
    pub fn load(sources: Sources) -> Result<Self, SettingsError> {
        let mut given = Given::default();
        if let Some(file) = &sources.file {
            add(
                &mut given,
                read_toml::read(&read_file(file)?, &file.display().to_string())?,
            )?;
        }
        add(
            &mut given,
            read_environment::database_url(&sources.environment)
                .into_iter()
                .collect(),
        )?;
        add(&mut given, read_environment::read(&sources.environment)?)?;
        add(&mut given, read_environment::overrides(&sources.overrides))?;
        let mut settings = Self::from_given(given, &sources.custom_classes)?;
        settings.base_dir = sources
            .file
            .as_deref()
            .and_then(Path::parent)
            .map(Path::to_owned)
            .unwrap_or_default();
        Ok(settings)
    }

    /// Settings from the text of a `hallpass.toml` alone; paths are relative to the current directory. It cannot name
    /// classes of the application's own: those need [`Settings::load`] and [`Sources::custom_classes`].
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let mut given = Given::default();
        add(&mut given, read_toml::read(text, "hallpass.toml")?)?;
        Self::from_given(given, &[])
    }

    /// Settings from a file and the environment of this process, without classes of the application's own.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_file(path: impl Into<PathBuf>) -> Result<Self, SettingsError> {
        Self::load(Sources::process(Some(path.into()))?)
    }

    fn from_given(mut given: Given, custom_classes: &[String]) -> Result<Self, SettingsError> {
        let context = Context {
            custom_classes,
            secret: false,
        };
        let mut settings = Self::read(&given, &context)?;
        settings.rest_framework = RestFrameworkSettings::read(&given, &context)?;
        let rates = &mut settings.rest_framework.default_throttle_rates;
        rates.read_single_scopes(&given, &context)?;
        settings.caches_default = CacheSettings::read(&given, &context)?;
        settings.forward_auth = ForwardAuthSettings::read(&given, &context)?;
        settings.identity_cache = IdentityCacheSettings::read(&given, &context)?;
        settings.token = TokenSettings::read(&given, &context)?;
        settings.user_model = UserModelSettings::read(&given, &context)?;
        settings.refuse_shared_paths(&given)?;
        settings.notes = std::mem::take(&mut given.notes);
        Ok(settings)
    }

    /// Two endpoints cannot have one path.
    fn refuse_shared_paths(&self, given: &Given) -> Result<(), SettingsError> {
        let paths = [
            ("token", "path", &self.token.path),
            ("", "login_path", &self.login_path),
            ("", "logout_path", &self.logout_path),
            ("", "whoami_path", &self.whoami_path),
            ("", "healthz_path", &self.healthz_path),
            ("forward_auth", "path", &self.forward_auth.path),
            ("", "readyz_path", &self.readyz_path),
            ("", "schema_path", &self.schema_path),
            ("", "probe_path", &self.probe_path),
        ];
        for (position, (table, name, path)) in paths.iter().enumerate() {
            let other = paths
                .iter()
                .take(position)
                .find(|(_, _, other)| !path.is_empty() && other == path);
            let Some((other_table, other_name, _)) = other else {
                continue;
            };
            let entry = given
                .find(table, name)
                .or_else(|| given.find(other_table, other_name));
            return Err(SettingsError::Invalid {
                place: entry.map_or(Place::Override, |entry| entry.place.clone()),
                name: entry.map_or_else(|| (*name).to_owned(), |entry| entry.written.clone()),
                reason: format!(
                    "{path:?} is the path of two endpoints; move one or switch it off with \"\""
                ),
            });
        }
        Ok(())
    }

    /// Every setting there is, in the order of the docs.
    pub fn definitions() -> impl Iterator<Item = &'static Definition> {
        definitions()
    }

    /// What was accepted although it has no effect here, for `hallpass check`.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The directory that relative paths start from: the settings file's, or the current one (an empty path).
    #[must_use]
    pub fn base_dir(&self) -> &Path {
        &self.base_dir
    }

    /// The current key with its fallbacks.
    #[must_use]
    pub fn secret_keys(&self) -> SecretKeys {
        SecretKeys::new(self.secret_key.clone(), self.secret_key_fallbacks.clone())
    }
}

fn read_file(path: &Path) -> Result<String, SettingsError> {
    let refuse = |reason: String| SettingsError::UnreadableFile {
        file: path.display().to_string(),
        reason,
    };
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            refuse("no such file; `hallpass init` writes one".to_owned())
        }
        _ => refuse(format!("cannot be opened: {error}")),
    })?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large from one that just fits.
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refuse(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(refuse(format!(
            "larger than {LARGEST_FILE} bytes, so not a settings file"
        )));
    }
    String::from_utf8(bytes).map_err(|_| refuse("not UTF-8; save it as UTF-8 text".to_owned()))
}
