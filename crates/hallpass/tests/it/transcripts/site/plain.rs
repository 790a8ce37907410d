//! Plain Django views: the CSRF check, sessions, and the request's host.

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use hallpass::formats::json::{self, Json, Object};
use hallpass::{Accepted, Auth, CsrfToken, Rejection, RequestContext, Session};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, StatusCode};

use super::api::object;

/// Django's `JsonResponse`.
fn json_response(entries: impl IntoIterator<Item = (&'static str, Json)>) -> Response {
    (
        [(CONTENT_TYPE, "application/json")],
        object(entries).to_django(),
    )
        .into_response()
}

pub(super) async fn csrf_ensure(_: CsrfToken) -> Html<&'static str> {
    Html("ok")
}

pub(super) async fn csrf_token(CsrfToken(token): CsrfToken) -> Response {
    json_response([("token", Json::from(token))])
}

pub(super) async fn csrf_rotate(parts: Parts) -> Result<Html<&'static str>, Rejection> {
    RequestContext::of(&parts)?.rotate_csrf_token();
    Ok(Html("rotated"))
}

pub(super) async fn passed(method: Method) -> Response {
    json_response([("passed", Json::from(method.as_str()))])
}

pub(super) async fn whoami(auth: Option<Auth>) -> Response {
    let name = auth.as_ref().map_or("", |auth| auth.user().username());
    json_response([
        ("user", Json::from(name)),
        ("authenticated", Json::Bool(auth.is_some())),
    ])
}

pub(super) async fn host(parts: Parts) -> Result<Response, Rejection> {
    let request = RequestContext::of(&parts)?;
    Ok(json_response([
        ("host", Json::from(request.host())),
        ("secure", Json::Bool(request.is_secure())),
    ]))
}

/// One operation on the session, then what it holds.
pub(super) async fn session(
    Path(operation): Path<String>,
    session: Session,
    parts: Parts,
    body: Bytes,
) -> Result<Response, Rejection> {
    let arguments = arguments(&body);
    let text = |name: &str| {
        arguments
            .get(name)
            .and_then(Json::as_str)
            .map(str::to_owned)
    };
    let request = RequestContext::of(&parts)?;
    match operation.as_str() {
        "none" => return Ok(json_response([("untouched", Json::Bool(true))])),
        "touch" => {
            session.get("x").await?;
            return Ok(json_response([("touched", Json::Bool(true))]));
        }
        "fail" => {
            session.insert("x", 1).await?;
            return Ok((StatusCode::INTERNAL_SERVER_ERROR, Html("broken")).into_response());
        }
        "set" => {
            for (name, value) in arguments.iter() {
                session
                    .insert(name.as_str().unwrap(), value.clone())
                    .await?;
            }
        }
        "get" => {}
        "flush" => session.flush().await?,
        "clear" => session.clear().await,
        "cycle" => session.cycle_key().await?,
        "expiry" => {
            let seconds = arguments.get("value").and_then(Json::as_i64);
            session.set_expiry(seconds).await?;
        }
        "setpw" => {
            let password = text("password").unwrap();
            let keep = arguments.get("keep").is_some();
            set_password(&request, &parts, &password, keep).await?;
        }
        "login" => log_in(&request, &text("user").unwrap(), text("backend")).await?,
        "logout" => hallpass::logout(&request).await?,
        other => panic!("no operation {other}"),
    }
    content(&session).await
}

fn arguments(body: &[u8]) -> Object {
    match json::parse_bytes(body) {
        Ok(Json::Object(arguments)) => arguments,
        _ => Object::new(),
    }
}

async fn set_password(
    request: &RequestContext<'_>,
    parts: &Parts,
    password: &str,
    keep: bool,
) -> Result<(), Rejection> {
    use axum::extract::FromRequestParts as _;

    let auth = Auth::from_request_parts(&mut parts.clone(), &()).await?;
    let accounts = request.core().accounts();
    let user = accounts.set_password(auth.user(), password).await.unwrap();
    if keep {
        hallpass::update_session_auth_hash(request, &user).await?;
    }
    Ok(())
}

async fn log_in(
    request: &RequestContext<'_>,
    name: &str,
    backend: Option<String>,
) -> Result<(), Rejection> {
    let user = request.core().accounts().by_username(name).await?.unwrap();
    let backend = backend.unwrap_or_else(|| "django.contrib.auth.backends.ModelBackend".to_owned());
    hallpass::login(request, Accepted { user, backend }).await?;
    Ok(())
}

async fn content(session: &Session) -> Result<Response, Rejection> {
    let data = session.data().await?;
    let mut entries: Vec<_> = data.iter().collect();
    entries.sort_by_key(|(name, _)| name.as_str().map(str::to_owned));
    let mut sorted = Object::new();
    for (name, value) in entries {
        sorted.insert(name.clone(), value.clone());
    }
    Ok(json_response([
        ("data", Json::Object(sorted)),
        ("has_key", Json::Bool(session.key().await.is_some())),
    ]))
}
