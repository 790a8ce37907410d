//! The Python environments of the live tests: made once for each state of a requirements file, under `target/xtask`,
//! and used again as long as that file stays the same.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian::{self, succeeds};
use crate::steps::{self, Outcome, Steps};
use crate::workspace;

/// A Django that live tests run against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Django {
    /// As the live tests and `hallpass.toml` call it.
    pub(crate) version: &'static str,
    /// Its file of pinned packages in `tests/live`.
    requirements: &'static str,
    /// The second number of the oldest Python 3 that it runs on.
    oldest_python: u8,
    /// Whether a machine without that Python may do without it.
    optional: bool,
}

/// The one that everything is tested against.
pub(crate) const DJANGO: Django = Django {
    version: "5.2",
    requirements: "requirements.txt",
    oldest_python: 10,
    optional: false,
};

/// Those that stand beside it where there is a Python that is new enough.
pub(crate) const NEWER: [Django; 2] = [
    Django {
        version: "6.0",
        requirements: "requirements-6.0.txt",
        oldest_python: 12,
        optional: true,
    },
    Django {
        version: "6.1",
        requirements: "requirements-6.1.txt",
        oldest_python: 12,
        optional: true,
    },
];

/// Makes the environment of a Django as a step of its own; `None` where that cannot be.
pub(crate) fn environment(steps: &mut Steps, django: Django) -> Option<Environment> {
    let mut made = None;
    let step = format!("python with Django {}", django.version);
    let passed = steps.run(&step, || match Environment::of(django) {
        Ok(environment) => made.insert(environment).prepare(),
        Err(why) if django.optional => Outcome::Excused(why),
        Err(why) => Outcome::Skipped(why),
    });
    made.filter(|_| passed)
}

/// A virtual environment with exactly the packages of one requirements file.
#[derive(Debug)]
pub(crate) struct Environment {
    interpreter: PathBuf,
    folder: PathBuf,
    python: PathBuf,
    requirements: PathBuf,
}

impl Environment {
    /// Names the environment of a Django without making it; the error says which Python is missing.
    pub(crate) fn of(django: Django) -> Result<Self, String> {
        let interpreter = interpreter(django)?;
        let folder = workspace::root().join("tests/live");
        let requirements = folder.join(django.requirements);
        let mut hasher = DefaultHasher::new();
        for file in [&requirements, &folder.join("tools.txt")] {
            std::fs::read(file).unwrap_or_default().hash(&mut hasher);
        }
        interpreter.hash(&mut hasher);
        let folder = workspace::target()
            .join("xtask")
            .join(format!("venv-{:016x}", hasher.finish()));
        Ok(Self {
            interpreter,
            python: folder.join("bin/python"),
            folder,
            requirements,
        })
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
        // A half-made environment of an interrupted run is made again from nothing.
        let create = steps::command(
            Command::new(&self.interpreter)
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

/// A Python that can make environments for this Django: `python3`, one with a version in its name, or one of pyenv's.
fn interpreter(django: Django) -> Result<PathBuf, String> {
    let oldest = django.oldest_python;
    let find = || {
        let mut candidates = candidates().into_iter();
        candidates.find(|python| can_make_environments(python, oldest))
    };
    if let Some(python) = find() {
        return Ok(python);
    }
    if !django.optional
        && debian::install(&["python3", "python3-venv"])
        && let Some(python) = find()
    {
        return Ok(python);
    }
    Err(format!(
        "no Python 3.{oldest} or newer with its venv module (Debian: apt install python3 python3-venv)"
    ))
}

fn candidates() -> Vec<PathBuf> {
    let named = (10..=16).rev().map(|minor| format!("python3.{minor}"));
    let mut found: Vec<PathBuf> = ["python3".to_owned()]
        .into_iter()
        .chain(named)
        .map(PathBuf::from)
        .collect();
    found.extend(of_pyenv());
    found
}

/// Every version that pyenv keeps, whether or not it is chosen.
fn of_pyenv() -> Vec<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv")));
    let versions = root.and_then(|root| std::fs::read_dir(root.join("versions")).ok());
    let mut found: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin/python3"))
        .collect();
    found.sort();
    found
}

fn can_make_environments(python: &Path, oldest: u8) -> bool {
    let probe = format!("import sys, venv, ensurepip; sys.exit(sys.version_info < (3, {oldest}))");
    succeeds(Command::new(python).args(["-c", &probe]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_django_without_its_python_is_excused_only_if_optional() {
        let of_the_future = Django {
            oldest_python: 200,
            ..NEWER[0]
        };
        let mut steps = Steps::default();
        assert!(environment(&mut steps, of_the_future).is_none());
        assert!(steps.finish(true));
    }

    #[test]
    fn every_django_has_its_pins() {
        for django in [DJANGO].iter().chain(&NEWER) {
            let file = workspace::root()
                .join("tests/live")
                .join(django.requirements);
            let text = std::fs::read_to_string(file).unwrap_or_default();
            let pin = format!("\nDjango=={}.", django.version);
            assert!(text.contains(&pin), "{}", django.requirements);
        }
    }
}
