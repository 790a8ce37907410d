//! The servers that stand beside each other in the benchmark, in one binary, so that they share compiler, allocator,
//! hyper and SQLite: a bare axum handler, hand-written handlers on the native drivers, Hallpass as a library, and its layer
//! in an application with a router of its own.
//!
//! `bench-server ADDRESS RUNTIME SERVER [ARGUMENT]` serves until its standard input ends. All of them answer
//! with the same body.

mod bare;
mod by_hand;
mod by_hand_postgres;
mod by_hand_sqlite;
mod with_hallpass;
mod with_layer;

use std::error::Error;
use std::io::Read;
use std::net::SocketAddr;

use axum::extract::Request;
use axum::{Router, ServiceExt};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use with_layer::Doors;

const USAGE: &str = "usage: bench-server ADDRESS one|all bare
       bench-server ADDRESS one|all hallpass|layer|open-layer|layer-on-routes SETTINGS
       bench-server ADDRESS one|all sqlite DATABASE
       bench-server ADDRESS one|all postgres URL";

/// What every server answers.
#[derive(Debug, Serialize)]
struct Me {
    id: i64,
    username: String,
}

/// `one`: everything on one thread, for counting instructions. `all`: a thread for each processor that we may use.
fn runtime(word: &str) -> Result<Runtime, Box<dyn Error>> {
    let mut builder = match word {
        "one" => Builder::new_current_thread(),
        "all" => Builder::new_multi_thread(),
        _ => return Err(USAGE.into()),
    };
    Ok(builder.enable_all().build()?)
}

/// Who is trusted to speak for others is a question of the peer's address, so that every service is told.
async fn serve(address: SocketAddr, server: &str, argument: &str) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(address).await?;
    let routes: Router = match server {
        "bare" => bare::routes(),
        "sqlite" => by_hand_sqlite::routes(argument),
        "postgres" => by_hand_postgres::routes(argument).await?,
        "layer-on-routes" => with_layer::on_each_route(argument).await?,
        "layer" | "open-layer" => {
            let doors = match server {
                "layer" => Doors::Closed,
                _ => Doors::Open,
            };
            let app = with_layer::around_app(argument, doors).await?;
            let service = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>;
            return Ok(axum::serve(listener, service(app)).await?);
        }
        "hallpass" => {
            let service = with_hallpass::service(argument).await?;
            let service = service.into_make_service_with_connect_info::<SocketAddr>();
            return Ok(axum::serve(listener, service).await?);
        }
        _ => return Err(USAGE.into()),
    };
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (address, threads, server, argument) = match arguments.as_slice() {
        [address, threads, server] => (address, threads, server, ""),
        [address, threads, server, argument] => (address, threads, server, argument.as_str()),
        _ => return Err(USAGE.into()),
    };
    let address: SocketAddr = address.parse()?;
    // An end by `exit` lets a profiler write what it counted; and when whoever started us is gone, so are we.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    runtime(threads)?.block_on(serve(address, server, argument))
}
