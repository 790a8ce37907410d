//! Views that say who is calling or what was sent.

use axum::response::{IntoResponse, Response};
use hallpass::formats::json::{Json, Object};
use hallpass::{ApiView, Auth, Data, FormData, Rejection};
use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// DRF's `Response`.
pub(super) fn json(value: &Json) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_compact()).into_response()
}

pub(super) fn object(entries: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    let mut object = Object::new();
    for (name, value) in entries {
        object.insert(name, value);
    }
    Json::Object(object)
}

/// The caller under every method.
pub(super) fn whoami(name: &str) -> ApiView {
    ApiView::new(name)
        .get(answer)
        .post(answer)
        .put(answer)
        .patch(answer)
        .delete(answer)
}

async fn answer(auth: Option<Auth>) -> Response {
    let auth = auth.as_ref();
    let text = |text: Option<&str>| text.map_or(Json::Null, Json::from);
    let via = auth.map(|auth| match auth.authenticated_by() {
        "session" => "SessionAuthentication",
        "token" => "TokenAuthentication",
        "basic" => "BasicAuthentication",
        own => own,
    });
    json(&object([
        ("user", text(auth.map(|auth| auth.user().username()))),
        (
            "id",
            auth.map_or(Json::Null, |auth| Json::from(*auth.user().id())),
        ),
        (
            "auth",
            text(auth.and_then(|auth| auth.token()).map(hallpass::Token::key)),
        ),
        ("via", text(via)),
    ]))
}

pub(super) async fn get_only() -> Response {
    json(&object([("ok", Json::Bool(true))]))
}

pub(super) async fn echo(data: Data) -> Response {
    let data = match data {
        Data::Json(document) => document,
        Data::Form(form) => lists(&form),
        Data::Empty => object([]),
    };
    json(&object([("data", data)]))
}

/// The same for JSON alone.
pub(super) async fn echo_json(headers: HeaderMap, data: Data) -> Result<Response, Rejection> {
    if let Data::Form(_) = data {
        let content_type = headers[CONTENT_TYPE].to_str().unwrap();
        return Err(Rejection::unsupported_media_type(content_type));
    }
    Ok(echo(data).await)
}

/// All values of every field.
fn lists(form: &FormData) -> Json {
    let mut object = Object::new();
    for (name, value) in form.iter() {
        let mut values = match object.get(name) {
            Some(Json::List(values)) => values.clone(),
            _ => Vec::new(),
        };
        values.push(Json::from(value));
        object.insert(name, Json::List(values));
    }
    for file in form.files() {
        let names = vec![Json::from(file.file_name.as_str())];
        object.insert(file.field.as_str(), Json::List(names));
    }
    Json::Object(object)
}
