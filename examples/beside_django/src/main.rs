//! One endpoint of a Django project, moved to Rust. See the README beside it.

use hallpass::formats::json::{Json, Object};
use hallpass::settings::{Settings, Sources};
use hallpass::{ApiView, Auth, Hallpass};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The secret key of the Django project, and its database: users, tokens and sessions are shared.
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let settings = Settings::load(Sources {
        overrides: vec![
            setting(
                "secret_key",
                "django-insecure-shared-by-both-0123456789-abcdefghijkl",
            ),
            setting("database_url", "sqlite:///db.sqlite3"),
        ],
        ..Sources::default()
    })?;
    let hallpass = Hallpass::builder(settings).build().await?;

    let fast = ApiView::new("Fast").get(async |auth: Auth| {
        let mut body = Object::new();
        body.insert("user", Json::from(auth.user().username()));
        body.insert("answered_by", Json::from("Rust"));
        (
            [("content-type", "application/json")],
            Json::Object(body).to_compact(),
        )
    });
    let app = hallpass.router().route("/api/fast/", fast).into_router();
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}
