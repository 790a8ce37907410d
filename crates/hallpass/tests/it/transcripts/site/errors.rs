//! A view that raises what its path says.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use hallpass::Rejection;
use hallpass::formats::json::Json;
use http::{Method, StatusCode};

use super::api::{json, object};

pub(super) async fn raise(Path(what): Path<String>) -> Result<Response, Rejection> {
    let raised = match what.as_str() {
        "404" | "drf-404" => Rejection::not_found(),
        "404-msg" => detail(Rejection::not_found(), "No Widget matches the given query."),
        "403" => Rejection::permission_denied(None),
        "403-msg" => Rejection::permission_denied(Some("Keep out.")),
        "drf-403" => Rejection::permission_denied(Some("Custom text.")),
        "notauth" => Rejection::not_authenticated(),
        "authfailed" => Rejection::authentication_failed("Incorrect authentication credentials."),
        "parse" => Rejection::parse_error("Malformed request."),
        "405" => Rejection::method_not_allowed(&Method::from_bytes(b"FROB").unwrap()),
        "406" => Rejection::not_acceptable(),
        "415" => Rejection::unsupported_media_type("text/weird"),
        "validation" => Rejection::validation(list(["Invalid input."])),
        "validation-str" => Rejection::validation(list(["One thing is wrong."])),
        "validation-list" => Rejection::validation(list(["First.", "Second."])),
        "validation-dict" => Rejection::validation(object([
            ("name", list(["Bad name."])),
            ("age", Json::from("Too young.")),
        ])),
        "api" => Rejection::server_error(),
        "throttle" => Rejection::throttled(None),
        "none" => return Ok(StatusCode::OK.into_response()),
        "204" => return Ok(StatusCode::NO_CONTENT.into_response()),
        "unicode" => return Ok(json(&awkward())),
        other => match other.strip_prefix("throttle-") {
            Some(wait) => Rejection::throttled(Some(wait.parse().unwrap())),
            None => return Ok(json(&object([("what", Json::from(other))]))),
        },
    };
    Err(raised)
}

fn detail(rejection: Rejection, text: &str) -> Rejection {
    rejection.with_body(object([("detail", Json::from(text))]))
}

fn list<const N: usize>(texts: [&str; N]) -> Json {
    Json::List(texts.into_iter().map(Json::from).collect())
}

/// What needs care in JSON.
fn awkward() -> Json {
    object([
        ("k", Json::from("é\u{2028}\u{2029}/<>&\u{1}\"\\")),
        ("n", Json::Float(1.0)),
        ("b", Json::Bool(true)),
        ("z", Json::Null),
    ])
}
