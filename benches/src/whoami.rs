//! `GET /api/whoami/` with a token, on Hallpass and on DRF, in turns; and what Hallpass's server holds in memory.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::load::Target;
use crate::report::{Bound, Report};
use crate::servers::{SECRET_KEY, Scratch, Server, django, output};
use crate::{Failure, Plan, clean, process};

const USER: &str = "bench";
const PASSWORD: &str = "sufficiently-odd-77";

/// gunicorn's ways of serving that are compared; the cheaper one counts.
const WORKERS: [(&str, &[&str]); 2] = [
    ("gthread", &["--worker-class", "gthread", "--threads", "2"]),
    ("sync", &["--worker-class", "sync"]),
];

/// A side's requests in a round take about a second, a hundred times the step of the kernel's accounting.
const REQUESTS_TO_HALLPASS: usize = 40_000;
const REQUESTS_TO_DRF: usize = 800;

/// The goal of the issue: a twentieth of DRF's CPU.
const SHARE: f64 = 1.0 / 20.0;
const IDLE_MEBIBYTES: f64 = 30.0;

/// Where an SQLite file says which kind of journal its readers must know, and what it says there.
const READ_VERSION: usize = 19;
const ROLLBACK_JOURNAL: u8 = 1;
const WRITE_AHEAD_LOG: u8 = 2;

/// A database file with one user and the user's token.
#[derive(Debug)]
struct Database {
    name: &'static str,
    folder: PathBuf,
    file: PathBuf,
    token: String,
}

/// Measures on both kinds of database: Hallpass's own with its write-ahead log, and Django's.
pub(crate) fn measure(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let scratch = Scratch::new()?;
    let ours = made_by_hallpass(plan, scratch.folder("hallpass")?)?;
    let theirs = made_by_django(plan, scratch.folder("django")?)?;
    let (mut idle, mut loaded) = (0.0_f64, 0.0_f64);
    for database in [ours, theirs] {
        let memory = compare(plan, &database, report)?;
        idle = idle.max(memory.idle);
        loaded = loaded.max(memory.loaded);
    }
    report.figure(
        "resident memory of `hallpass serve` after its start",
        idle,
        " MiB",
        Bound::AtMost(IDLE_MEBIBYTES),
    );
    report.figure(
        "the same, idle again after all those requests",
        loaded,
        " MiB",
        Bound::AtMost(IDLE_MEBIBYTES),
    );
    Ok(())
}

fn made_by_hallpass(plan: &Plan, folder: PathBuf) -> Result<Database, Failure> {
    let file = folder.join("db.sqlite3");
    configure(&folder, &file)?;
    let hallpass = |arguments: &[&str]| {
        output(
            clean(&plan.hallpass)
                .args(arguments)
                .current_dir(&folder)
                .env("DJANGO_SUPERUSER_PASSWORD", PASSWORD),
        )
    };
    hallpass(&["migrate"])?;
    hallpass(&[
        "createsuperuser",
        "--noinput",
        "--username",
        USER,
        "--email",
        "bench@example.com",
    ])?;
    let said = hallpass(&["drf_create_token", USER])?;
    let token = said
        .split_whitespace()
        .nth(2)
        .ok_or_else(|| Failure(format!("drf_create_token printed no token: {said}")))?
        .to_owned();
    check_journal(&file, WRITE_AHEAD_LOG)?;
    Ok(Database {
        name: "made by Hallpass (WAL)",
        folder,
        file,
        token,
    })
}

fn made_by_django(plan: &Plan, folder: PathBuf) -> Result<Database, Failure> {
    let file = folder.join("db.sqlite3");
    configure(&folder, &file)?;
    output(django(plan, &file).args(["-m", "django", "migrate", "--verbosity", "0"]))?;
    let said = output(django(plan, &file).args(["add_user.py", USER, PASSWORD]))?;
    check_journal(&file, ROLLBACK_JOURNAL)?;
    Ok(Database {
        name: "made by Django (rollback journal)",
        folder,
        file,
        token: said.trim().to_owned(),
    })
}

/// Makes sure that the table says the truth about the file.
fn check_journal(file: &Path, expected: u8) -> Result<(), Failure> {
    match std::fs::read(file)?.get(READ_VERSION) {
        Some(version) if *version == expected => Ok(()),
        version => Err(Failure(format!(
            "{}: the journal is not of the expected kind (read version {version:?}, not {expected})",
            file.display()
        ))),
    }
}

