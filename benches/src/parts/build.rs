//! The time of a first release build.

use std::path::Path;
use std::time::Instant;

use crate::Failure;
use crate::facts::{cargo, target};
use crate::process;
use crate::report::{Report, Row};
use crate::servers::output;
use crate::world::World;

const PART: &str = "build";
const SECONDS: f64 = 300.0;

/// Builds the command in an empty target folder. Downloads come before and are not counted.
pub(crate) fn measure(_world: &World, report: &mut Report) -> Result<(), Failure> {
    output(&mut cargo(&["fetch", "--locked"]))?;
    let folder = target().join("xtask/first-build");
    remove(&folder)?;
    let mut build = cargo(&[
        "build",
        "--release",
        "--locked",
        "--package",
        "hallpass-cli",
    ]);
    build.arg("--target-dir").arg(&folder);
    let (began, before) = (Instant::now(), process::cpu_of_ended_children()?);
    let built = output(&mut build);
    let seconds = began.elapsed().as_secs_f64();
    let cpu = process::cpu_of_ended_children()? - before;
    remove(&folder)?;
    built?;
    report.row(
        Row::new(PART, "first release build of the command", seconds)
            .unit(" s")
            .at_most(SECONDS, SECONDS),
    );
    // On a machine that has other things to do, this says how long it would have taken alone: not less than this
    // divided by the cores.
    report.row(Row::new(PART, "CPU of that build", cpu.as_secs_f64()).unit(" s"));
    Ok(())
}

fn remove(folder: &Path) -> Result<(), Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
