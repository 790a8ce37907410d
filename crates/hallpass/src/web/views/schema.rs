//! `GET /schema/`: the OpenAPI document of the ready-made endpoints, with the paths that the settings give them.

mod operations;

use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use hallpass_formats::json::{Json, Object};
use http::header::CONTENT_TYPE;

use crate::settings::{AuthenticationClass, Settings};

/// The view. Put it at `schema_path`; it is open to everybody, as DRF's schema view is, and tells no more than the
/// paths themselves do.
pub fn schema<S: Clone + Send + Sync + 'static>(settings: &Settings) -> MethodRouter<S> {
    let text = document(settings).to_compact();
    get(async move || answer(text.clone()))
}

fn answer(text: String) -> Response {
    ([(CONTENT_TYPE, "application/vnd.oai.openapi+json")], text).into_response()
}

fn document(settings: &Settings) -> Json {
    object([
        ("openapi", Json::from("3.0.3")),
        (
            "info",
            object([
                ("title", Json::from("Hallpass")),
                ("version", Json::from(env!("CARGO_PKG_VERSION"))),
            ]),
        ),
        ("paths", paths(settings)),
        (
            "components",
            object([
                ("schemas", operations::schemas()),
                ("securitySchemes", security_schemes(settings)),
            ]),
        ),
    ])
}

/// A path that is switched off is not there.
fn paths(settings: &Settings) -> Json {
    let all = [
        (&settings.token.path, operations::token(settings)),
        (&settings.whoami_path, operations::whoami(settings)),
        (&settings.login_path, operations::login()),
        (&settings.logout_path, operations::logout()),
        (&settings.schema_path, operations::schema()),
        (&settings.healthz_path, operations::healthz()),
        (&settings.readyz_path, operations::readyz()),
    ];
    let mut paths = Object::new();
    for (path, item) in all {
        if !path.is_empty() {
            paths.insert(path.as_str(), item);
        }
    }
    Json::Object(paths)
}

fn security_schemes(settings: &Settings) -> Json {
    let mut schemes = Object::new();
    for class in &settings.rest_framework.default_authentication_classes {
        match class {
            AuthenticationClass::Session => {
                let cookie = object([
                    ("type", Json::from("apiKey")),
                    ("in", Json::from("cookie")),
                    ("name", Json::from(settings.session_cookie_name.as_str())),
                ]);
                schemes.insert("session", cookie);
            }
            AuthenticationClass::Token => {
                let said = format!("`Authorization: {} <key>`", settings.token.keyword);
                let header = object([
                    ("type", Json::from("apiKey")),
                    ("in", Json::from("header")),
                    ("name", Json::from("Authorization")),
                    ("description", Json::from(said)),
                ]);
                schemes.insert("token", header);
            }
            AuthenticationClass::Basic => {
                let basic = object([
                    ("type", Json::from("http")),
                    ("scheme", Json::from("basic")),
                ]);
                schemes.insert("basic", basic);
            }
            _ => {}
        }
    }
    Json::Object(schemes)
}

/// Any of the schemes will do.
fn security(settings: &Settings) -> Json {
    let schemes = security_schemes(settings);
    let Json::Object(schemes) = &schemes else {
        return Json::List(Vec::new());
    };
    let names = schemes.iter().filter_map(|(name, _)| name.as_str());
    Json::List(
        names
            .map(|name| object([(name, Json::List(Vec::new()))]))
            .collect(),
    )
}

fn object<const N: usize>(entries: [(&str, Json); N]) -> Json {
    let mut object = Object::new();
    for (name, value) in entries {
        object.insert(name, value);
    }
    Json::Object(object)
}
