//! What Hallpass adds to a bare handler: its layer on a route that is open to everybody and on one that asks for a
//! token, a view of its router beside a handler that sends the same headers, and an answer to a proxy about a caller whom
//! the cache knows.

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
    let token = token(&database.token);
    let open = Asked {
        path: "/open/",
        bare: "/open/",
        header: "",
        same_headers: false,
    };
    let costs = compare(world, "open route", &open, report)?;
    report.row(row("the layer on an open route: CPU over bare axum", costs).at_most(1.03, 1.03));
    let behind_layer = Asked {
        path: "/layer/",
        bare: "/layer/",
        header: &token,
        same_headers: false,
    };
    let costs = compare(world, "token GET behind the layer", &behind_layer, report)?;
    report.row(row(
        "the layer on a token GET, cache warm: CPU over bare axum",
        costs,
    ));
    let view = Asked {
        path: "/me/",
        bare: "/me-with-headers/",
        header: &token,
        same_headers: true,
    };
    let costs = compare(world, "token GET, same headers", &view, report)?;
    let what = "token GET, cache warm: CPU over a bare handler with the same answer";
    report.row(row(what, costs));
    let forward = Asked {
        path: "/forward-auth/nginx",
        bare: "/forward-auth/nginx",
        header: &asked,
        same_headers: true,
    };
    let costs = compare(world, "forward-auth (nginx)", &forward, report)?;
    let what = "forward-auth, cache warm: CPU over a bare handler with the same answer";
    report.row(row(what, costs).at_most(1.35, 1.2));
    Ok(())
}

/// What both servers are asked.
struct Asked<'a> {
    path: &'a str,
    /// The path of the bare handler.
    bare: &'a str,
    header: &'a str,
    /// Whether the headers of the answers must be the same as well.
    same_headers: bool,
}

/// Hallpass's cost and the bare handler's.
fn compare(
    world: &World,
    group: &str,
    asked: &Asked<'_>,
    report: &mut Report,
) -> Result<(f64, f64), Failure> {
    let (plan, database) = (&world.plan, world.wal()?);
    let servers = [
        (
            "bare axum",
            Server::bench(plan, &["bare"], &database.folder)?,
            asked.bare,
        ),
        (
            "Hallpass, warm",
            Server::bench(plan, &["hallpass", CACHED], &database.folder)?,
            asked.path,
        ),
    ];
    let mut sides = servers.each_ref().map(|(name, server, path)| {
        let target = Target::new(server.address(), get(server.address(), path, asked.header));
        Side::new(name, &[server.pid()], target, REQUESTS)
    });
    let [bare, hallpass] = servers
        .each_ref()
        .map(|(_, server, path)| head(server, path, asked.header));
    let (bare, hallpass) = (bare?, hallpass?);
    if asked.same_headers && bare != hallpass {
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
