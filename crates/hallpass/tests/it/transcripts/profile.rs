//! The settings of a profile: the recording site's own, with the profile's laid over them.

use std::fmt::Write as _;
use std::path::Path;

use hallpass::settings::{Settings, Sources};
use serde_json::{Map, Value, json};

use super::fixture::Fixture;
use super::read::vectors;

/// One profile of `profiles.json`.
pub(crate) struct Profile {
    overlay: Map<String, Value>,
}

impl Profile {
    pub(crate) fn named(name: &str) -> Self {
        let text = std::fs::read_to_string(vectors().join("profiles.json")).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let overlay = file["profiles"][name].as_object();
        Self {
            overlay: overlay
                .unwrap_or_else(|| panic!("no profile {name}"))
                .clone(),
        }
    }

    /// Whether the login column is the address.
    pub(crate) fn logs_in_by_email(&self) -> bool {
        self.overlay.get("AUTH_USER_MODEL") == Some(&json!("app.User"))
    }

    /// Whether `CsrfViewMiddleware` is there; a Hallpass without it mounts its plain views as exempt.
    pub(crate) fn has_csrf_middleware(&self) -> bool {
        !self.overlay.contains_key("MIDDLEWARE-")
    }

    /// The settings, read from a file in `folder` as an application's are.
    pub(crate) fn settings(&self, folder: &Path, fixture: &Fixture, iterations: u32) -> Settings {
        let mut settings = base(folder, fixture, iterations);
        let mut rest_framework = rest_framework();
        for (name, value) in &self.overlay {
            match name.as_str() {
                "REST_FRAMEWORK+" => rest_framework.extend(value.as_object().unwrap().clone()),
                // Settings name no middleware; see `has_csrf_middleware` and `left_out.rs`.
                "MIDDLEWARE+" | "MIDDLEWARE-" => {}
                _ => {
                    settings.insert(name.clone(), value.clone());
                }
            }
        }
        let mut text = String::new();
        write_table(&mut text, &settings);
        text.push_str("[REST_FRAMEWORK]\n");
        write_table(&mut text, &rest_framework);
        text.push_str("[REST_FRAMEWORK.DEFAULT_THROTTLE_RATES]\n");
        text.push_str("a = '1/day'\nb = '2/s'\nunlimited = 'none'\n");
        let file = folder.join("hallpass.toml");
        std::fs::write(&file, text).unwrap();
        Settings::load(Sources {
            file: Some(file),
            ..Sources::default()
        })
        .unwrap()
    }
}

fn base(folder: &Path, fixture: &Fixture, iterations: u32) -> Map<String, Value> {
    let settings = json!({
        "DATABASE_URL": format!("sqlite:///{}", folder.join("db.sqlite3").display()),
        "SECRET_KEY": fixture.secret_key,
        "SECRET_KEY_FALLBACKS": fixture.secret_key_fallbacks,
        "ALLOWED_HOSTS": ["testserver", ".testserver.example", "127.0.0.1", "localhost", "[::1]"],
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "CSRF_TRUSTED_ORIGINS": ["https://trusted.example", "https://*.wild.example", "http://plain.example:8080"],
        "PBKDF2_ITERATIONS": iterations,
        "HASH_THREADS": 1,
    });
    settings.as_object().unwrap().clone()
}

fn rest_framework() -> Map<String, Value> {
    let settings = json!({
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "rest_framework.authentication.SessionAuthentication",
            "rest_framework.authentication.TokenAuthentication",
            "rest_framework.authentication.BasicAuthentication",
        ],
    });
    settings.as_object().unwrap().clone()
}

/// JSON scalars and lists of them are TOML too; `null` is written `"none"`.
fn write_table(text: &mut String, table: &Map<String, Value>) {
    for (name, value) in table {
        let none = json!("none");
        let value = if value.is_null() { &none } else { value };
        writeln!(text, "{name} = {value}").unwrap();
    }
}
