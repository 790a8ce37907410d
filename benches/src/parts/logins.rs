//! Logins by password on all processors: how many a second, and what they do to everybody else.

use std::thread;
use std::time::Duration;

use crate::Failure;
use crate::databases::{CACHED, PASSWORD, USER};
use crate::load::{Latencies, Target, Until, get, post_json, token};
use crate::measure::median;
use crate::parts::layers::asked_by_nginx;
use crate::pin::Place;
use crate::report::{Report, Row};
use crate::servers::Server;
use crate::world::World;

const PART: &str = "logins";
const CONNECTIONS: usize = 8;
const FLOOD: usize = 16;

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    // The servers use every processor here, and so does the client.
    Place::Anywhere.take(std::process::id());
    let measured = both(world, report);
    Place::Client.take(std::process::id());
    measured
}

fn both(world: &World, report: &mut Report) -> Result<(), Failure> {
    let (plan, database) = (&world.plan, world.wal()?);
    let hallpass = Server::hallpass(plan, database, CACHED, Place::Anywhere)?;
    let workers = [
        "--workers",
        "2",
        "--worker-class",
        "gthread",
        "--threads",
        "8",
    ];
    let drf = Server::gunicorn(plan, database, Place::Anywhere, &workers)?;
    rate(world, &hallpass, &drf, report)?;
    let asks = [
        ("token GETs", "/api/whoami/", token(&database.token)),
        (
            "forward-auth answers",
            "/forward-auth/nginx",
            asked_by_nginx(&database.token),
        ),
    ];
    for (what, path, header) in asks {
        let request = get(hallpass.address(), path, &header);
        flood(world, &hallpass, what, request, report)?;
    }
    Ok(())
}

/// In turns, a few seconds each.
fn rate(
    world: &World,
    hallpass: &Server,
    drf: &Server,
    report: &mut Report,
) -> Result<(), Failure> {
    let turn = Until::Time(Duration::from_secs(world.plan.pick(6, 3)));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..world.plan.pick(3, 1) {
        for (server, found) in [(hallpass, &mut ours), (drf, &mut theirs)] {
            let logins = login(server).connections(CONNECTIONS).load(turn, None)?;
            found.push(logins.per_second());
        }
    }
    println!("  logins a second: Hallpass {ours:.1?}, DRF {theirs:.1?}");
    let (ours, theirs) = (median(&ours), median(&theirs));
    report.row(
        Row::new(
            PART,
            "logins a second on 8 connections: Hallpass over DRF",
            ours / theirs,
        )
        .ours(ours, " a second")
        .beside("DRF", theirs, " a second")
        .at_least(2.3, 2.5),
    );
    Ok(())
}

/// One kind of request alone, and beside connections that do nothing but log in.
fn flood(
    world: &World,
    hallpass: &Server,
    what: &str,
    request: Vec<u8>,
    report: &mut Report,
) -> Result<(), Failure> {
    let gets = Target::new(hallpass.address(), request).connections(2);
    let time = Duration::from_secs(world.plan.pick(8, 3));
    gets.load(Until::Count(2_000), None)?;
    let idle = gets.load(Until::Time(time), None)?;
    let logins = login(hallpass).connections(FLOOD);
    let (flooded, logged_in) = thread::scope(|scope| {
        let logins = scope.spawn(|| logins.load(Until::Time(time + Duration::from_secs(1)), None));
        // The flood is on when the first hashes run.
        thread::sleep(Duration::from_millis(500));
        let flooded = gets.load(Until::Time(time), None);
        (flooded, logins.join())
    });
    let flooded = flooded?;
    let logged_in = logged_in.map_err(|_| Failure("the flood broke off".to_owned()))??;
    println!(
        "  {what}: {} alone; {} beside {:.1} logins a second",
        shown(&idle),
        shown(&flooded),
        logged_in.per_second()
    );
    let (before, during) = (idle.percentile(0.99), flooded.percentile(0.99));
    report.row(
        Row::new(
            PART,
            format!("p99 of {what} beside 16 login connections"),
            during,
        )
        .unit(" ms")
        .at_most(20.0, 10.0),
    );
    report.row(
        Row::new(
            PART,
            format!("{what}: the same, over p99 without logins"),
            during / before,
        )
        .ours(during, " ms")
        .beside("without", before, " ms")
        .at_most(5.0, 2.0),
    );
    Ok(())
}

fn login(server: &Server) -> Target {
    let body = format!("{{\"username\":\"{USER}\",\"password\":\"{PASSWORD}\"}}");
    let address = server.address();
    Target::new(address, post_json(address, "/api-token-auth/", &body))
}

fn shown(latencies: &Latencies) -> String {
    format!(
        "p50 {:.2} ms, p99 {:.2} ms, longest {:.1} ms",
        latencies.percentile(0.5),
        latencies.percentile(0.99),
        latencies.percentile(1.0)
    )
}
