//! `cargo xtask bench`: builds the servers and the benchmark, sets up Python, and lets `hallpass-bench` measure.

use std::path::PathBuf;
use std::process::Command;

use crate::UsageError;
use crate::debian;
use crate::python;
use crate::steps::{self, Outcome, Steps};
use crate::workspace;

/// What is asked for, in the words of `hallpass-bench`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    passed_on: Vec<String>,
    /// A part of the run tells nothing that a page should say.
    whole: bool,
    accept_instructions: bool,
}

impl Plan {
    fn parse(arguments: &[String]) -> Result<Self, UsageError> {
        let mut plan = Self {
            whole: true,
            ..Self::default()
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--quick" => {
                    plan.whole = false;
                    plan.passed_on.push(argument.clone());
                }
                "--only" | "--rows" => {
                    let value = rest
                        .next()
                        .ok_or_else(|| UsageError(format!("{argument} takes a value")))?;
                    plan.whole &= argument == "--rows";
                    plan.passed_on.extend([argument.clone(), value.clone()]);
                }
                "--accept-instructions" => plan.accept_instructions = true,
                unknown => return Err(UsageError(format!("unknown option: {unknown}"))),
            }
        }
        Ok(plan)
    }
}

/// Runs the chore; true if every figure is within its bound.
pub(crate) fn run(arguments: &[String]) -> Result<bool, UsageError> {
    let plan = Plan::parse(arguments)?;
    let mut steps = Steps::default();
    let built = steps.run("release build", build_servers);
    // Without these some rows are missing, and the page says so.
    steps.run("axum-login, its own workspace", build_axum_login);
    steps.run("postgresql", debian::need_postgresql);
    steps.run("valgrind", || debian::need("valgrind"));
    let environment = built
        .then(|| python::environment(&mut steps, python::DJANGO))
        .flatten();
    let Some(environment) = environment else {
        // Nothing was measured, so a skip is no success either.
        return Ok(steps.finish(true));
    };
    println!("\n==> benchmark");
    let mut benchmark = benchmark();
    benchmark
        .arg("--python")
        .arg(environment.python())
        .args(&plan.passed_on);
    let axum_login = axum_login();
    if axum_login.is_file() {
        benchmark.arg("--axum-login").arg(axum_login);
    }
    if plan.accept_instructions {
        benchmark.arg("--accept-instructions").arg(accepted());
    } else if plan.whole {
        benchmark.arg("--write").arg(workspace::root().join("docs"));
    }
    Ok(steps::command(&mut benchmark) == Outcome::Passed)
}

/// Compares what a warm token request costs with what was accepted: a step of `cargo xtask test`.
pub(crate) fn check_instructions(steps: &mut Steps) {
    if !steps.run("valgrind", || debian::need("valgrind")) {
        return;
    }
    if !steps.run("release build of the servers", build_servers) {
        return;
    }
    steps.run("instructions of a request", || {
        let mut benchmark = benchmark();
        benchmark
            .args(["--python", "python3", "--check-instructions"])
            .arg(accepted());
        steps::command(&mut benchmark)
    });
}

/// One after the other: built together they would share the features of their dependencies.
fn build_servers() -> Outcome {
    for package in ["hallpass-cli", "hallpass-bench"] {
        match steps::command(&mut workspace::release_build(package)) {
            Outcome::Passed => {}
            failed => return failed,
        }
    }
    Outcome::Passed
}

fn build_axum_login() -> Outcome {
    let mut build = workspace::cargo(&["build", "--release", "--locked"]);
    build
        .arg("--target-dir")
        .arg(peers())
        .current_dir(workspace::root().join("benches/axum-login"));
    match steps::command(&mut build) {
        Outcome::Failed(why) => Outcome::Skipped(why),
        other => other,
    }
}

fn benchmark() -> Command {
    let mut benchmark = Command::new(workspace::release_binary("hallpass-bench"));
    benchmark
        .arg("--hallpass")
        .arg(workspace::release_binary("hallpass"))
        .arg("--servers")
        .arg(workspace::target().join("release"));
    benchmark
}

/// The target folder of what links another SQLite.
fn peers() -> PathBuf {
    workspace::target().join("peers")
}

fn axum_login() -> PathBuf {
    peers().join("release/axum-login-peer")
}

fn accepted() -> PathBuf {
    workspace::root().join("benches/instructions.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Plan, String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        Plan::parse(&words).map_err(|UsageError(message)| message)
    }

    #[test]
    fn only_a_whole_run_writes_the_page() {
        assert_eq!(parse(&[]).map(|plan| plan.whole), Ok(true));
        let many = parse(&["--rows", "10000000"]).map(|plan| plan.whole);
        assert_eq!(many, Ok(true));
        for words in [&["--quick"][..], &["--only", "tokens"]] {
            assert_eq!(parse(words).map(|plan| plan.whole), Ok(false), "{words:?}");
        }
    }

    #[test]
    fn wrong_words_are_refused() {
        assert_eq!(parse(&["--fast"]), Err("unknown option: --fast".to_owned()));
        assert_eq!(parse(&["--only"]), Err("--only takes a value".to_owned()));
    }
}
