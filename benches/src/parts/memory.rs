//! Memory: of an idle server, of an identity in the cache, of a connection that waits.

use std::thread;
use std::time::Duration;

use crate::Failure;
use crate::connection::Connection;
use crate::databases::{CACHED, Database};
use crate::load::{Target, Until, get, token};
use crate::pin::Place;
use crate::process;
use crate::report::{Report, Row};
use crate::servers::Server;
use crate::world::World;

use super::rows::{SAMPLE, fill_sqlite};

const PART: &str = "memory";
const CONNECTIONS: usize = 1_000;

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    idle(world, report)?;
    identity(world, report)?;
    connection(world, report)
}

/// The command as it is installed, a second after its start and a second after some requests.
fn idle(world: &World, report: &mut Report) -> Result<(), Failure> {
    let database = world.wal()?;
    let server = Server::hallpass(&world.plan, database, CACHED, Place::Server)?;
    let mebibytes = || {
        thread::sleep(Duration::from_secs(1));
        process::proportional_mebibytes(server.pid())
    };
    let what = "memory (PSS) of `hallpass serve` after its start";
    report.row(
        Row::new(PART, what, mebibytes()?)
            .unit(" MiB")
            .at_most(15.0, 8.0),
    );
    let request = get(server.address(), "/api/whoami/", &token(&database.token));
    Target::new(server.address(), request).load(Until::Count(20_000), None)?;
    let what = "the same, idle again after 20,000 requests with a token";
    report.row(
        Row::new(PART, what, mebibytes()?)
            .unit(" MiB")
            .at_most(15.0, 8.0),
    );
    Ok(())
}

/// Anonymous memory before and after many tokens were seen.
fn identity(world: &World, report: &mut Report) -> Result<(), Failure> {
    let database = Database::wal(&world.plan, &world.scratch, "memory")?;
    let rows = u32::try_from(SAMPLE).unwrap_or(u32::MAX);
    let keys = fill_sqlite(&database, rows + 1)?;
    let server = Server::bench(&world.plan, &["hallpass", CACHED], &database.folder)?;
    let address = server.address();
    let ask = |keys: &[String]| {
        let requests = keys
            .iter()
            .map(|key| get(address, "/me/", &token(key)))
            .collect();
        Target::of_many(address, requests).load(Until::Count(SAMPLE), None)
    };
    // Absent keys would be remembered as well, so the buffers are warmed up by one that is there.
    ask(std::slice::from_ref(&database.token))?;
    let before = process::anonymous_bytes(server.pid())?;
    ask(&keys)?;
    let after = process::anonymous_bytes(server.pid())?;
    report.row(
        Row::new(
            PART,
            "memory of a cached identity",
            (after - before) / SAMPLE as f64,
        )
        .unit(" B")
        .at_most(350.0, 230.0),
    );
    Ok(())
}

/// Kept-alive connections that have asked once. hyper keeps the answer's map of headers for the next request's, so that
/// an answer with more headers costs every server more.
fn connection(world: &World, report: &mut Report) -> Result<(), Failure> {
    let bare = of_connection(world, &["bare"], "/me/")?;
    let same_headers = of_connection(world, &["bare"], "/me-with-headers/")?;
    let ours = of_connection(world, &["hallpass", CACHED], "/me/")?;
    let row = |what: &str, bare: f64| {
        Row::new(PART, what, ours / bare)
            .ours(ours, " KiB")
            .beside("bare axum", bare, " KiB")
    };
    let what = "memory of an idle connection over bare axum's";
    report.row(row(what, bare).at_most(1.1, 1.1));
    let what = "the same, over a bare handler's with the same answer";
    report.row(row(what, same_headers));
    Ok(())
}

/// In kibibytes.
fn of_connection(world: &World, words: &[&str], path: &str) -> Result<f64, Failure> {
    let database = world.wal()?;
    let server = Server::bench(&world.plan, words, &database.folder)?;
    let address = server.address();
    let request = get(address, path, &token(&database.token));
    Target::new(address, request.clone()).load(Until::Count(4_000), None)?;
    let before = process::anonymous_bytes(server.pid())?;
    let mut open = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let mut connection = Connection::open(address)?;
        connection.ask(&request)?;
        open.push(connection);
    }
    let after = process::anonymous_bytes(server.pid())?;
    Ok((after - before) / open.len() as f64 / 1024.0)
}