/// Hallpass's settings: DRF's guide has these classes, and `settings.py` the same.
fn configure(folder: &Path, database: &Path) -> Result<(), Failure> {
    let text = format!(
        "secret_key = \"{SECRET_KEY}\"\n\
         database_url = \"sqlite:///{}\"\n\
         allowed_hosts = [\"127.0.0.1\"]\n\n\
         [rest_framework]\n\
         default_authentication_classes = [\"session\", \"token\", \"basic\"]\n\
         default_permission_classes = [\"is_authenticated\"]\n",
        database.display()
    );
    Ok(std::fs::write(folder.join("hallpass.toml"), text)?)
}

/// Hallpass's resident memory in mebibytes.
#[derive(Debug)]
struct Memory {
    idle: f64,
    loaded: f64,
}

/// One server under load, and what each round cost it.
#[derive(Debug)]
struct Side {
    name: String,
    server: Server,
    target: Target,
    requests: usize,
    microseconds: Vec<f64>,
}

impl Side {
    fn new(name: &str, server: Server, token: &str, requests: usize) -> Self {
        Self {
            name: name.to_owned(),
            target: Target::new(server.address(), token),
            server,
            requests,
            microseconds: Vec::new(),
        }
    }

    fn round(&mut self, body: &[u8]) -> Result<(), Failure> {
        let before = process::cpu(self.server.pid())?;
        let sent = self.target.load(self.requests, body)?;
        let spent = process::cpu(self.server.pid())? - before;
        self.microseconds
            .push(spent.as_secs_f64() * 1e6 / sent as f64);
        Ok(())
    }

    fn median(&self) -> f64 {
        median(self.microseconds.clone())
    }
}

fn compare(plan: &Plan, database: &Database, report: &mut Report) -> Result<Memory, Failure> {
    println!("token-authenticated requests, database {}", database.name);
    let server = Server::hallpass(plan, &database.folder)?;
    thread::sleep(Duration::from_secs(1));
    let idle = process::resident_mebibytes(server.pid())?;
    let mut sides = vec![Side::new(
        "Hallpass",
        server,
        &database.token,
        REQUESTS_TO_HALLPASS,
    )];
    for (name, worker) in WORKERS {
        let server = Server::gunicorn(plan, &database.folder, &database.file, worker)?;
        sides.push(Side::new(name, server, &database.token, REQUESTS_TO_DRF));
    }

    let body = same_answer(&sides)?;
    for side in &sides {
        side.target.load(side.requests / 4, &body)?;
    }
    for _ in 0..plan.rounds(9, 5) {
        for side in &mut sides {
            side.round(&body)?;
        }
    }
    thread::sleep(Duration::from_secs(1));
    let [hallpass, peers @ ..] = sides.as_slice() else {
        return Err(Failure("nothing was measured".to_owned()));
    };
    let loaded = process::resident_mebibytes(hallpass.server.pid())?;
    for side in &sides {
        println!("  {}: {}", side.name, shown(&side.microseconds));
    }
    let peer = peers
        .iter()
        .min_by(|one, other| one.median().total_cmp(&other.median()))
        .ok_or_else(|| Failure("nothing was measured beside Hallpass".to_owned()))?;
    report.ratio(
        &format!("CPU of a token request, database {}", database.name),
        [
            (format!("{:.1} µs", hallpass.median()), hallpass.median()),
            (
                format!("DRF, {} {:.0} µs", peer.name, peer.median()),
                peer.median(),
            ),
        ],
        SHARE,
    );
    Ok(Memory { idle, loaded })
}

/// The one body that every side answers with.
fn same_answer(sides: &[Side]) -> Result<Vec<u8>, Failure> {
    let mut expected: Option<Vec<u8>> = None;
    for side in sides {
        let body = side.target.ask()?;
        let first = expected.get_or_insert_with(|| body.clone());
        if *first != body {
            return Err(Failure(format!(
                "{} answers {}, Hallpass {}",
                side.name,
                String::from_utf8_lossy(&body),
                String::from_utf8_lossy(first)
            )));
        }
    }
    expected.ok_or_else(|| Failure("nobody was asked".to_owned()))
}

fn shown(microseconds: &[f64]) -> String {
    let each: Vec<String> = microseconds
        .iter()
        .map(|value| format!("{value:.1}"))
        .collect();
    format!("µs of CPU a request, round by round: {}", each.join(" "))
}

/// The middle value; there is an odd number of rounds.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_middle_one() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert!(median(vec![]).is_nan());
    }
}
