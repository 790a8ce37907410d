//! A whole API on Hallpass: every kind of view that a Django REST framework project has. See the README beside it.

mod compose;
mod config;
mod permissions;
mod plants;
mod rows;
mod schemes;
mod throttles;
mod urls;
mod views;

use std::error::Error;
use std::net::SocketAddr;

use axum::serve;
use hallpass::Hallpass;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Errors only: each refused credential would be a line otherwise.
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::ERROR)
        .with_writer(std::io::stderr)
        .init();
    if std::env::args().nth(1).as_deref() == Some("--plants") {
        println!("{}", plants::names());
        return Ok(());
    }
    let address = config::bind(std::env::args().skip(1))?;
    let settings = config::settings(|name| std::env::var(name).ok())?;
    let rows = rows::Rows::open(&settings.database_url).await?;
    let hallpass = Hallpass::builder(settings).build().await?;
    let custom_tokens = hallpass
        .store()
        .token_table("authentication_customtoken")
        .await?;
    let app = urls::router(&hallpass, &rows, custom_tokens).into_router();
    let app = plants::sow(app, std::env::var("REFERENCE_PLANT").ok().as_deref())?;

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    serve(
        listener,
        app.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .await?;
    Ok(())
}
