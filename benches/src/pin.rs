//! Which processors are whose: servers that are measured get one, the client another.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Where a process may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The processor of the servers.
    Server,
    /// The processor of the client.
    Client,
    /// Wherever the benchmark may.
    Anywhere,
}

/// The processors that this process was given, as the kernel and `taskset` write them.
#[derive(Debug)]
struct Processors {
    all: String,
    first: u32,
    last: u32,
}

/// Nothing where there is only one processor, or no `taskset`.
fn processors() -> Option<&'static Processors> {
    static FOUND: OnceLock<Option<Processors>> = OnceLock::new();
    FOUND.get_or_init(look).as_ref()
}

fn look() -> Option<Processors> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let all = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?
        .trim();
    let found = parse(all)?;
    let works = Command::new("taskset").arg("--version").output().is_ok();
    (works && found.first != found.last).then_some(found)
}

/// `0-3,8` and the like.
fn parse(all: &str) -> Option<Processors> {
    let first = all.split([',', '-']).next()?.parse().ok()?;
    let last = all.rsplit([',', '-']).next()?.parse().ok()?;
    Some(Processors {
        all: all.to_owned(),
        first,
        last,
    })
}

impl Place {
    fn list(self) -> Option<String> {
        let processors = processors()?;
        Some(match self {
            Self::Server => processors.first.to_string(),
            Self::Client => processors.last.to_string(),
            Self::Anywhere => processors.all.clone(),
        })
    }

    /// A program that will run there, and so will what it starts.
    pub(crate) fn command(self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let Some(list) = self.list() else {
            return Command::new(program);
        };
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &list]).arg(program);
        command
    }

    /// Moves a running process's first thread, and with it all threads and processes that it starts from now on.
    pub(crate) fn take(self, pid: u32) {
        if let Some(list) = self.list() {
            // Where it is not allowed the figures are only less steady.
            let _ = Command::new("taskset")
                .args(["--pid", "--cpu-list", &list, &pid.to_string()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
        }
    }
}

/// For the facts of the run.
pub(crate) fn shown() -> String {
    processors().map_or_else(
        || "processors are not pinned: there is one, or no taskset".to_owned(),
        |found| {
            format!(
                "servers and databases on processor {}, the client on processor {}; logins on all",
                found.first, found.last
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_kernel_writes_lists() {
        for (list, ends) in [("0-3", (0, 3)), ("1,4-7", (1, 7)), ("5", (5, 5))] {
            let found = parse(list).unwrap();
            assert_eq!((found.first, found.last), ends, "{list}");
        }
        assert!(parse("").is_none());
    }
}
