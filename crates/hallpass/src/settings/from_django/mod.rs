//! `hallpass init --from-django`: the settings of a Django project, from what `manage.py diffsettings --all` prints.
//!
//! A line is `NAME = repr`; the project's own names end in `  ###`, defaults begin with `### `. Each value is tried on
//! our own settings before it is written: what they refuse is left out and named, so that the file always loads. Names
//! are told, values never, because any of them may be a secret.

mod classes;
mod database;
mod literal;

use std::collections::BTreeMap;

use super::define::Definition;
use super::ignored;
use super::known::definitions;
use super::table::Settings;
use super::template;
use super::value::toml_text;
use literal::Literal;

/// A settings file made from a Django project's settings.
#[derive(Clone)]
#[non_exhaustive]
pub struct FromDjango {
    /// The text of `hallpass.toml`. It holds the secret key.
    pub file: String,
    /// How many settings were taken over, those that equal the default here not counted.
    pub settings: usize,
    /// What was not taken over or has to be looked at, one sentence each; without values. The file has it as comments.
    pub left_out: Vec<String>,
}

/// Without the file, which holds the secret key.
impl std::fmt::Debug for FromDjango {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FromDjango")
            .field("settings", &self.settings)
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}

/// The text is not what `diffsettings` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiffsettingsError {
    /// No line of it is `NAME = value`.
    #[error(
        "that is not what `manage.py diffsettings --all` prints: no line reads NAME = value (--output=unified is not understood)"
    )]
    NotSettings,
    /// No `SECRET_KEY`, or an empty one.
    #[error(
        "the settings have no SECRET_KEY: run `manage.py diffsettings --all` with the project's own settings and environment"
    )]
    NoSecretKey,
}

impl Settings {
    /// The text of a `hallpass.toml` with what a Django project's settings say.
    ///
    /// ```
    /// use hallpass::settings::Settings;
    ///
    /// let printed = "SECRET_KEY = 'key'\nSESSION_COOKIE_AGE = 3600\nSITE_NAME = 'Blog'  ###\n";
    /// let made = Settings::from_diffsettings(printed)?;
    /// let settings = Settings::from_toml(&made.file)?;
    /// assert_eq!(settings.session_cookie_age, 3600);
    /// assert_eq!(settings.secret_key.expose(), "key");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// See [`DiffsettingsError`].
    pub fn from_diffsettings(printed: &str) -> Result<FromDjango, DiffsettingsError> {
        let lines: Vec<Line<'_>> = printed.lines().filter_map(Line::read).collect();
        if lines.is_empty() {
            return Err(DiffsettingsError::NotSettings);
        }
        let mut taken = Taken::default();
        for line in &lines {
            taken.take(line);
        }
        if !taken.values.contains_key(&("", "secret_key")) {
            return Err(DiffsettingsError::NoSecretKey);
        }
        taken.remark_on_defaults();
        taken.remark_on_names();
        Ok(FromDjango {
            file: template::filled(&taken.values, &taken.left_out),
            settings: taken.values.len(),
            left_out: taken.left_out,
        })
    }
}

/// One setting of the project.
struct Line<'a> {
    name: &'a str,
    value: Literal,
    is_default: bool,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let stripped = line.strip_prefix("### ");
        let (name, repr) = stripped.unwrap_or(line).split_once(" = ")?;
        let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_name) {
            return None;
        }
        Some(Self {
            name,
            value: Literal::read(repr.strip_suffix("  ###").unwrap_or(repr)),
            is_default: stripped.is_some(),
        })
    }
}

/// What was taken over so far.
#[derive(Default)]
struct Taken {
    values: BTreeMap<(&'static str, &'static str), String>,
    left_out: Vec<String>,
    without_effect: Vec<String>,
    unknown: Vec<String>,
    rest_framework: Vec<String>,
}

impl Taken {
    fn take(&mut self, line: &Line<'_>) {
        match (line.name, &line.value) {
            ("DATABASES", databases) => self.take_database(databases),
            ("REST_FRAMEWORK", Literal::Dict(entries)) => {
                for (key, value) in entries {
                    let Some(name) = key.as_text() else { continue };
                    self.rest_framework.push(name.to_ascii_lowercase());
                    self.take_one("rest_framework", name, value, false);
                }
            }
            ("CACHES", caches) => {
                // The others hold no sessions.
                if let Some(Literal::Dict(entries)) = caches.get("default") {
                    for (key, value) in entries {
                        let Some(name) = key.as_text() else { continue };
                        self.take_one("caches.default", name, value, line.is_default);
                    }
                }
            }
            ("MIDDLEWARE", Literal::List(classes)) => {
                self.without_effect.push("MIDDLEWARE".to_owned());
                let is_csrf = |class: &Literal| {
                    class
                        .as_text()
                        .is_some_and(|path| path.contains("CsrfViewMiddleware"))
                };
                if !classes.iter().any(is_csrf) {
                    self.remark("MIDDLEWARE has no CsrfViewMiddleware: put it back in Django; token calls do not need it gone");
                }
            }
            (name, value) => self.take_one("", name, value, line.is_default),
        }
    }

