//! `GET /api/whoami/`: the identity of the caller, under the default policy.

use axum::response::{IntoResponse, Response};
use hallpass_formats::json::{Json, Object};
use http::header::CONTENT_TYPE;

use crate::hallpass::Hallpass;
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::web::{ApiView, Auth};

/// The view: `{"id":…,"username":…,"email":…,"is_staff":…,"is_superuser":…,"groups":[…],"authenticated_by":"token"}`.
///
/// `username` is the login column's value; a column that the user model lacks is null. Nothing secret is in it.
pub fn whoami<S: Clone + Send + Sync + 'static>(hallpass: &Hallpass) -> ApiView<S> {
    let hallpass = hallpass.clone();
    ApiView::new("Who Am I").get(async move |auth: Auth| answer(&hallpass, &auth.0).await)
}

async fn answer(hallpass: &Hallpass, identity: &Identity) -> Result<Response, Rejection> {
    let user = identity.user();
    let groups = hallpass.accounts().group_names(user).await?;
    let mut body = Object::new();
    body.insert("id", Json::from(*user.id()));
    body.insert("username", Json::from(user.username()));
    body.insert("email", user.email().map_or(Json::Null, Json::from));
    body.insert("is_staff", Json::from(user.row().is_staff()));
    body.insert("is_superuser", Json::from(user.row().is_superuser()));
    body.insert(
        "groups",
        Json::List(
            groups
                .iter()
                .map(|name| Json::from(name.as_str()))
                .collect(),
        ),
    );
    body.insert("authenticated_by", Json::from(identity.authenticated_by()));
    Ok((
        [(CONTENT_TYPE, "application/json")],
        Json::Object(body).to_compact(),
    )
        .into_response())
}
