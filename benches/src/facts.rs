//! The machine, the sizes, and the time of a first build.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::report::{Bound, Report};
use crate::servers::output;
use crate::{Failure, Plan, clean, process, python_folder};

const FIRST_BUILD_SECONDS: f64 = 300.0;

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
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    report.machine(format!("load average before the run: {}", load.join(" ")));
    report.machine(output(Command::new("rustc").arg("--version"))?.trim());
    let versions = output(clean(&plan.python).arg(python_folder().join("machine.py")))?;
    for line in versions.lines() {
        report.machine(line);
    }
    Ok(())
}

/// How many crates make the command, and how large it is.
pub(crate) fn sizes(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
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
    report.figure(
        "crates in the command, ours included",
        crates(&tree) as f64,
        "",
        Bound::None,
    );
    let bytes = std::fs::metadata(&plan.hallpass)?.len();
    report.figure(
        "size of the command",
        bytes as f64 / (1024.0 * 1024.0),
        " MiB",
        Bound::None,
    );
    Ok(())
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

/// Builds the command in an empty target folder. Downloads come before and are not counted.
pub(crate) fn first_build(report: &mut Report) -> Result<(), Failure> {
    println!("first release build");
    output(&mut cargo(&["fetch", "--locked"]))?;
    let folder = target().join("xtask/first-build");
    remove(&folder)?;
    let mut build = cargo(&[
        "build",
        "--release",
        "--locked",
        "--package",
        "hallpass-cli",
    ]);
    build.arg("--target-dir").arg(&folder);
    let (began, before) = (Instant::now(), process::cpu_of_ended_children()?);
    let built = output(&mut build);
    let seconds = began.elapsed().as_secs_f64();
    let cpu = process::cpu_of_ended_children()? - before;
    remove(&folder)?;
    built?;
    report.figure(
        "first release build of the command",
        seconds,
        " s",
        Bound::AtMost(FIRST_BUILD_SECONDS),
    );
    // On a machine that has other things to do, this says how long it would have taken alone: not less than this
    // divided by the cores.
    report.figure("CPU of that build", cpu.as_secs_f64(), " s", Bound::None);
    Ok(())
}

fn remove(folder: &Path) -> Result<(), Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |folder| root().join(folder))
}

fn cargo(arguments: &[&str]) -> Command {
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
