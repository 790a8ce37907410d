//! Which of Django's applications are installed, in `INSTALLED_APPS` order.

use crate::engine::ExistingColumn;
use crate::migrate::tables::Kind;
use crate::migrate::{AutoField, MigrationError};
use crate::user_model::UserModel;

/// An application whose tables we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum App {
    Admin,
    Auth,
    ContentTypes,
    Sessions,
    AuthToken,
    /// The project's own application that holds the user model.
    User,
}

/// The installed applications and what their tables depend on.
#[derive(Debug, Clone)]
pub(crate) struct Apps {
    pub(crate) installed: Vec<App>,
    pub(crate) model: UserModel,
    pub(crate) auto_field: AutoField,
    /// The key of a user table that Django made with a `UUIDField`.
    uuid_key: Option<Kind>,
}

impl Apps {
    /// Reads dotted paths, labels and `AppConfig` paths; passes over what has no table here.
    pub(crate) fn new(names: &[String], model: &UserModel, auto_field: AutoField) -> Self {
        let own_user = !is_known_label(&model.app_label);
        let mut installed = Vec::new();
        for name in names {
            let app = known(name)
                .or_else(|| (own_user && label(name) == model.app_label).then_some(App::User));
            if let Some(app) = app.filter(|app| !installed.contains(app)) {
                installed.push(app);
            }
        }
        // Django insists that the user model's application is installed.
        if own_user && !installed.contains(&App::User) {
            installed.push(App::User);
        }
        Self {
            installed,
            model: model.clone(),
            auto_field,
            uuid_key: None,
        }
    }

    /// The same beside a user table that has these columns already.
    pub(crate) fn beside(mut self, user_columns: &[ExistingColumn]) -> Self {
        let id = &self.model.columns.id;
        let key = user_columns.iter().find(|column| column.name == *id);
        self.uuid_key = match key.map(|column| column.kind.as_str()) {
            Some("uuid") => Some(Kind::Uuid),
            Some("char(32)") => Some(Kind::Hex),
            _ => None,
        };
        self
    }

    pub(crate) fn has(&self, app: App) -> bool {
        self.installed.contains(&app)
    }

    pub(crate) fn label(&self, app: App) -> &str {
        match app {
            App::Admin => "admin",
            App::Auth => "auth",
            App::ContentTypes => "contenttypes",
            App::Sessions => "sessions",
            App::AuthToken => "authtoken",
            App::User => &self.model.app_label,
        }
    }

    /// The application that makes the user table; `None` if nothing here does.
    pub(crate) fn user_app(&self) -> Option<App> {
        if self.model.is_django_own() {
            Some(App::Auth)
        } else {
            self.has(App::User).then_some(App::User)
        }
    }

    /// The type of the user table's key; auth's own configuration fixes `AutoField`.
    pub(crate) fn user_key(&self) -> AutoField {
        if self.model.is_django_own() {
            return AutoField::Auto;
        }
        self.auto_field
    }

    /// What a column holds that refers to a user.
    pub(crate) fn user_reference(&self) -> Kind {
        self.uuid_key.unwrap_or(Kind::Integer(self.user_key()))
    }

    /// Refuses a list in which an application lacks one that its tables refer to.
    pub(crate) fn check(&self) -> Result<(), MigrationError> {
        for app in &self.installed {
            let needs = match app {
                App::Admin => &[App::ContentTypes, App::Auth][..],
                App::Auth => &[App::ContentTypes],
                App::AuthToken | App::User => &[App::Auth],
                App::ContentTypes | App::Sessions => &[],
            };
            if let Some(absent) = needs.iter().find(|needed| !self.has(**needed)) {
                return Err(MigrationError::MissingApp {
                    app: self.label(*app).to_owned(),
                    needs: format!("django.contrib.{}", self.label(*absent)),
                });
            }
        }
        Ok(())
    }
}

fn known(name: &str) -> Option<App> {
    let path = name.split(".apps.").next().unwrap_or(name);
    Some(match path {
        "django.contrib.admin" | "admin" => App::Admin,
        "django.contrib.auth" | "auth" => App::Auth,
        "django.contrib.contenttypes" | "contenttypes" => App::ContentTypes,
        "django.contrib.sessions" | "sessions" => App::Sessions,
        "rest_framework.authtoken" | "authtoken" => App::AuthToken,
        _ => return None,
    })
}

fn is_known_label(label: &str) -> bool {
    matches!(
        label,
        "admin" | "auth" | "contenttypes" | "sessions" | "authtoken"
    )
}

/// The label that Django gives an application by default: the last part of its path.
fn label(name: &str) -> &str {
    let path = name.split(".apps.").next().unwrap_or(name);
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}
