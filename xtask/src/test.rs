//! `cargo xtask test`: the Rust tests, then the release build beside a real Django and behind real proxies.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::UsageError;
use crate::bench;
use crate::deb;
use crate::debian;
use crate::differential;
use crate::python;
use crate::steps::{self, Outcome, Steps};
use crate::workspace;

/// What is built in debug has every feature of the command; the release build has those that are shipped.
const EVERY_FEATURE: &str = "--features=hallpass-cli/opentelemetry";

#[derive(Debug, PartialEq, Eq)]
struct Plan {
    rust: bool,
    live: bool,
    proxies: bool,
    differential: bool,
    instructions: bool,
    seed: Option<u64>,
    requests: Option<u64>,
    replay: Option<String>,
    patterns: Vec<String>,
}

impl Plan {
    fn parse(arguments: &[String]) -> Result<Self, UsageError> {
        let mut plan = Self {
            rust: true,
            live: true,
            proxies: true,
            differential: true,
            instructions: true,
            seed: None,
            requests: None,
            replay: None,
            patterns: Vec::new(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--only" => plan.only(rest.next().map(String::as_str))?,
                "--seed" => plan.seed = Some(number(argument, rest.next())?),
                "--requests" => plan.requests = Some(number(argument, rest.next())?),
                "--replay" => match rest.next() {
                    Some(file) => plan.replay = Some(file.clone()),
                    None => return Err(UsageError("--replay takes a file".to_owned())),
                },
                flag if flag.starts_with('-') => {
                    return Err(UsageError(format!("unknown option: {flag}")));
                }
                pattern => plan.patterns.push(pattern.to_owned()),
            }
        }
        Ok(plan)
    }

    fn only(&mut self, part: Option<&str>) -> Result<(), UsageError> {
        const PARTS: [&str; 5] = ["rust", "live", "proxies", "differential", "instructions"];
        let Some(part) = part.filter(|part| PARTS.contains(part)) else {
            let message = "--only takes rust, live, proxies, differential or instructions";
            return Err(UsageError(message.to_owned()));
        };
        self.rust = part == "rust";
        self.live = part == "live";
        self.proxies = part == "proxies";
        self.differential = part == "differential";
        self.instructions = part == "instructions";
        Ok(())
    }
}

fn number(option: &str, text: Option<&String>) -> Result<u64, UsageError> {
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| UsageError(format!("{option} takes a whole number")))
}

/// Runs the chore; true if everything that must pass did.
pub(crate) fn run(arguments: &[String]) -> Result<bool, UsageError> {
    let plan = Plan::parse(arguments)?;
    let mut steps = Steps::default();
    let postgresql = steps.run("postgresql", debian::need_postgresql);
    let mariadb = steps.run("mariadb", debian::need_mariadb);
    let redis = steps.run("redis", || debian::need("redis-server"));
    if plan.rust {
        steps.run("rust tests", || {
            let mut tests = workspace::cargo(&["test", "--workspace", "--locked", EVERY_FEATURE]);
            if postgresql {
                // From here on a server that does not start is a failure, no skip.
                tests.env("TEST_REQUIRE_POSTGRESQL", "1");
            }
            if mariadb {
                tests.env("TEST_REQUIRE_MARIADB", "1");
            }
            if redis {
                tests.env("TEST_REQUIRE_REDIS", "1");
            }
            steps::command(&mut tests)
        });
    }
    if plan.live || plan.proxies {
        beside_others(&plan, &mut steps);
    }
    if plan.differential {
        let options = differential::Options {
            requests: plan.requests,
            seed: plan.seed,
            replay: plan.replay,
            postgresql,
        };
        differential::run(&options, &mut steps);
    }
    if plan.instructions {
        bench::check_instructions(&mut steps);
    }
    Ok(steps.finish(workspace::everything_must_run()))
}

