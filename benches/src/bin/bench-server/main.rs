//! The servers that stand beside each other in the benchmark, in one binary, so that they share compiler, allocator,
//! hyper and SQLite: a bare axum handler, hand-written handlers on the native drivers, and Hallpass as a library.
//!
//! `bench-server ADDRESS RUNTIME SERVER [ARGUMENT]` serves until its standard input ends. All of them answer
//! `GET /me/` with the same body.

mod bare;
mod by_hand;
mod by_hand_postgres;
mod by_hand_sqlite;
mod with_hallpass;

use std::error::Error;
use std::io::Read;
use std::net::SocketAddr;

use axum::Router;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

const USAGE: &str = "usage: bench-server ADDRESS one|all bare
       bench-server ADDRESS one|all hallpass SETTINGS
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

async fn serve(address: SocketAddr, server: &str, argument: &str) -> Result<(), Box<dyn Error>> {
    let routes: Router = match server {
        "bare" => bare::routes(),
        "sqlite" => by_hand_sqlite::routes(argument),
        "postgres" => by_hand_postgres::routes(argument).await?,
        "hallpass" => {
            let service = with_hallpass::service(argument).await?;
            let service = service.into_make_service_with_connect_info::<SocketAddr>();
            return Ok(axum::serve(TcpListener::bind(address).await?, service).await?);
        }
        _ => return Err(USAGE.into()),
    };
    // Who is trusted to speak for others is a question of the peer's address.
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(TcpListener::bind(address).await?, service).await?)
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
