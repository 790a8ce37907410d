//! Content types and permissions, which Django makes after migrating (`post_migrate`).

use crate::migrate::apps::{App, Apps};

/// A model as `django_content_type` and `auth_permission` name it.
#[derive(Debug)]
pub(crate) struct Model {
    /// `django_content_type.model`.
    pub(crate) key: String,
    /// As in `Can add log entry`.
    pub(crate) verbose_name: &'static str,
}

/// The rights that Django makes for each model, in its order.
pub(crate) const ACTIONS: [&str; 4] = ["add", "change", "delete", "view"];

/// The models of an application, in the order of their definition.
pub(crate) fn models(apps: &Apps, app: App) -> Vec<Model> {
    let model = |key: &str, verbose_name| Model {
        key: key.to_owned(),
        verbose_name,
    };
    match app {
        App::Admin => vec![model("logentry", "log entry")],
        App::ContentTypes => vec![model("contenttype", "content type")],
        App::Sessions => vec![model("session", "session")],
        App::AuthToken => vec![model("token", "Token"), model("tokenproxy", "Token")],
        // AbstractUser calls itself "user", and so do its subclasses whatever their name.
        App::User => vec![model(&apps.model.model_key(), "user")],
        App::Auth => {
            let mut models = vec![model("permission", "permission"), model("group", "group")];
            if apps.model.is_django_own() {
                models.push(model("user", "user"));
            }
            models
        }
    }
}
