//! Hallpass's layer in an application that keeps its own axum router, in the two ways that axum's guide to middleware
//! names: around the whole application, which is served as the bare one is, and on each route. The bare routes beside
//! them are the same but for who is calling.

use std::error::Error;

use axum::routing::get;
use axum::{Json, Router};
use hallpass::{AllowAny, Auth, Guard, Hallpass, Policy};
use tower_layer::Layer;

use crate::Me;

/// Whom the layer lets in: those whom the settings' policy does, or everybody.
#[derive(Clone, Copy)]
pub(crate) enum Doors {
    Closed,
    Open,
}

/// The layer comes first and the router behind it.
pub(crate) async fn around_app(
    settings: &str,
    doors: Doors,
) -> Result<Guard<Router>, Box<dyn Error>> {
    let hallpass = Hallpass::from_settings(settings).await?;
    let layer = hallpass.layer(policy(&hallpass, doors));
    let me = match doors {
        Doors::Closed => get(me),
        Doors::Open => get(anybody),
    };
    Ok(layer.layer(Router::new().route("/me/", me)))
}

/// The router comes first and a layer behind each of its routes.
pub(crate) async fn on_each_route(settings: &str) -> Result<Router, Box<dyn Error>> {
    let hallpass = Hallpass::from_settings(settings).await?;
    let layer = |doors| hallpass.layer(policy(&hallpass, doors));
    Ok(Router::new()
        .route("/me/", get(me).layer(layer(Doors::Closed)))
        .route("/open/", get(anybody).layer(layer(Doors::Open))))
}

fn policy(hallpass: &Hallpass, doors: Doors) -> Policy {
    let usual = hallpass.default_policy().clone();
    match doors {
        Doors::Closed => usual,
        Doors::Open => usual.permissions([AllowAny]),
    }
}

/// The caller by what the layer found.
pub(crate) async fn me(auth: Auth) -> Json<Me> {
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
