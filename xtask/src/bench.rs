//! `cargo xtask bench`: builds the command and the benchmark, sets up Python, and lets `hallpass-bench` measure.

use std::process::Command;

use crate::UsageError;
use crate::python;
use crate::steps::{self, Outcome, Steps};
use crate::workspace;

/// Runs the chore; true if every figure is within its bound.
pub(crate) fn run(arguments: &[String]) -> Result<bool, UsageError> {
    if let Some(unknown) = arguments
        .iter()
        .find(|argument| !["--quick", "--build"].contains(&argument.as_str()))
    {
        return Err(UsageError(format!("unknown option: {unknown}")));
    }
    let mut steps = Steps::default();
    // One after the other: built together they would share the features of their dependencies.
    let built = [
        ("build of the command", "hallpass-cli"),
        ("build of the benchmark", "hallpass-bench"),
    ]
    .into_iter()
    .all(|(step, package)| {
        steps.run(step, || {
            let build = ["build", "--release", "--locked", "--package", package];
            steps::command(&mut workspace::cargo(&build))
        })
    });
    let environment = built
        .then(|| python::environment(&mut steps, python::DJANGO))
        .flatten();
    let Some(environment) = environment else {
        // Nothing was measured, so a skip is no success either.
        return Ok(steps.finish(true));
    };
    println!("\n==> benchmark");
    let mut benchmark = Command::new(workspace::release_binary("hallpass-bench"));
    benchmark
        .arg("--hallpass")
        .arg(workspace::release_binary("hallpass"))
        .arg("--python")
        .arg(environment.python())
        .args(arguments);
    Ok(steps::command(&mut benchmark) == Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_words_are_refused() {
        let refused = run(&["--fast".to_owned()]).map_err(|UsageError(message)| message);
        assert_eq!(refused, Err("unknown option: --fast".to_owned()));
    }
}
