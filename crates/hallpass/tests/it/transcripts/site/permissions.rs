//! What the caller may do.

use axum::response::IntoResponse;
use hallpass::formats::json::{Json, Object};
use hallpass::{ApiView, Auth, Hallpass, UserPermissions};
use http::Uri;

use super::api::{json, object};

/// The caller's sets, and a verdict for each `p` of the query.
pub(super) fn dump(hallpass: &Hallpass) -> ApiView {
    let hallpass = hallpass.clone();
    ApiView::new("Perms Dump").get(async move |auth: Auth, uri: Uri| {
        match hallpass.permissions().of(auth.user()).await {
            Ok(held) => json(&told(&held, uri.query().unwrap_or_default())),
            Err(fault) => hallpass::Rejection::from(fault).into_response(),
        }
    })
}

fn told(held: &UserPermissions, query: &str) -> Json {
    let mut verdicts = Object::new();
    for permission in query.split('&').filter_map(|pair| pair.strip_prefix("p=")) {
        verdicts.insert(permission, Json::Bool(held.has_perm(permission)));
    }
    let list = |set: Vec<&str>| Json::List(set.into_iter().map(Json::from).collect());
    object([
        ("user", list(held.user().collect())),
        ("group", list(held.group().collect())),
        (
            "all",
            Json::from(i64::try_from(held.all().count()).unwrap()),
        ),
        ("has", Json::Object(verdicts)),
    ])
}
