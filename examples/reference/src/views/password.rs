//! Changing one's password without being logged out.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hallpass::formats::json::{Json, Object};
use hallpass::{ApiView, Auth, Data, Rejection, RequestContext, update_session_auth_hash};

use super::mock::json;

pub(crate) fn password() -> ApiView {
    ApiView::new("Password").post(change)
}

async fn change(auth: Auth, request: Request) -> Result<Response, Rejection> {
    let (parts, body) = request.into_parts();
    let data = Data::from_request(Request::from_parts(parts.clone(), body), &()).await?;
    let request = RequestContext::of(&parts)?;
    let accounts = request.accounts();

    let old = text(&data, "old_password");
    let Some(user) = accounts
        .check_and_upgrade(auth.user().clone(), &old)
        .await?
    else {
        let mut errors = Object::new();
        errors.insert(
            "old_password",
            Json::List(vec![Json::from("Wrong password.")]),
        );
        return Err(Rejection::validation(Json::Object(errors)));
    };
    let user = accounts
        .set_password(&user, &text(&data, "new_password"))
        .await?;
    update_session_auth_hash(&request, &user).await?;

    let mut body = Object::new();
    body.insert("detail", Json::from("Password changed."));
    Ok((StatusCode::OK, json(&Json::Object(body))).into_response())
}

fn text(data: &Data, name: &str) -> String {
    match data {
        Data::Form(form) => form.last(name).unwrap_or_default().to_owned(),
        Data::Json(Json::Object(object)) => {
            let value = object.get(name).and_then(Json::as_str);
            value.unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}
