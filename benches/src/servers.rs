//! The servers, each on a free port of 127.0.0.1, stopped when dropped.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::databases::Database;
use crate::pin::Place;
use crate::plan::{Plan, clean, cleaned, python_folder};

/// Shared by both sides; signs nothing that outlives the run.
pub(crate) const SECRET_KEY: &str =
    "benchmark-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz-ABC";

/// A process that listens.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    input: Option<ChildStdin>,
    address: SocketAddr,
}

impl Server {
    /// `hallpass serve` with one of the settings files of a database's folder.
    pub(crate) fn hallpass(
        plan: &Plan,
        database: &Database,
        settings: &str,
        place: Place,
    ) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = cleaned(place.command(&plan.hallpass));
        command
            .args([
                "serve",
                "--bind",
                &address.to_string(),
                "--config",
                settings,
            ])
            // A line of log for each request would be written to a file that nobody reads.
            .env("HALLPASS_LOG", "error")
            .current_dir(&database.folder);
        Self::start(command, address, &database.folder.join("hallpass.log"))
    }

    /// One of `bench-server`'s, on the servers' processor.
    pub(crate) fn bench(plan: &Plan, words: &[&str], folder: &Path) -> Result<Self, Failure> {
        let program = plan.servers.join("bench-server");
        let command = cleaned(Place::Server.command(program));
        Self::bench_by(command, "all", words, folder)
    }

    /// The same as the last words of another command, a profiler's.
    pub(crate) fn bench_by(
        mut command: Command,
        runtime: &str,
        words: &[&str],
        folder: &Path,
    ) -> Result<Self, Failure> {
        let address = free_address()?;
        command
            .args([&address.to_string(), runtime])
            .args(words)
            .current_dir(folder);
        Self::start(command, address, &folder.join("bench-server.log"))
    }

    /// axum-login on a database file.
    pub(crate) fn axum_login(program: &Path, database: &Path) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = cleaned(Place::Server.command(program));
        command.arg(address.to_string()).arg(database);
        Self::start(command, address, &database.with_extension("axum-login.log"))
    }

    /// DRF under gunicorn.
    pub(crate) fn gunicorn(
        plan: &Plan,
        database: &Database,
        place: Place,
        workers: &[&str],
    ) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = cleaned(place.command(&plan.python));
        django_environment(&mut command, &database.for_django);
        command
            .args(["-m", "gunicorn", "--log-level", "error", "--timeout", "120"])
            .args(["--no-control-socket", "--bind", &address.to_string()])
            .args(workers)
            .arg("django.core.wsgi:get_wsgi_application()");
        Self::start(command, address, &database.folder.join("gunicorn.log"))
    }

    fn start(mut command: Command, address: SocketAddr, log: &Path) -> Result<Self, Failure> {
        let output = File::create(log)?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .map_err(|error| Failure(format!("{command:?}: {error}")))?;
        let input = child.stdin.take();
        let mut server = Self {
            child,
            input,
            address,
        };
        let until = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            let ended = server.child.try_wait()?.is_some();
            if ended || Instant::now() > until {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                return Err(Failure(format!("{command:?} does not listen:\n{said}")));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends a server that serves until its input ends, and waits until it has.
    pub(crate) fn end(mut self) -> Result<(), Failure> {
        self.input.take();
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    /// Asks first, because gunicorn's workers would outlive a killed master for a while.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let until = Instant::now() + Duration::from_secs(5);
        while asked.is_ok() && Instant::now() < until {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Python with the benchmark's Django project on a database.
pub(crate) fn django(plan: &Plan, for_django: &str) -> Command {
    let mut command = clean(&plan.python);
    django_environment(&mut command, for_django);
    command
}

fn django_environment(command: &mut Command, for_django: &str) {
    command
        .current_dir(python_folder())
        .env("DJANGO_SETTINGS_MODULE", "settings")
        .env("BENCH_SECRET_KEY", SECRET_KEY)
        .env("BENCH_DATABASE", for_django);
}

pub(crate) fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Runs a command to its end and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let done = command
        .output()
        .map_err(|error| Failure(format!("{command:?}: {error}")))?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        Err(Failure(format!(
            "{command:?}: {}\n{}{}",
            done.status,
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        )))
    }
}

/// A folder for one run, removed at its end.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("hallpass-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.0.join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that stays behind in the temporary directory harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
