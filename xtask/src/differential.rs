//! The differential test of `tests/differential`: a live Django and `examples/reference`, the same random requests.

use std::process::Command;

use crate::python;
use crate::steps::{self, Steps};
use crate::workspace;

/// How many requests each side gets unless told otherwise; on PostgreSQL a tenth of that.
const REQUESTS: u64 = 20_000;
/// Enough to show that the harness finds no difference where there is none.
const SELF: u64 = 1_000;
/// After so many requests every planted bug must have been found; most are after some hundred.
const PLANTED: u64 = 20_000;

/// Where everything must run, the same requests every time: whether a change may land is no matter of chance. Everywhere
/// else each run has a seed of its own, and so finds what nobody has asked before.
const SEED_IN_CI: u64 = 777_001;

/// What the command line says of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) requests: Option<u64>,
    pub(crate) seed: Option<u64>,
    /// A file of an earlier run, played instead of everything else.
    pub(crate) replay: Option<String>,
    /// Whether there is a PostgreSQL server to start.
    pub(crate) postgresql: bool,
}

/// Builds the reference app and compares it with Django.
pub(crate) fn run(options: &Options, steps: &mut Steps) {
    if !steps.run("build of the reference app", || {
        steps::command(&mut workspace::release_build("reference"))
    }) {
        return;
    }
    let Some(environment) = python::environment(steps, python::DJANGO) else {
        return;
    };
    let differential = |arguments: &[String]| {
        let mut command = Command::new(environment.python());
        command
            .args(["-B", "-u", "-m", "differential"])
            .args(arguments)
            .current_dir(workspace::root().join("tests"));
        steps::command(&mut command)
    };
    let ours = [
        "--reference".to_owned(),
        workspace::release_binary("reference").display().to_string(),
    ];
    if let Some(file) = &options.replay {
        // The program runs in another folder than whoever named the file.
        let file = std::path::absolute(file).unwrap_or_else(|_| file.into());
        let replay = ["--replay".to_owned(), file.display().to_string()];
        steps.run("replay", || differential(&[&ours[..], &replay].concat()));
        return;
    }
    let many = |requests: u64| {
        let mut words = vec!["--requests".to_owned(), requests.to_string()];
        let in_ci = workspace::everything_must_run().then_some(SEED_IN_CI);
        if let Some(seed) = options.seed.or(in_ci) {
            words.extend(["--seed".to_owned(), seed.to_string()]);
        }
        words
    };
    let requests = options.requests.unwrap_or(REQUESTS);
    steps.run("differential", || {
        differential(&[&ours[..], &many(requests)].concat())
    });
    if options.postgresql {
        let postgres = ["--database".to_owned(), "postgres".to_owned()];
        steps.run("differential on postgresql", || {
            differential(&[&ours[..], &postgres, &many(requests / 10)].concat())
        });
    }
    steps.run("django against itself", || {
        differential(&[&["--self".to_owned()], &many(SELF)[..]].concat())
    });
    steps.run("planted bugs", || {
        differential(&[&ours[..], &["--plants".to_owned()], &many(PLANTED)].concat())
    });
}
