//! The chores of the project: `cargo xtask test` runs everything that can be tested on this machine.
//!
//! A new chore is a module with a `run(arguments)` function and one line in [`chore`].

mod bench;
mod deb;
mod debian;
mod differential;
mod python;
mod steps;
mod test;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <chore>

chores:
  bench [--quick] [--only PART,...] [--rows N]
        what Hallpass costs beside DRF, bare axum, hand-written handlers and axum-login, as ratios within one run;
        a whole run writes docs/performance.md and its plot
        --quick      fewer rounds
        --only PART  some parts of it: instructions, tokens, sessions, layers, basic, logins, hashers, rows, memory,
                     policy, sizes; build, which runs only when named
        --rows N     users in the large databases, 1,000,000 unless told otherwise
        --accept-instructions
                     only writes benches/instructions.txt, which `test` compares with
  deb   the Debian package of the command, under target/deb
  test [--only rust|live|proxies|differential|instructions] [--seed N] [--requests N] [--replay FILE] [PATTERN...]
        rust: cargo test of the whole workspace
        live: the release build of the command against a real Django REST framework
              (sets up a Python environment under target/xtask)
        differential: the same random requests to a real Django REST framework and to examples/reference
        proxies: the release build behind nginx, HAProxy and Caddy
        instructions: those of a warm token request against bare axum's, under valgrind
        --seed N     repeats the random choices of an earlier live or differential run, which printed N
        --requests N how many requests of the differential test (20000 unless told)
        --replay FILE  only the requests of a difference that an earlier run wrote to FILE
        PATTERN...   only those live and proxy tests whose name contains one of the words
";

/// A wrong use of the command line, told to the person together with [`USAGE`].
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

fn chore(arguments: &[String]) -> Result<bool, UsageError> {
    match arguments.split_first() {
        Some((name, rest)) if name == "test" => test::run(rest),
        Some((name, rest)) if name == "bench" => bench::run(rest),
        Some((name, rest)) if name == "deb" => deb::run(rest),
        Some((name, _)) if name == "help" || name == "--help" || name == "-h" => {
            print!("{USAGE}");
            Ok(true)
        }
        Some((name, _)) => Err(UsageError(format!("unknown chore: {name}"))),
        None => Err(UsageError("which chore?".to_owned())),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match chore(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(UsageError(message)) => {
            eprint!("{message}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}
