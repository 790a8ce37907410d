//! What each endpoint takes and answers.

use hallpass_formats::json::{Json, Object};

use super::{object, security};
use crate::settings::Settings;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const HTML: &str = "text/html";
const TEXT: &str = "text/plain";

/// The shapes that several operations name.
pub(super) fn schemas() -> Json {
    let text = || typed("string");
    let nullable =
        |kind: &str| object([("type", Json::from(kind)), ("nullable", Json::from(true))]);
    let list = object([("type", Json::from("array")), ("items", text())]);
    let detail = shape([("detail", text())], &["detail"]);
    let credentials = shape(
        [("username", text()), ("password", text())],
        &["username", "password"],
    );
    let errors = object([
        ("type", Json::from("object")),
        ("description", Json::from("Messages by field, or a detail")),
    ]);
    let identity = shape(
        [
            (
                "id",
                object([("description", Json::from("A number, or a UUID as text"))]),
            ),
            ("username", text()),
            ("email", nullable("string")),
            ("is_staff", nullable("boolean")),
            ("is_superuser", nullable("boolean")),
            ("groups", list),
            ("authenticated_by", text()),
        ],
        &[
            "id",
            "username",
            "email",
            "is_staff",
            "is_superuser",
            "groups",
            "authenticated_by",
        ],
    );
    object([
        ("Credentials", credentials),
        ("Detail", detail),
        ("Errors", errors),
        ("Identity", identity),
        ("Token", shape([("token", text())], &["token"])),
    ])
}

pub(super) fn token(settings: &Settings) -> Json {
    let body = object([
        ("required", Json::from(true)),
        (
            "content",
            object([
                (FORM, of("Credentials")),
                ("multipart/form-data", of("Credentials")),
                (JSON, of("Credentials")),
            ]),
        ),
    ]);
    let mut operation = operation(
        "obtainAuthToken",
        "The user's token, for a user name and a password",
        [
            answer("200", "The token", JSON, "Token"),
            answer("400", "Wrong or missing credentials", JSON, "Errors"),
            answer(
                "401",
                "A wrong credential came along in a header",
                JSON,
                "Detail",
            ),
            answer(
                "403",
                "The same, or a session without its CSRF token",
                JSON,
                "Detail",
            ),
            answer("406", "Only JSON is answered", JSON, "Detail"),
            answer("415", "No form and no JSON", JSON, "Detail"),
            answer(
                "503",
                "The database or the hashing queue cannot answer",
                JSON,
                "Detail",
            ),
        ],
    );
    operation.insert("requestBody", body);
    operation.insert("security", optional(settings));
    object([("post", Json::Object(operation))])
}

pub(super) fn whoami(settings: &Settings) -> Json {
    let mut operation = operation(
        "whoami",
        "Who is calling",
        [
            answer("200", "The caller", JSON, "Identity"),
            answer("401", "No credential, or a wrong one", JSON, "Detail"),
            answer(
                "403",
                "The same, where the first scheme has no challenge",
                JSON,
                "Detail",
            ),
            answer("404", "An unknown ?format=", JSON, "Detail"),
            answer("406", "Only JSON is answered", JSON, "Detail"),
            answer("503", "The database cannot answer", JSON, "Detail"),
        ],
    );
    operation.insert("security", security(settings));
    get(operation)
}

pub(super) fn login() -> Json {
    let page = || {
        plain(
            "200",
            "The page with the form, or with what is wrong with it",
            HTML,
        )
    };
    let page_of = operation(
        "loginPage",
        "The login page",
        [page(), redirect(), refused()],
    );
    let post = operation(
        "login",
        "Logs in and redirects",
        [page(), redirect(), refused()],
    );
    let put = operation(
        "loginPut",
        "As POST of an empty form: Django's view takes it, and reads no body",
        [page(), redirect(), refused()],
    );
    object([
        ("get", Json::Object(page_of)),
        ("post", form(post)),
        ("put", Json::Object(put)),
    ])
}

pub(super) fn logout() -> Json {
    let page = plain("200", "The page that says so", HTML);
    let post = operation("logout", "Logs out", [page, redirect(), refused()]);
    object([("post", form(post))])
}

pub(super) fn schema() -> Json {
    let kind = "application/vnd.oai.openapi+json";
    let document = answer_of("200", "This document", kind, typed("object"));
    get(operation("schema", "OpenAPI", [document]))
}

pub(super) fn healthz() -> Json {
    let alive = plain("200", "Alive", TEXT);
    get(operation("healthz", "Is the process alive?", [alive]))
}

pub(super) fn readyz() -> Json {
    let answers = [
        plain("200", "Ready", TEXT),
        plain("503", "Not ready, and why", TEXT),
    ];
    get(operation("readyz", "Can requests be answered?", answers))
}

/// A path that is only read.
fn get(operation: Object) -> Json {
    object([("get", Json::Object(operation))])
}

/// With a form whose fields are the page's own business.
fn form(mut operation: Object) -> Json {
    let fields = object([("schema", typed("object"))]);
    operation.insert(
        "requestBody",
        object([("content", object([(FORM, fields)]))]),
    );
    Json::Object(operation)
}

fn operation<const N: usize>(id: &str, summary: &str, answers: [(&str, Json); N]) -> Object {
    let mut operation = Object::new();
    operation.insert("operationId", id);
    operation.insert("summary", summary);
    operation.insert("responses", object(answers));
    operation
}

fn redirect() -> (&'static str, Json) {
    (
        "302",
        object([("description", Json::from("To the next page"))]),
    )
}

fn refused() -> (&'static str, Json) {
    plain("403", "CSRF verification failed", HTML)
}

/// An answer whose body is one of the named shapes.
fn answer(status: &'static str, what: &str, kind: &str, schema: &str) -> (&'static str, Json) {
    answer_of(status, what, kind, reference(schema))
}

/// An answer whose body is text.
fn plain(status: &'static str, what: &str, kind: &str) -> (&'static str, Json) {
    answer_of(status, what, kind, typed("string"))
}

fn answer_of(status: &'static str, what: &str, kind: &str, schema: Json) -> (&'static str, Json) {
    let content = object([(kind, object([("schema", schema)]))]);
    let answer = object([("description", Json::from(what)), ("content", content)]);
    (status, answer)
}

fn of(schema: &str) -> Json {
    object([("schema", reference(schema))])
}

fn reference(schema: &str) -> Json {
    let path = format!("#/components/schemas/{schema}");
    object([("$ref", Json::from(path))])
}

fn typed(kind: &str) -> Json {
    object([("type", Json::from(kind))])
}

fn shape<const N: usize>(properties: [(&str, Json); N], required: &[&str]) -> Json {
    let required = required.iter().map(|name| Json::from(*name)).collect();
    object([
        ("type", Json::from("object")),
        ("properties", object(properties)),
        ("required", Json::List(required)),
    ])
}

/// None is needed, any is looked at.
fn optional(settings: &Settings) -> Json {
    let mut schemes = vec![Json::Object(Object::new())];
    if let Json::List(known) = security(settings) {
        schemes.extend(known);
    }
    Json::List(schemes)
}
