//! Basic credentials, sent with every request: DRF hashes the password each time.

use crate::Failure;
use crate::databases::{CACHED, PASSWORD, USER};
use crate::load::{Target, get};
use crate::measure::{Side, interleave};
use crate::pin::Place;
use crate::report::{Report, Row};
use crate::servers::Server;
use crate::world::World;

const PART: &str = "basic";
const REQUESTS: usize = 20_000;

/// A quarter of a second of CPU each.
const REQUESTS_TO_DRF: usize = 4;

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    let (plan, database) = (&world.plan, world.wal()?);
    let hallpass = Server::bench(plan, &["hallpass", CACHED], &database.folder)?;
    let drf = Server::gunicorn(
        plan,
        database,
        Place::Server,
        &["--worker-class", "gthread", "--threads", "2"],
    )?;
    let header = format!(
        "Authorization: Basic {}\r\n",
        base64(&format!("{USER}:{PASSWORD}"))
    );
    let side = |name: &str, server: &Server, requests: usize| {
        let target = Target::new(server.address(), get(server.address(), "/me/", &header));
        Side::new(name, &[server.pid()], target, requests)
    };
    let mut sides = [
        side("Hallpass, remembered", &hallpass, REQUESTS),
        side("DRF, gthread", &drf, REQUESTS_TO_DRF),
    ];
    let costs = interleave(
        plan,
        "Basic GET, repeated, SQLite (WAL)",
        &mut sides,
        report,
    )?;
    if let (Some(ours), Some(drf)) = (
        costs.find("Hallpass, remembered"),
        costs.find("DRF, gthread"),
    ) {
        report.row(
            Row::new(PART, "repeated Basic: CPU of DRF over Hallpass", drf / ours)
                .ours(ours, " µs")
                .beside("DRF", drf, " µs")
                .at_least(5_000.0, 20_000.0),
        );
    }
    Ok(())
}

fn base64(text: &str) -> String {
    hallpass_formats::base64::encode_standard(text.as_bytes())
}
