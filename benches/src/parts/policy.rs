//! The decision of a typical composed permission, as `bench-policy` measures it.

use crate::Failure;
use crate::databases::CACHED;
use crate::pin::Place;
use crate::plan::cleaned;
use crate::report::{Report, Row};
use crate::servers::output;
use crate::world::World;

const PART: &str = "policy";

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    let database = world.wal()?;
    let mut command = cleaned(Place::Server.command(world.plan.servers.join("bench-policy")));
    let said = output(
        command
            .args([CACHED, &database.token])
            .current_dir(&database.folder),
    )?;
    let mut numbers = said.split_whitespace().map(str::parse::<f64>);
    let (Some(Ok(nanoseconds)), Some(Ok(allocations))) = (numbers.next(), numbers.next()) else {
        return Err(Failure(format!("bench-policy says {said}")));
    };
    let what = "IsAuthenticated & (IsAdminUser | IsAuthenticatedOrReadOnly)";
    report.row(
        Row::new(
            PART,
            format!("deciding `{}`", what.replace('|', "\\|")),
            nanoseconds,
        )
        .unit(" ns")
        .at_most(200.0, 200.0),
    );
    report.row(Row::new(PART, "allocations of that decision", allocations).at_most(0.0, 0.0));
    Ok(())
}
