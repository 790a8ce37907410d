//! The Python environment of the live tests: made once for each state of the requirements file, under
//! `target/xtask`, and used again as long as that file stays the same.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian::{self, succeeds};
use crate::steps::{self, Outcome};
use crate::workspace;

/// Says that Python can make environments and is new enough for Django 5.2.
const PROBE: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

/// A virtual environment with exactly the packages of one requirements file.
#[derive(Debug)]
pub(crate) struct Environment {
    folder: PathBuf,
    python: PathBuf,
    requirements: PathBuf,
}

impl Environment {
    /// Names the environment without making it.
    pub(crate) fn for_requirements(requirements: &Path) -> Self {
        let mut hasher = DefaultHasher::new();
        std::fs::read(requirements)
            .unwrap_or_default()
            .hash(&mut hasher);
        let folder = workspace::target()
            .join("xtask")
            .join(format!("venv-{:016x}", hasher.finish()));
        Self {
            python: folder.join("bin/python"),
            folder,
            requirements: requirements.to_owned(),
        }
    }

    /// The interpreter inside.
    pub(crate) fn python(&self) -> &Path {
        &self.python
    }

    /// Makes the environment unless an earlier run finished it.
    pub(crate) fn prepare(&self) -> Outcome {
        let finished = self.folder.join("finished");
        if finished.exists() && succeeds(Command::new(&self.python).arg("--version")) {
            println!("using {}", self.folder.display());
            return Outcome::Passed;
        }
        if let Err(why) = interpreter() {
            return Outcome::Skipped(why);
        }
        // A half-made environment of an interrupted run is made again from nothing.
        let create = steps::command(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&self.folder),
        );
        if create != Outcome::Passed {
            return create;
        }
        let install = steps::command(
            Command::new(&self.python)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--requirement",
                ])
                .arg(&self.requirements),
        );
        if let Outcome::Failed(why) = install {
            return Outcome::Skipped(format!(
                "PyPI is not reachable, or lacks a pinned package ({why})"
            ));
        }
        match std::fs::write(&finished, "") {
            Ok(()) => Outcome::Passed,
            Err(error) => Outcome::Failed(format!("{}: {error}", finished.display())),
        }
    }
}

/// Makes sure that `python3` can make environments; the error says what is missing and how to get it.
fn interpreter() -> Result<(), String> {
    if probe() || (debian::install(&["python3", "python3-venv"]) && probe()) {
        return Ok(());
    }
    if succeeds(Command::new("python3").arg("--version")) {
        Err("python3 is older than 3.10 or lacks its venv module (Debian: apt install python3-venv)".to_owned())
    } else {
        Err("no python3 (Debian: apt install python3 python3-venv)".to_owned())
    }
}

fn probe() -> bool {
    succeeds(Command::new("python3").args(["-c", PROBE]))
}
