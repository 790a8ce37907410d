//! Views that only say that the caller came through.

use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use hallpass::formats::json::{Json, Object};
use hallpass::{ApiView, Auth, ObjectPermissions, Rejection};

use crate::permissions::Owned;

/// A JSON body.
pub(crate) fn json(document: &Json) -> Response {
    let content_type = [("content-type", "application/json")];
    (content_type, document.to_compact()).into_response()
}

fn object(entries: &[(&str, &str)]) -> Json {
    let mut object = Object::new();
    for (name, value) in entries {
        object.insert(*name, Json::from(*value));
    }
    Json::Object(object)
}

/// `abc`, to every method.
pub(crate) fn mock() -> ApiView {
    let abc = async || Html("abc");
    ApiView::new("Mock").get(abc).post(abc).put(abc)
}

/// The caller's name, and the token that proved it.
pub(crate) fn who_am_i() -> ApiView {
    async fn answer(auth: Option<Auth>) -> Response {
        let user = auth
            .as_ref()
            .map_or("AnonymousUser", |auth| auth.user().username());
        let token = auth.as_ref().and_then(|auth| auth.token());
        let key = token.map_or("None", |token| token.key());
        json(&object(&[("user", user), ("auth", key)]))
    }
    ApiView::new("Who Am I").get(answer).post(answer)
}

/// An object that belongs to the user in the path, once the view's permissions allow it.
pub(crate) fn owned() -> ApiView {
    async fn answer(
        permissions: ObjectPermissions,
        Path(owner): Path<String>,
    ) -> Result<Response, Rejection> {
        let found = Owned { owner };
        permissions.check(&found).await?;
        Ok(json(&object(&[("owner", &found.owner)])))
    }
    ApiView::new("Object").get(answer).put(answer)
}

/// `abc`; with an owner in the path, only if the permissions allow what that user owns.
pub(crate) fn composed() -> ApiView {
    let abc = async || Html("abc");
    ApiView::new("Compose").get(abc).post(abc).put(abc)
}

/// The same about an object.
pub(crate) fn composed_with_owner() -> ApiView {
    async fn answer(
        permissions: ObjectPermissions,
        Path((_, owner)): Path<(String, String)>,
    ) -> Result<Html<&'static str>, Rejection> {
        permissions.check(&Owned { owner }).await?;
        Ok(Html("abc"))
    }
    ApiView::new("Compose").get(answer).post(answer).put(answer)
}

/// One text, as JSON.
pub(crate) fn saying(name: &str, text: &'static str) -> ApiView {
    ApiView::new(name).get(async move || json(&Json::from(text)))
}
