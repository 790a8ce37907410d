//! One verification of a stored `pbkdf2_sha256` password, and the same hash by Python's `hashlib`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::Duration;

use hallpass_formats::password::{EncodedPassword, PasswordHasher, Pbkdf2Sha256};

use crate::report::Report;
use crate::{Failure, Plan, clean, process, python_folder};

/// Django 5.2's default.
const ITERATIONS: u32 = 1_000_000;
const PASSWORD: &str = "sufficiently-odd-77";
const SALT: &str = "wPB1cyBCzTvQ6uHV3Xz7Rd";

/// The kernel's accounting has steps of 10 ms, so a turn is made of several verifications.
const VERIFICATIONS_A_TURN: u32 = 4;

/// Takes turns: ours, Python's, ours, Python's.
pub(crate) fn measure(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    println!("password verification");
    let mut python = Python::start(plan)?;
    let stored = EncodedPassword::new(format!("pbkdf2_sha256${ITERATIONS}${SALT}${}", python.hash));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds(9, 5) {
        ours.push(verify(&stored)?);
        theirs.push(python.turn()?);
    }
    let (ours, theirs) = (median_milliseconds(ours), median_milliseconds(theirs));
    report.ratio(
        "verifying a password, PBKDF2-SHA256 with 1,000,000 iterations",
        [
            (format!("{ours:.0} ms"), ours),
            (format!("hashlib {theirs:.0} ms"), theirs),
        ],
        1.0,
    );
    Ok(())
}

fn verify(stored: &EncodedPassword) -> Result<Duration, Failure> {
    let hasher = Pbkdf2Sha256 {
        iterations: ITERATIONS,
    };
    let before = process::cpu(std::process::id())?;
    for _ in 0..VERIFICATIONS_A_TURN {
        if hasher.verify(PASSWORD, stored) != Ok(true) {
            return Err(Failure(
                "Python's hash of the same password does not verify".to_owned(),
            ));
        }
    }
    // Python is our child, but it waits for its turn.
    Ok(process::cpu(std::process::id())? - before)
}

fn median_milliseconds(turns: Vec<Duration>) -> f64 {
    let each = turns
        .into_iter()
        .map(|turn| turn.as_secs_f64() * 1000.0 / f64::from(VERIFICATIONS_A_TURN));
    crate::whoami::median(each.collect())
}

/// `python/pbkdf2.py`, which hashes whenever it is told to.
#[derive(Debug)]
struct Python {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    hash: String,
}

impl Python {
    fn start(plan: &Plan) -> Result<Self, Failure> {
        let mut child = clean(&plan.python)
            .arg(python_folder().join("pbkdf2.py"))
            .args([PASSWORD, SALT, &ITERATIONS.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure("pbkdf2.py has no pipes".to_owned()));
        };
        let mut python = Self {
            child,
            orders,
            answers: BufReader::new(answers),
            hash: String::new(),
        };
        python.hash = python.answer()?;
        Ok(python)
    }

    fn answer(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        if line.is_empty() {
            return Err(Failure("pbkdf2.py ended early".to_owned()));
        }
        Ok(line.trim().to_owned())
    }

    fn turn(&mut self) -> Result<Duration, Failure> {
        let before = process::cpu(self.child.id())?;
        writeln!(self.orders, "{VERIFICATIONS_A_TURN}")?;
        self.answer()?;
        Ok(process::cpu(self.child.id())? - before)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // Nothing is lost with it, and it may already be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
