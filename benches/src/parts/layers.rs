//! What Hallpass adds where it has little to do: its layer on a route that is open to everybody, and an answer to a
//! proxy about a caller whom the cache knows.

use crate::Failure;
use crate::connection::Connection;
use crate::databases::CACHED;
use crate::load::{Target, get, token};
use crate::measure::{Side, interleave};
use crate::report::{Report, Row};
use crate::servers::Server;
use crate::world::World;

const PART: &str = "layers";
const REQUESTS: usize = 40_000;

/// What nginx says of the request that it asks about.
pub(super) fn asked_by_nginx(key: &str) -> String {
    format!(
        "X-Original-Method: GET\r\nX-Original-URL: http://app.example.com/reports/\r\n\
         X-Forwarded-For: 203.0.113.7\r\n{}",
        token(key)
    )
}

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    let database = world.wal()?;
    let asked = asked_by_nginx(&database.token);
    let open = compare(world, "open route", "/open/", "", false, report)?;
    report.row(row("the layer on an open route: CPU over bare axum", open).at_most(1.03, 1.03));
    let forward = compare(
        world,
        "forward-auth (nginx)",
        "/forward-auth/nginx",
        &asked,
        true,
        report,
    )?;
    let what = "forward-auth, cache warm: CPU over a bare handler with the same answer";
    report.row(row(what, forward).at_most(1.35, 1.2));
    Ok(())
}

/// Hallpass's cost and the bare handler's, whose headers may have to be the same as well.
fn compare(
    world: &World,
    group: &str,
    path: &str,
    header: &str,
    with_headers: bool,
    report: &mut Report,
) -> Result<(f64, f64), Failure> {
    let (plan, database) = (&world.plan, world.wal()?);
    let servers = [
        (
            "bare axum",
            Server::bench(plan, &["bare"], &database.folder)?,
        ),
        (
            "Hallpass, warm",
            Server::bench(plan, &["hallpass", CACHED], &database.folder)?,
        ),
    ];
    let mut sides = servers.each_ref().map(|(name, server)| {
        let target = Target::new(server.address(), get(server.address(), path, header));
        Side::new(name, &[server.pid()], target, REQUESTS)
    });
    let [bare, hallpass] = servers
        .each_ref()
        .map(|(_, server)| head(server, path, header));
    let (bare, hallpass) = (bare?, hallpass?);
    if with_headers && bare != hallpass {
        return Err(Failure(format!(
            "bare axum answers {bare:?}, Hallpass {hallpass:?}"
        )));
    }
    let costs = interleave(plan, group, &mut sides, report)?;
    let cost = |name| costs.find(name).unwrap_or(f64::NAN);
    Ok((cost("Hallpass, warm"), cost("bare axum")))
}

/// An answer's lines but for the date, in order.
fn head(server: &Server, path: &str, header: &str) -> Result<Vec<String>, Failure> {
    let mut connection = Connection::open(server.address())?;
    connection.ask(&get(server.address(), path, header))?;
    let answer = connection.answer();
    let lines = answer.lines().filter(|line| !line.starts_with("date:"));
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    lines.sort();
    Ok(lines)
}

fn row(what: &str, (ours, bare): (f64, f64)) -> Row {
    Row::new(PART, what, ours / bare)
        .ours(ours, " µs")
        .beside("bare axum", bare, " µs")
}
