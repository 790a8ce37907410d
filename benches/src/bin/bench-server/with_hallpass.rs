//! Hallpass as a library: a view under the default policy, and the endpoints that proxies ask.

use std::error::Error;

use hallpass::views::forward_auth;
use hallpass::{ApiView, GuardedService, Hallpass};

use crate::with_layer::me;

pub(crate) async fn service(settings: &str) -> Result<GuardedService, Box<dyn Error>> {
    let hallpass = Hallpass::from_settings(settings).await?;
    Ok(hallpass
        .router()
        .route("/me/", ApiView::new("Me").get(me))
        .into_service()
        .merge(forward_auth(&hallpass, "/forward-auth/")))
}
