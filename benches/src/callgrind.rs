//! Instructions of one request: `valgrind --tool=callgrind` on a server with one thread, asked on one connection. Two
//! runs differ only in how often they are asked, so that starting and ending are not counted.

use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::connection::Connection;
use crate::plan::{Plan, cleaned};
use crate::servers::Server;

/// Requests of the two runs; what is prepared or remembered at the first ones is in both.
const FEW: u32 = 300;
const MANY: u32 = 1_300;

/// Whether valgrind is there.
pub(crate) fn is_here() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

/// `words` choose a server of `bench-server`, `request` makes what it is asked from its address.
pub(crate) fn per_request(
    plan: &Plan,
    words: &[&str],
    folder: &Path,
    request: impl Fn(std::net::SocketAddr) -> Vec<u8>,
) -> Result<f64, Failure> {
    let few = run(plan, words, folder, &request, FEW)?;
    let many = run(plan, words, folder, &request, MANY)?;
    Ok((many - few) / f64::from(MANY - FEW))
}

fn run(
    plan: &Plan,
    words: &[&str],
    folder: &Path,
    request: &impl Fn(std::net::SocketAddr) -> Vec<u8>,
    times: u32,
) -> Result<f64, Failure> {
    let counts = folder.join("callgrind.out");
    let mut command = cleaned(Command::new("valgrind"));
    command
        .args(["--quiet", "--tool=callgrind"])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(plan.servers.join("bench-server"));
    let server = Server::bench_by(command, "one", words, folder)?;
    let request = request(server.address());
    let mut connection = Connection::open(server.address())?;
    for _ in 0..times {
        let status = connection.ask(&request)?;
        if status != 200 {
            return Err(Failure(format!("{words:?}: {}", connection.answer())));
        }
    }
    drop(connection);
    server.end()?;
    let text = std::fs::read_to_string(&counts)?;
    total(&text).ok_or_else(|| Failure(format!("{} holds no total", counts.display())))
}

fn total(text: &str) -> Option<f64> {
    let line = |name| text.lines().find_map(|line| line.strip_prefix(name));
    line("totals:")
        .or_else(|| line("summary:"))?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::total;

    #[test]
    fn the_total_stands_at_the_end() {
        assert_eq!(
            total("events: Ir\nfn=a\n1 2\n\ntotals: 12345\n"),
            Some(12345.0)
        );
        assert_eq!(total("events: Ir\nsummary: 7\n"), Some(7.0));
        assert_eq!(total(""), None);
    }
}