/// The tests of `tests/live` and `tests/proxies`, on the release build.
fn beside_others(plan: &Plan, steps: &mut Steps) {
    if !steps.run("release build", || {
        steps::command(&mut workspace::release_build("hallpass-cli"))
    }) {
        return;
    }
    if plan.live {
        deb::package(steps);
        // The clock that the tests of faults set forward and back.
        steps.run("faketime", || debian::need("faketime"));
    }
    // Only lines that the demo and the docs print need it; without it the other tests run all the same.
    steps.run("curl", || debian::need("curl"));
    if plan.live {
        live(plan, steps);
    }
    if plan.proxies {
        proxies(plan, steps);
    }
}

/// All of them against one Django, those that tell something new against the newer ones.
fn live(plan: &Plan, steps: &mut Steps) {
    if !steps.run("examples", || {
        steps::command(&mut workspace::cargo(&[
            "build",
            "--locked",
            "--workspace",
            "--bins",
            EVERY_FEATURE,
        ]))
    }) {
        return;
    }
    for django in [python::DJANGO].into_iter().chain(python::NEWER) {
        let Some(environment) = python::environment(steps, django) else {
            continue;
        };
        let step = format!("live tests, Django {}", django.version);
        steps.run(&step, || live_tests(plan, environment.python()));
    }
}

/// The tests of a proxy that is not there are skipped.
fn proxies(plan: &Plan, steps: &mut Steps) {
    for proxy in ["nginx", "haproxy", "caddy"] {
        steps.run(proxy, || debian::need_proxy(proxy));
    }
    let Some(environment) = python::environment(steps, python::DJANGO) else {
        return;
    };
    steps.run("proxy tests", || {
        steps::command(&mut python_tests(plan, environment.python(), "proxies"))
    });
}

fn live_tests(plan: &Plan, python: &Path) -> Outcome {
    let seed = plan.seed.unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| u64::from(time.subsec_micros()))
    });
    println!("seed: {seed} (repeat with: cargo xtask test --only live --seed {seed})");
    let mut command = python_tests(plan, python, "live");
    command.env("HALLPASS_SEED", seed.to_string());
    steps::command(&mut command)
}

/// A package of tests in `tests`, run on the release build.
fn python_tests(plan: &Plan, python: &Path, package: &str) -> Command {
    let mut command = Command::new(python);
    command
        .args(["-B", "-u", "-m", package])
        .args(&plan.patterns)
        .current_dir(workspace::root().join("tests"))
        .env("HALLPASS_BIN", workspace::release_binary("hallpass"))
        .env("HALLPASS_EXAMPLES", workspace::debug_binaries());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Plan, String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        Plan::parse(&words).map_err(|UsageError(message)| message)
    }

    #[test]
    fn everything_unless_told_otherwise() {
        assert_eq!(
            parse(&[]),
            Ok(Plan {
                rust: true,
                live: true,
                proxies: true,
                differential: true,
                instructions: true,
                seed: None,
                requests: None,
                replay: None,
                patterns: vec![]
            })
        );
        let plan = parse(&["--only", "live", "--seed", "7", "guide"]);
        assert_eq!(
            plan,
            Ok(Plan {
                rust: false,
                live: true,
                proxies: false,
                differential: false,
                instructions: false,
                seed: Some(7),
                requests: None,
                replay: None,
                patterns: vec!["guide".to_owned()]
            })
        );
        let plan = parse(&["--only", "differential", "--requests", "9", "--replay", "a"]);
        assert_eq!(
            plan,
            Ok(Plan {
                rust: false,
                live: false,
                proxies: false,
                differential: true,
                instructions: false,
                seed: None,
                requests: Some(9),
                replay: Some("a".to_owned()),
                patterns: vec![]
            })
        );
    }

    #[test]
    fn wrong_words_are_refused() {
        assert_eq!(
            parse(&["--only"]),
            Err("--only takes rust, live, proxies, differential or instructions".to_owned())
        );
        assert_eq!(
            parse(&["--only", "go"]),
            Err("--only takes rust, live, proxies, differential or instructions".to_owned())
        );
        assert_eq!(
            parse(&["--seed", "x"]),
            Err("--seed takes a whole number".to_owned())
        );
        assert_eq!(parse(&["--fast"]), Err("unknown option: --fast".to_owned()));
    }
}
