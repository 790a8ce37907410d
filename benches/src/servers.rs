//! The servers, each on a free port of 127.0.0.1, stopped when dropped.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Failure, Plan, clean, python_folder};

/// Shared by both sides; signs nothing that outlives the run.
pub(crate) const SECRET_KEY: &str =
    "benchmark-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz-ABC";

/// A process that listens.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// `hallpass serve` in a folder with a `hallpass.toml`.
    pub(crate) fn hallpass(plan: &Plan, folder: &Path) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = clean(&plan.hallpass);
        command
            .args(["serve", "--bind", &address.to_string()])
            .current_dir(folder);
        Self::start(command, address, &folder.join("hallpass.log"))
    }

    /// DRF under one gunicorn worker of a class, on a database file.
    pub(crate) fn gunicorn(
        plan: &Plan,
        folder: &Path,
        database: &Path,
        worker: &[&str],
    ) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = django(plan, database);
        command
            .args(["-m", "gunicorn", "--workers", "1", "--log-level", "error"])
            .args(["--no-control-socket", "--bind", &address.to_string()])
            .args(worker)
            .arg("django.core.wsgi:get_wsgi_application()");
        Self::start(command, address, &folder.join("gunicorn.log"))
    }

    fn start(mut command: Command, address: SocketAddr, log: &Path) -> Result<Self, Failure> {
        let output = File::create(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        let mut server = Self { child, address };
        let until = Instant::now() + Duration::from_secs(30);
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
}

impl Drop for Server {
    /// Asks first, because gunicorn's workers would outlive a killed master for a while.
    fn drop(&mut self) {
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

/// Python with the benchmark's Django project on a database file.
pub(crate) fn django(plan: &Plan, database: &Path) -> Command {
    let mut command = clean(&plan.python);
    command
        .current_dir(python_folder())
        .env("DJANGO_SETTINGS_MODULE", "settings")
        .env("BENCH_SECRET_KEY", SECRET_KEY)
        .env("BENCH_DATABASE", database);
    command
}

fn free_address() -> Result<SocketAddr, Failure> {
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
