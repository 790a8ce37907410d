//! The machine, and the sizes.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::plan::{Plan, clean, python_folder};
use crate::report::{Report, Row};
use crate::servers::output;
use crate::world::World;
use crate::{Failure, pin};

/// What the figures were taken on and with.
pub(crate) fn machine(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let cores = std::thread::available_parallelism()?;
    let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown CPU", |text| {
            text.trim_start_matches([' ', '\t', ':'])
        });
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    report.machine(format!("{cores} cores of {model}, Linux {}", kernel.trim()));
    report.machine(pin::shown());
    report.machine(format!("load average before the run: {}", load()));
    report.machine(output(Command::new("rustc").arg("--version"))?.trim());
    let versions = output(clean(&plan.python).arg(python_folder().join("machine.py")))?;
    for line in versions.lines() {
        report.machine(line);
    }
    Ok(())
}

/// How many crates make the command, and how large it is.
pub(crate) fn sizes(world: &World, report: &mut Report) -> Result<(), Failure> {
    let tree = output(&mut cargo(&[
        "tree",
        "--locked",
        "--package",
        "hallpass-cli",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ]))?;
    let count = crates(&tree) as f64;
    report.row(Row::new(
        "sizes",
        "crates in the command, ours included",
        count,
    ));
    let mebibytes = std::fs::metadata(&world.plan.hallpass)?.len() as f64 / (1024.0 * 1024.0);
    report.row(Row::new("sizes", "size of the command", mebibytes).unit(" MiB"));
    Ok(())
}

/// The load averages of the last minute, five and fifteen minutes.
pub(crate) fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    load.join(" ")
}

/// What prints this run again.
pub(crate) fn command(plan: &Plan) -> String {
    let mut words = vec!["cargo xtask bench".to_owned()];
    if plan.quick {
        words.push("--quick".to_owned());
    }
    if !plan.only.is_empty() {
        words.push(format!("--only {}", plan.only.join(",")));
    }
    if plan.rows != crate::plan::ROWS {
        words.push(format!("--rows {}", plan.rows));
    }
    words.join(" ")
}

/// Each line names a crate and its version; what was told before has a mark at its end.
fn crates(tree: &str) -> usize {
    let names: BTreeSet<Vec<&str>> = tree
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.split(' ').take(2).collect())
        .collect();
    names.len()
}

fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |folder| root().join(folder))
}

pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

#[cfg(test)]
mod tests {
    use super::crates;

    #[test]
    fn a_crate_counts_once() {
        let tree = "a v0.1.0 (/home/a)\nb v1.0.0\nc v1.0.0\nb v1.0.0 (*)\n\nb v2.0.0\n";
        assert_eq!(crates(tree), 4);
    }
}
