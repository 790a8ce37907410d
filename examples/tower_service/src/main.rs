//! A policy in front of a plain hyper service. See the README beside it.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::{Request, Response};
use hallpass::settings::Settings;
use hallpass::{Auth, BasicAuthentication, Hallpass, IsAuthenticated, NewAccount, Policy};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower::ServiceBuilder;

const SETTINGS: &str = r#"
secret_key = "only-for-this-example-0123456789-abcdefghijklmnopqrstuvwxyz"
database_url = "sqlite:///example-tower-service.sqlite3"
"#;

/// What stands behind the guard: any tower service, such as tonic's, that takes an `http` request.
async fn inner(request: Request<Body>) -> Result<Response<String>, Infallible> {
    let (mut parts, _) = request.into_parts();
    let text = match Auth::from_request_parts(&mut parts, &()).await {
        Ok(auth) => format!("Hello, {}\n", auth.user().username()),
        Err(refusal) => refusal.to_string(),
    };
    Ok(Response::new(text))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hallpass = Hallpass::builder(Settings::from_toml(SETTINGS)?)
        .migrate()
        .build()
        .await?;
    if hallpass.accounts().by_username("ada").await?.is_none() {
        let account = NewAccount {
            username: "ada".to_owned(),
            password: Some("lovelace".to_owned()),
            ..NewAccount::default()
        };
        hallpass.accounts().create_user(account).await?;
    }

    let policy = Policy::new()
        .authentication([BasicAuthentication::new()])
        .permissions([IsAuthenticated]);
    let service = ServiceBuilder::new()
        .layer(hallpass.layer(policy))
        .service_fn(inner);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
