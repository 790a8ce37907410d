//! What Hallpass costs beside DRF, a bare axum handler, hand-written handlers and axum-login, as ratios within one run.
//!
//! Started by `cargo xtask bench`, which builds the servers, sets up Python and names both; the method stands in this
//! package's README.

mod callgrind;
mod connection;
mod databases;
mod facts;
mod load;
mod measure;
mod parts;
mod pin;
mod plan;
mod postgres;
mod process;
mod report;
mod servers;
mod world;

use std::process::ExitCode;
use std::time::Instant;

use parts::{PARTS, instructions};
use plan::Plan;
use report::Report;
use world::World;

/// What went wrong, as a sentence for the person who started the run.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

fn measure(plan: Plan) -> Result<bool, Failure> {
    let accepting = plan.accept_instructions.clone();
    if let Some(file) = accepting.as_ref().or(plan.check_instructions.as_ref()) {
        let file = file.clone();
        return instructions::check(&World::new(plan)?, &file, accepting.is_some());
    }
    let mut report = Report::default();
    facts::machine(&plan, &mut report)?;
    let world = World::new(plan)?;
    let only = &world.plan.only;
    for part in &PARTS {
        let chosen = match only.as_slice() {
            [] => part.usual,
            names => names.iter().any(|name| name == part.name),
        };
        if chosen {
            println!("\n== {}", part.name);
            let began = Instant::now();
            (part.run)(&world, &mut report)?;
            println!("  ({:.0} s)", began.elapsed().as_secs_f64());
        }
    }
    report.machine(format!("load average after the run: {}", facts::load()));
    print!("\n{report}");
    if let Some(folder) = &world.plan.write {
        report.write(folder, &facts::command(&world.plan))?;
        println!("\nwritten: {}", folder.join("performance.md").display());
    }
    match report.missed() {
        0 => Ok(true),
        count => {
            println!("\n{count} figures miss their bounds");
            Ok(false)
        }
    }
}

fn main() -> ExitCode {
    match Plan::parse(std::env::args().skip(1)).and_then(measure) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Failure(message)) => {
            eprintln!("hallpass-bench: {message}");
            ExitCode::FAILURE
        }
    }
}
