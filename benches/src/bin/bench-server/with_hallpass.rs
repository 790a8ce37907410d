//! Hallpass as a library: a view under the default policy, two routes of axum's own behind the layer (one under that
//! policy, one open), and the endpoints that proxies ask.

use std::error::Error;

use axum::routing::get;
use axum::{Json, Router};
use hallpass::views::forward_auth;
use hallpass::{AllowAny, ApiView, Auth, GuardedService, Hallpass};

use crate::Me;

pub(crate) async fn service(settings: &str) -> Result<GuardedService, Box<dyn Error>> {
    let hallpass = Hallpass::from_settings(settings).await?;
    let closed = hallpass.default_policy().clone();
    let open = hallpass.default_policy().clone().permissions([AllowAny]);
    let router = Router::new()
        .route("/layer/", get(me).layer(hallpass.layer(closed)))
        .route("/open/", get(anybody).layer(hallpass.layer(open)))
        .merge(forward_auth(&hallpass, "/forward-auth/"));
    Ok(hallpass
        .router()
        .route("/me/", ApiView::new("Me").get(me))
        .into_service()
        .merge(router))
}

async fn me(auth: Auth) -> Json<Me> {
    let user = auth.user();
    Json(Me {
        id: user.id().as_integer().unwrap_or_default(),
        username: user.username().to_owned(),
    })
}

async fn anybody() -> Json<Me> {
    Json(Me {
        id: 1,
        username: "bench".to_owned(),
    })
}
