//! A GET with a token: Hallpass with and without its cache, hand-written handlers, bare axum and DRF.

use crate::Failure;
use crate::databases::{CACHED, Database, UNCACHED};
use crate::load::{Target, get, token};
use crate::measure::{Costs, Side, interleave};
use crate::pin::Place;
use crate::report::{Report, Row};
use crate::servers::Server;
use crate::world::World;

const PART: &str = "tokens";

/// In a round; DRF takes about a hundred times as long for one.
const REQUESTS: usize = 40_000;
const REQUESTS_TO_DRF: usize = 500;

/// gunicorn's ways of serving that are compared. Django's deployments use the first, which is judged; both are shown.
const WORKERS: [(&str, &[&str]); 2] = [
    (JUDGED, &["--worker-class", "gthread", "--threads", "2"]),
    ("DRF, sync", &["--worker-class", "sync"]),
];

const JUDGED: &str = "DRF, gthread";

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    let wal = on_sqlite(world, world.wal()?, "token GET, SQLite (WAL)", report)?;
    warm_rows(&wal, "SQLite (WAL)", report);
    by_hand_row(&wal, "SQLite (WAL)", report);
    let delete = on_sqlite(world, world.delete()?, "token GET, SQLite (DELETE)", report)?;
    by_hand_row(&delete, "SQLite (DELETE)", report);
    if let Some(costs) = on_postgres(world, report)? {
        by_hand_row(&costs, "PostgreSQL, its CPU counted", report);
        for side in ["Hallpass, warm", "Hallpass, uncached"] {
            drf_row(&costs, side, report);
        }
    }
    Ok(())
}

fn on_sqlite(
    world: &World,
    database: &Database,
    group: &str,
    report: &mut Report,
) -> Result<Costs, Failure> {
    let file = &database.for_django;
    compare(
        world,
        database,
        group,
        &["sqlite", file],
        &[CACHED, UNCACHED],
        None,
        report,
    )
}

fn on_postgres(world: &World, report: &mut Report) -> Result<Option<Costs>, Failure> {
    let Some(server) = world.postgres(report)? else {
        return Ok(None);
    };
    let database = Database::postgres(&world.plan, &world.scratch, server, "tokens")?;
    let url = &database.for_django;
    let by_hand = ["postgres", url.as_str()];
    let group = "token GET, PostgreSQL (its CPU too)";
    let (settings, pid) = ([CACHED, UNCACHED], Some(server.pid()));
    compare(world, &database, group, &by_hand, &settings, pid, report).map(Some)
}

/// `beside` is the database's process, where it has one.
fn compare(
    world: &World,
    database: &Database,
    group: &str,
    by_hand: &[&str],
    settings: &[&str],
    beside: Option<u32>,
    report: &mut Report,
) -> Result<Costs, Failure> {
    let plan = &world.plan;
    let header = token(&database.token);
    let mut servers = vec![(
        "bare axum",
        Server::bench(plan, &["bare"], &database.folder)?,
        REQUESTS,
    )];
    for file in settings {
        let server = Server::bench(plan, &["hallpass", file], &database.folder)?;
        servers.push((name(file), server, REQUESTS));
    }
    let server = Server::bench(plan, by_hand, &database.folder)?;
    servers.push(("by hand", server, REQUESTS));
    for (name, worker) in WORKERS {
        let server = Server::gunicorn(plan, database, Place::Server, worker)?;
        servers.push((name, server, REQUESTS_TO_DRF));
    }
    let mut sides: Vec<Side> = servers
        .iter()
        .map(|(name, server, requests)| {
            let target = Target::new(server.address(), get(server.address(), "/me/", &header));
            let processes: Vec<u32> = std::iter::once(server.pid()).chain(beside).collect();
            Side::new(name, &processes, target, *requests)
        })
        .collect();
    interleave(plan, group, &mut sides, report)
}

/// What a side with these settings is called.
pub(super) fn name(settings: &str) -> &'static str {
    if settings == CACHED {
        "Hallpass, warm"
    } else {
        "Hallpass, uncached"
    }
}

fn warm_rows(costs: &Costs, database: &str, report: &mut Report) {
    let (Some(warm), Some(bare)) = (costs.find("Hallpass, warm"), costs.find("bare axum")) else {
        return;
    };
    report.row(
        Row::new(
            PART,
            format!("token GET, cache warm, {database}: CPU over bare axum"),
            warm / bare,
        )
        .ours(warm, " µs")
        .beside("bare axum", bare, " µs")
        .at_most(1.25, 1.12),
    );
    for (drf, _) in WORKERS {
        let Some(cost) = costs.find(drf) else {
            continue;
        };
        let what = format!("the same: CPU of {drf}, over Hallpass, {database}");
        let row = Row::new(PART, what, cost / warm)
            .ours(warm, " µs")
            .beside(drf, cost, " µs");
        report.row(match drf == JUDGED {
            true => row.at_least(90.0, 120.0),
            false => row,
        });
    }
}

/// Told, not judged.
fn drf_row(costs: &Costs, side: &str, report: &mut Report) {
    if let (Some(ours), Some((drf, theirs))) = (costs.find(side), costs.cheapest("DRF")) {
        let what = format!("token GET, PostgreSQL, its CPU counted: DRF over {side}");
        report.row(
            Row::new(PART, what, theirs / ours)
                .ours(ours, " µs")
                .beside(drf, theirs, " µs"),
        );
    }
}

fn by_hand_row(costs: &Costs, database: &str, report: &mut Report) {
    if let (Some(ours), Some(theirs)) = (costs.find("Hallpass, uncached"), costs.find("by hand")) {
        report.row(
            Row::new(
                PART,
                format!("token GET, uncached, {database}: CPU over hand-written"),
                ours / theirs,
            )
            .ours(ours, " µs")
            .beside("by hand", theirs, " µs")
            .at_most(1.15, 1.05),
        );
    }
}
