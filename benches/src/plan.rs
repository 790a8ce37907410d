//! What is measured, and how thoroughly.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::parts::PARTS;

/// Users with a token in the large databases, unless told otherwise.
pub(crate) const ROWS: u32 = 1_000_000;

/// The options of one run.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The command as it is installed.
    pub(crate) hallpass: PathBuf,
    /// The folder of `bench-server` and `bench-policy`.
    pub(crate) servers: PathBuf,
    /// The peer that links another SQLite; without it its rows are left out, and said to be.
    pub(crate) axum_login: Option<PathBuf>,
    pub(crate) python: PathBuf,
    pub(crate) quick: bool,
    pub(crate) only: Vec<String>,
    pub(crate) rows: u32,
    /// Where the page and its plot go.
    pub(crate) write: Option<PathBuf>,
    /// Only compares the instructions of the warm token request with this file's.
    pub(crate) check_instructions: Option<PathBuf>,
    /// Only writes them there.
    pub(crate) accept_instructions: Option<PathBuf>,
}

impl Plan {
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (mut hallpass, mut servers, mut python) = (None, None, None);
        let (mut axum_login, mut write) = (None, None);
        let (mut check_instructions, mut accept_instructions) = (None, None);
        let (mut quick, mut only, mut rows) = (false, Vec::new(), ROWS);
        let mut rest = arguments;
        while let Some(argument) = rest.next() {
            let mut value = || {
                rest.next()
                    .ok_or_else(|| Failure(format!("{argument} takes a value")))
            };
            match argument.as_str() {
                "--hallpass" => hallpass = Some(PathBuf::from(value()?)),
                "--servers" => servers = Some(PathBuf::from(value()?)),
                "--axum-login" => axum_login = Some(PathBuf::from(value()?)),
                "--python" => python = Some(PathBuf::from(value()?)),
                "--check-instructions" => check_instructions = Some(PathBuf::from(value()?)),
                "--accept-instructions" => accept_instructions = Some(PathBuf::from(value()?)),
                "--write" => write = Some(PathBuf::from(value()?)),
                "--only" => only.extend(value()?.split(',').map(str::to_owned)),
                "--rows" => {
                    rows = value()?
                        .parse()
                        .map_err(|_| Failure("--rows takes a whole number".to_owned()))?;
                }
                "--quick" => quick = true,
                other => return Err(Failure(format!("unknown option: {other}"))),
            }
        }
        let known = |name: &String| PARTS.iter().any(|part| part.name == name);
        if let Some(unknown) = only.iter().find(|name| !known(name)) {
            let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
            return Err(Failure(format!(
                "there is no part {unknown}; the parts are {}",
                names.join(", ")
            )));
        }
        let (Some(hallpass), Some(servers), Some(python)) = (hallpass, servers, python) else {
            return Err(Failure(
                "--hallpass, --servers and --python are needed: start me by `cargo xtask bench`"
                    .to_owned(),
            ));
        };
        Ok(Self {
            hallpass,
            servers,
            axum_login,
            python,
            quick,
            only,
            rows,
            write,
            check_instructions,
            accept_instructions,
        })
    }

    /// One number for a thorough run, another for a quick one.
    pub(crate) fn pick<T>(&self, thorough: T, quick: T) -> T {
        if self.quick { quick } else { thorough }
    }
}

/// The Python files of this package.
pub(crate) fn python_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python")
}

/// A command without anything in its environment that could steer Django or Hallpass.
pub(crate) fn clean(program: &Path) -> Command {
    cleaned(Command::new(program))
}

pub(crate) fn cleaned(mut command: Command) -> Command {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Plan, String> {
        Plan::parse(words.iter().map(ToString::to_string)).map_err(|Failure(message)| message)
    }

    #[test]
    fn parts_are_chosen_by_name() {
        let base = ["--hallpass", "h", "--servers", "s", "--python", "p"];
        let plan = parse(&[&base[..], &["--only", "tokens,policy"]].concat()).unwrap();
        assert_eq!(plan.only, ["tokens", "policy"]);
        let refused = parse(&[&base[..], &["--only", "tokes"]].concat()).unwrap_err();
        assert!(refused.starts_with("there is no part tokes; the parts are "));
    }

    #[test]
    fn what_is_missing_is_said() {
        assert!(parse(&[]).unwrap_err().contains("cargo xtask bench"));
        assert_eq!(parse(&["--rows"]).unwrap_err(), "--rows takes a value");
    }
}
