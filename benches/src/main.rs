//! What Hallpass costs beside DRF and beside Python's own PBKDF2, as ratios within one run.
//!
//! Started by `cargo xtask bench`, which builds the command, sets up Python and names both; the method stands in this
//! package's README.

mod facts;
mod load;
mod pbkdf2;
mod process;
mod report;
mod servers;
mod whoami;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use report::Report;

const USAGE: &str =
    "usage: hallpass-bench --hallpass BINARY --python INTERPRETER [--quick] [--build]";

/// What went wrong, as a sentence for the person who started the run.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// What is measured, and how thoroughly.
#[derive(Debug)]
pub(crate) struct Plan {
    hallpass: PathBuf,
    python: PathBuf,
    quick: bool,
    build: bool,
}

impl Plan {
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (mut hallpass, mut python, mut quick, mut build) = (None, None, false, false);
        let mut rest = arguments;
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--hallpass" => hallpass = rest.next().map(PathBuf::from),
                "--python" => python = rest.next().map(PathBuf::from),
                "--quick" => quick = true,
                "--build" => build = true,
                other => return Err(Failure(format!("unknown option: {other}\n{USAGE}"))),
            }
        }
        match (hallpass, python) {
            (Some(hallpass), Some(python)) => Ok(Self {
                hallpass,
                python,
                quick,
                build,
            }),
            _ => Err(Failure(USAGE.to_owned())),
        }
    }

    /// One number for a thorough run, another for a quick one.
    pub(crate) fn rounds(&self, thorough: usize, quick: usize) -> usize {
        if self.quick { quick } else { thorough }
    }
}

/// The Python files of this package.
pub(crate) fn python_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python")
}

/// A command without anything in its environment that could steer Django or Hallpass.
pub(crate) fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if ["DJANGO_", "HALLPASS_", "DATABASE_URL", "PYTHONPATH"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            command.env_remove(&*name);
        }
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn measure(plan: &Plan) -> Result<bool, Failure> {
    let mut report = Report::default();
    facts::machine(plan, &mut report)?;
    pbkdf2::measure(plan, &mut report)?;
    whoami::measure(plan, &mut report)?;
    facts::sizes(plan, &mut report)?;
    if plan.build {
        facts::first_build(&mut report)?;
    }
    print!("\n{report}");
    Ok(report.within_bounds())
}

fn main() -> ExitCode {
    match Plan::parse(std::env::args().skip(1)).and_then(|plan| measure(&plan)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Failure(message)) => {
            eprintln!("hallpass-bench: {message}");
            ExitCode::FAILURE
        }
    }
}
