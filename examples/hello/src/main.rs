//! One route that knows who is calling. See the README beside it.

use hallpass::{ApiView, Auth, Hallpass};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hallpass = Hallpass::from_settings("hallpass-demo/hallpass.toml").await?;
    let hello = ApiView::new("Hello")
        .get(async |auth: Auth| format!("Hello, {}\n", auth.user().username()));
    let app = hallpass.router().route("/hello/", hello).into_router();
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}
