//! One verification by each password hasher, and by Django's own of the same hash.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use hallpass_formats::password::{EncodedPassword, PasswordHasher, PasswordHashers};

use crate::Failure;
use crate::databases::PASSWORD;
use crate::measure::median;
use crate::plan::{Plan, clean, python_folder};
use crate::process;
use crate::report::{Report, Row};
use crate::world::World;

const PART: &str = "hashers";

/// Each of Django's, and how many verifications make a turn: the kernel's accounting has steps of 10 ms.
const HASHERS: [(&str, u32); 7] = [
    ("pbkdf2_sha256", 2),
    ("pbkdf2_sha1", 2),
    ("argon2", 2),
    ("bcrypt_sha256", 2),
    ("bcrypt", 2),
    ("scrypt", 2),
    ("md5", 50_000),
];

pub(crate) fn measure(world: &World, report: &mut Report) -> Result<(), Failure> {
    let mut python = Python::start(&world.plan)?;
    for (name, verifications) in HASHERS {
        let stored = EncodedPassword::new(python.hash(name)?);
        let iterations = stored_iterations(&stored);
        let hasher = PasswordHashers::of_django(name, iterations)
            .ok_or_else(|| Failure(format!("there is no hasher {name}")))?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..world.plan.pick(5, 3) {
            ours.push(verify(&*hasher, &stored, verifications)?);
            theirs.push(python.verify(name, verifications)?);
        }
        println!("  {name}: Hallpass {ours:.3?} ms, Django {theirs:.3?} ms");
        let (ours, theirs) = (median(&ours), median(&theirs));
        report.row(
            Row::new(
                PART,
                format!("verifying `{name}`: CPU over Django's"),
                ours / theirs,
            )
            .ours(ours, " ms")
            .beside("Django", theirs, " ms")
            .at_most(1.0, 1.0),
        );
    }
    Ok(())
}

/// `pbkdf2_sha256$1000000$...`; the others do not ask for it.
fn stored_iterations(stored: &EncodedPassword) -> u32 {
    let second = stored.as_str().split('$').nth(1);
    second.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Milliseconds of CPU of one verification. Python is our child, but it waits for its turn.
fn verify(
    hasher: &dyn PasswordHasher,
    stored: &EncodedPassword,
    times: u32,
) -> Result<f64, Failure> {
    let before = process::cpu(std::process::id())?;
    for _ in 0..times {
        if hasher.verify(PASSWORD, stored) != Ok(true) {
            let name = hasher.algorithm();
            return Err(Failure(format!("Django's hash does not verify: {name}")));
        }
    }
    let spent = process::cpu(std::process::id())? - before;
    Ok(spent.as_secs_f64() * 1000.0 / f64::from(times))
}

/// `python/hashers.py`, which hashes and verifies as it is told.
#[derive(Debug)]
struct Python {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start(plan: &Plan) -> Result<Self, Failure> {
        let mut child = clean(&plan.python)
            .arg(python_folder().join("hashers.py"))
            .arg(PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure("hashers.py has no pipes".to_owned()));
        };
        Ok(Self {
            child,
            orders,
            answers: BufReader::new(answers),
        })
    }

    /// A fresh hash.
    fn hash(&mut self, name: &str) -> Result<String, Failure> {
        self.order(&format!("hash {name}"))
    }

    fn verify(&mut self, name: &str, times: u32) -> Result<f64, Failure> {
        let before = process::cpu(self.child.id())?;
        self.order(&format!("verify {name} {times}"))?;
        let spent = process::cpu(self.child.id())? - before;
        Ok(spent.as_secs_f64() * 1000.0 / f64::from(times))
    }

    fn order(&mut self, words: &str) -> Result<String, Failure> {
        writeln!(self.orders, "{words}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        if line.is_empty() {
            return Err(Failure(format!("hashers.py ended at: {words}")));
        }
        Ok(line.trim().to_owned())
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // Nothing is lost with it, and it may already be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
