//! What Hallpass adds to a bare handler: its layer around an application and on each route, for everybody and for who has
//! a token; a view of its router; and an answer to a proxy about a caller whom the cache knows.
//!
//! Hallpass's answers bring headers, and headers cost the server that writes them. So there are bare handlers that send
//! the same ones, and the names of the rows say which of the two kinds stands beside.

use crate::Failure;
use crate::connection::Connection;
use crate::databases::CACHED;
use crate::load::{Target, get, token};
use crate::measure::{Costs, Side, interleave};
use crate::report::{Report, Row};
use crate::servers::Server;
use crate::world::World;

const PART: &str = "layers";
const REQUESTS: usize = 40_000;

const BARE: &str = "bare axum";
const SAME_HEADERS: &str = "bare axum, same headers";
const HALLPASS: &str = "Hallpass, warm";
const AROUND_APP: &str = "Hallpass, layer around the app";
const ON_ROUTE: &str = "Hallpass, layer on the route";

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
    let token = token(&database.token);
    let bound = Some(1.03);
    layer(
        world,
        report,
        "open route",
        "open-layer",
        "/open/",
        "",
        bound,
    )?;
    let name = "token GET, cache warm";
    layer(world, report, name, "layer", "/me/", &token, None)?;

    let sides = [
        Asked::bare(SAME_HEADERS, "/me-with-headers/"),
        Asked::hallpass(HALLPASS, "hallpass", "/me/"),
    ];
    let costs = compare(world, "token GET, same headers", &sides, &token, report)?;
    let what = "token GET, cache warm: CPU over a bare handler with the same answer";
    report.row(row(what, &costs, HALLPASS, SAME_HEADERS));

    let asked = asked_by_nginx(&database.token);
    let path = "/forward-auth/nginx";
    let sides = [
        Asked::bare(SAME_HEADERS, path),
        Asked::hallpass(HALLPASS, "hallpass", path),
    ];
    let costs = compare(world, "forward-auth (nginx)", &sides, &asked, report)?;
    let what = "forward-auth, cache warm: CPU over a bare handler with the same answer";
    report.row(row(what, &costs, HALLPASS, SAME_HEADERS).at_most(1.35, 1.2));
    Ok(())
}

/// The layer around an application, and on a route at `on_route`, beside both kinds of bare handler. `bound` is for what
/// it adds to the one that sends no headers.
fn layer(
    world: &World,
    report: &mut Report,
    name: &str,
    server: &'static str,
    on_route: &'static str,
    header: &str,
    bound: Option<f64>,
) -> Result<(), Failure> {
    let sides = [
        Asked::bare(BARE, "/me/"),
        Asked::bare(SAME_HEADERS, "/me-with-vary/"),
        Asked::hallpass(AROUND_APP, server, "/me/"),
        Asked::hallpass(ON_ROUTE, "layer-on-routes", on_route),
    ];
    let group = format!("the layer, {name}");
    let costs = compare(world, &group, &sides, header, report)?;
    let what = format!("the layer around an app, {name}: CPU over bare axum");
    let over_bare = row(&what, &costs, AROUND_APP, BARE);
    report.row(match bound {
        Some(bound) => over_bare.at_most(bound, bound),
        None => over_bare,
    });
    let what = "the same, over a bare handler with the same answer";
    report.row(row(what, &costs, AROUND_APP, SAME_HEADERS));
    let what = format!("the layer on the route itself, {name}: CPU over bare axum");
    report.row(row(&what, &costs, ON_ROUTE, BARE));
    Ok(())
}

/// A server of `bench-server`, and what it is asked.
struct Asked {
    name: &'static str,
    words: Vec<&'static str>,
    path: &'static str,
}

impl Asked {
    fn bare(name: &'static str, path: &'static str) -> Self {
        let words = vec!["bare"];
        Self { name, words, path }
    }

    fn hallpass(name: &'static str, server: &'static str, path: &'static str) -> Self {
        let words = vec![server, CACHED];
        Self { name, words, path }
    }
}

/// What each side costs. All must answer alike to the last header, but for the bare handler that sends none.
fn compare(
    world: &World,
    group: &str,
    asked: &[Asked],
    header: &str,
    report: &mut Report,
) -> Result<Costs, Failure> {
    let (plan, database) = (&world.plan, world.wal()?);
    let (mut servers, mut sides, mut heads) = (Vec::new(), Vec::new(), Vec::new());
    for Asked { name, words, path } in asked {
        let server = Server::bench(plan, words, &database.folder)?;
        let request = get(server.address(), path, header);
        if *name != BARE {
            heads.push((*name, head(&server, &request)?));
        }
        let target = Target::new(server.address(), request);
        sides.push(Side::new(name, &[server.pid()], target, REQUESTS));
        servers.push(server);
    }
    if heads
        .iter()
        .any(|(_, head)| Some(head) != heads.first().map(|(_, first)| first))
    {
        return Err(Failure(format!("{group}: the answers differ: {heads:?}")));
    }
    interleave(plan, group, &mut sides, report)
}

/// An answer's lines but for the date, in order.
fn head(server: &Server, request: &[u8]) -> Result<Vec<String>, Failure> {
    let mut connection = Connection::open(server.address())?;
    connection.ask(request)?;
    let answer = connection.answer();
    let lines = answer.lines().filter(|line| !line.starts_with("date:"));
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    lines.sort();
    Ok(lines)
}

fn row(what: &str, costs: &Costs, ours: &str, bare: &str) -> Row {
    let cost = |name| costs.find(name).unwrap_or(f64::NAN);
    Row::new(PART, what, cost(ours) / cost(bare))
        .ours(cost(ours), " µs")
        .beside("bare axum", cost(bare), " µs")
}
