//! Steps of a chore: run one after the other, each measured, told in a table at the end.

use std::process::Command;
use std::time::{Duration, Instant};

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It did what it should.
    Passed,
    /// It ran and something was wrong; the text names what.
    Failed(String),
    /// This machine lacks something that it needs; the text names what and why.
    Skipped(String),
    /// The same, for what not even a continuous integration need have.
    Excused(String),
}

#[derive(Debug)]
struct Step {
    name: String,
    outcome: Outcome,
    took: Duration,
}

/// The steps of one run.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

impl Steps {
    /// Runs one step and keeps its outcome; true if it passed.
    pub(crate) fn run(&mut self, name: &str, work: impl FnOnce() -> Outcome) -> bool {
        println!("\n==> {name}");
        let began = Instant::now();
        let outcome = work();
        if let Outcome::Skipped(why) | Outcome::Excused(why) = &outcome {
            println!("skipped: {name}: {why}");
        }
        let passed = outcome == Outcome::Passed;
        self.done.push(Step {
            name: name.to_owned(),
            outcome,
            took: began.elapsed(),
        });
        passed
    }

    /// Prints the table and says whether the whole run counts as a success.
    ///
    /// A skipped step is a success on somebody's machine, but not under `CI=true`: there everything must run that is
    /// not excused.
    pub(crate) fn finish(self, strict: bool) -> bool {
        println!("\n{:<28} {:<8} {:>8}", "step", "result", "seconds");
        let mut success = true;
        for step in &self.done {
            let (word, detail) = match &step.outcome {
                Outcome::Passed => ("passed", ""),
                Outcome::Failed(why) => ("FAILED", why.as_str()),
                Outcome::Skipped(why) | Outcome::Excused(why) => ("skipped", why.as_str()),
            };
            let line = format!(
                "{:<28} {word:<8} {:>8.1}  {detail}",
                step.name,
                step.took.as_secs_f64()
            );
            println!("{}", line.trim_end());
            success &= match step.outcome {
                Outcome::Passed | Outcome::Excused(_) => true,
                Outcome::Failed(_) => false,
                Outcome::Skipped(_) => !strict,
            };
        }
        success
    }
}

/// Runs a command with its output going straight to ours.
pub(crate) fn command(command: &mut Command) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(format!("{}: {status}", shown(command))),
        Err(error) => Outcome::Failed(format!("{}: {error}", shown(command))),
    }
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_is_a_failure_only_where_everything_must_run() {
        for (strict, success) in [(false, true), (true, false)] {
            let mut steps = Steps::default();
            assert!(steps.run("one", || Outcome::Passed));
            assert!(!steps.run("two", || Outcome::Skipped("no network".to_owned())));
            assert_eq!(steps.finish(strict), success);
        }
    }

    #[test]
    fn an_excused_step_is_no_failure_anywhere() {
        let mut steps = Steps::default();
        assert!(!steps.run("one", || Outcome::Excused("no such Python".to_owned())));
        assert!(steps.finish(true));
    }

    #[test]
    fn one_failed_step_fails_the_run() {
        let mut steps = Steps::default();
        steps.run("one", || Outcome::Failed("broken".to_owned()));
        steps.run("two", || Outcome::Passed);
        assert!(!steps.finish(false));
    }

    #[test]
    fn a_command_that_cannot_start_is_named() {
        let outcome = command(Command::new("no-such-program-here").arg("x"));
        assert!(
            matches!(outcome, Outcome::Failed(why) if why.starts_with("no-such-program-here x: "))
        );
    }
}