    fn take_one(&mut self, table: &str, name: &str, value: &Literal, is_default: bool) {
        let lower = name.to_ascii_lowercase();
        let shown = match table {
            "" => name.to_owned(),
            "rest_framework" => format!("REST_FRAMEWORK[{name}]"),
            _ => format!("CACHES[default][{name}]"),
        };
        let mut all = definitions();
        let Some(known) = all.find(|known| known.table == table && known.name == lower) else {
            if is_default {
            } else if ignored::find(table, &lower).is_some() {
                self.without_effect.push(shown);
            } else {
                self.unknown.push(shown);
            }
            return;
        };
        let mut remarks = Vec::new();
        let chosen = classes::known_ones(known, value, &mut remarks);
        for remark in remarks {
            self.remark(&format!("{shown}: {remark}"));
        }
        let Some(value) = chosen else {
            return;
        };
        match converted(known, &value).and_then(|toml| tried(known, toml)) {
            Ok(Some(toml)) => {
                self.values.insert((known.table, known.name), toml);
            }
            Ok(None) => {}
            Err(_) if is_default => {}
            Err(reason) => self.remark(&format!("{shown}: {reason}")),
        }
    }

    fn take_database(&mut self, databases: &Literal) {
        match database::url(databases) {
            Ok((url, remarks)) => {
                self.values.insert(("", "database_url"), toml_text(&url));
                for remark in remarks {
                    self.remark(&remark);
                }
            }
            Err(reason) => self.remark(&format!("DATABASES: {reason}; set database_url")),
        }
    }

    /// Where DRF's own default is not ours.
    fn remark_on_defaults(&mut self) {
        let defaults = [
            (
                "default_authentication_classes",
                "REST_FRAMEWORK sets no DEFAULT_AUTHENTICATION_CLASSES: DRF accepts sessions and Basic, Hallpass tokens as well",
            ),
            (
                "default_permission_classes",
                "REST_FRAMEWORK sets no DEFAULT_PERMISSION_CLASSES: DRF lets everybody in, Hallpass only authenticated callers",
            ),
        ];
        for (name, remark) in defaults {
            if !self.rest_framework.iter().any(|given| given == name) {
                self.remark(remark);
            }
        }
        if self.values.contains_key(&("", "auth_user_model")) {
            self.remark(
                "AUTH_USER_MODEL: people log in with the column email unless username_field under [user_model] names another",
            );
        }
    }

    fn remark_on_names(&mut self) {
        for (names, what) in [
            (std::mem::take(&mut self.without_effect), "no effect here"),
            (
                std::mem::take(&mut self.unknown),
                "no setting of Django or DRF that Hallpass knows",
            ),
        ] {
            if !names.is_empty() {
                self.remark(&format!("{what}: {}", names.join(", ")));
            }
        }
    }

    /// Names come from the project: nothing in them may end a comment or move a cursor.
    fn remark(&mut self, text: &str) {
        let line = text
            .chars()
            .map(|symbol| if symbol.is_control() { ' ' } else { symbol })
            .collect();
        self.left_out.push(line);
    }
}

/// The value as TOML writes it for this setting.
fn converted(known: &Definition, value: &Literal) -> Result<String, String> {
    const ADDRESSES: [&str; 3] = ["login_url", "login_redirect_url", "logout_redirect_url"];
    if ADDRESSES.contains(&known.name) {
        let text = value.as_text().unwrap_or("/");
        if !text.starts_with('/') && !text.contains("://") {
            return Err("it is the name of a URL pattern: write the path itself".to_owned());
        }
    }
    match value {
        // Both leave the attribute out in Django; here `"none"` would be `SameSite=None`.
        Literal::None if known.name.ends_with("_samesite") => Ok("false".to_owned()),
        Literal::None if !known.kind().ends_with("or \"none\"") => {
            Err("None cannot be said here".to_owned())
        }
        value => toml(value),
    }
}

fn toml(value: &Literal) -> Result<String, String> {
    Ok(match value {
        Literal::None => toml_text("none"),
        Literal::Bool(value) => value.to_string(),
        Literal::Integer(number) => number.to_string(),
        Literal::Float(number) => format!("{number:?}"),
        Literal::Text(text) => toml_text(text),
        Literal::List(items) => {
            let items: Vec<String> = items.iter().map(toml).collect::<Result<_, _>>()?;
            format!("[{}]", items.join(", "))
        }
        Literal::Dict(entries) => {
            let entry = |(key, value): &(Literal, Literal)| {
                let key = key.as_text().ok_or("a key is no text")?;
                Ok(format!("{} = {}", toml_text(key), toml(value)?))
            };
            let entries: Vec<String> = entries.iter().map(entry).collect::<Result<_, String>>()?;
            format!("{{ {} }}", entries.join(", "))
        }
        Literal::Other(kind) => return Err(format!("{kind} cannot be written here")),
    })
}

/// The value if our settings take it and it is not what they have anyway.
fn tried(known: &Definition, toml: String) -> Result<Option<String>, String> {
    let header = if known.table.is_empty() {
        String::new()
    } else {
        format!("[{}]\n", known.table)
    };
    match Settings::from_toml(&format!("{header}{} = {toml}\n", known.name)) {
        Ok(settings) if settings == Settings::default() => Ok(None),
        Ok(_) => Ok(Some(toml)),
        Err(error) => {
            // Without the place, which is a line of a text that nobody has seen.
            let text = error.to_string();
            let reason = text
                .split_once(": ")
                .map_or(text.as_str(), |(_, rest)| rest);
            Err(reason.to_owned())
        }
    }
}
