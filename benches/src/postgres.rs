//! A private PostgreSQL server on the servers' processor, in a folder of the run, stopped when dropped.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::pin::Place;
use crate::servers::{Scratch, free_address, output};

/// A running server.
#[derive(Debug)]
pub(crate) struct Postgres {
    child: Child,
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// `None` where PostgreSQL is not installed.
    pub(crate) fn start(scratch: &Scratch) -> Result<Option<Self>, Failure> {
        let Some(bin) = programs() else {
            return Ok(None);
        };
        let folder = scratch.folder("postgres")?;
        let port = free_address()?.port();
        let user = server_user(&folder)?;
        let data = folder.join("data");
        output(
            as_user(user, Command::new(bin.join("initdb")))
                .args([
                    "--auth",
                    "trust",
                    "--username",
                    "postgres",
                    "--encoding",
                    "UTF8",
                ])
                .args(["--locale", "C.UTF-8", "--no-sync", "--pgdata"])
                .arg(&data)
                .current_dir(&folder),
        )?;
        let log = std::fs::File::create(folder.join("log"))?;
        // The settings of Debian's package but for the sockets: what is measured are reads.
        let child = as_user(user, Place::Server.command(bin.join("postgres")))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args(["-p", &port.to_string(), "-c", "listen_addresses="])
            .current_dir(&folder)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let server = Self {
            child,
            bin,
            folder,
            port,
        };
        let until = Instant::now() + Duration::from_secs(60);
        while server.sql("postgres", "SELECT 1;").is_err() {
            if Instant::now() > until {
                let said = std::fs::read_to_string(server.folder.join("log")).unwrap_or_default();
                return Err(Failure(format!("PostgreSQL does not start:\n{said}")));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(Some(server))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Over the socket.
    pub(crate) fn url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/{database}", self.port)
    }

    /// Runs statements and returns what they say, a row a line.
    pub(crate) fn sql(&self, database: &str, statements: &str) -> Result<String, Failure> {
        let mut psql = Command::new(self.bin.join("psql"))
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                "postgres",
            ])
            .args(["-d", database, "-p", &self.port.to_string(), "-h"])
            .arg(&self.folder)
            .args(["-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = psql.stdin.take() {
            input.write_all(statements.as_bytes())?;
        }
        let done = psql.wait_with_output()?;
        if done.status.success() {
            Ok(String::from_utf8_lossy(&done.stdout).into_owned())
        } else {
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            Err(Failure(format!("psql: {said}")))
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT: a fast shutdown.
        let asked = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        let until = Instant::now() + Duration::from_secs(10);
        while asked.is_ok() && Instant::now() < until {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian keeps the programs out of the path, one folder a version.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let path = std::env::var_os("PATH").unwrap_or_default();
    versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// PostgreSQL refuses to run as root: then it is the user that its package made, to whom the folder is given.
fn server_user(folder: &Path) -> Result<Option<&'static str>, Failure> {
    let is_root = output(Command::new("id").arg("-u"))?.trim() == "0";
    if !is_root {
        return Ok(None);
    }
    output(Command::new("chown").arg("postgres").arg(folder))?;
    Ok(Some("postgres"))
}

fn as_user(user: Option<&str>, program: Command) -> Command {
    let Some(user) = user else {
        return program;
    };
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", user, "--regid", user, "--clear-groups", "--"])
        .arg(program.get_program())
        .args(program.get_args());
    command
}
