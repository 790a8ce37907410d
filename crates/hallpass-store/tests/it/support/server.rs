//! A private PostgreSQL server in a temporary folder, gone with this process.
//!
//! A shell stands between: it starts and stops the server as it is told, and when its
//! input ends, for whatever reason this process ends, it stops the server for good.

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// Where the programs are if not in this variable's folder.
const BIN: &str = "TEST_POSTGRESQL_BIN";
/// Set where a missing server is a failure.
const REQUIRED: &str = "TEST_REQUIRE_POSTGRESQL";

const KEEPER: &str = r#"
begin() {
    "$1/postgres" -D "$2/data" -k "$2" -p "$3" -c listen_addresses=127.0.0.1 -c fsync=off \
        -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 $4 >>"$2/log" 2>&1 &
    server=$!
    tries=0
    until "$1/pg_isready" -q -h "$2" -p "$3"; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || break
        sleep 0.05
    done
}
end() { kill -INT $server; wait $server; }
"$1/initdb" -D "$2/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 -N >"$2/log" 2>&1 || { cat "$2/log" >&2; exit 1; }
begin "$@"
echo ready
while read -r word; do
    case $word in start) begin "$@" ;; stop) end ;; esac
    echo ready
done
end
rm -rf "$2"
"#;

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    bin: PathBuf,
    folder: PathBuf,
    pub(crate) port: u16,
    keeper: Mutex<Keeper>,
}

#[derive(Debug)]
struct Keeper {
    _process: Child,
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// The one that tests share; `None`, said on stderr, where PostgreSQL is not installed.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&[])).as_ref()
    }

    /// One of one's own that also speaks TLS, as `localhost`.
    pub(crate) fn with_tls() -> Option<Self> {
        Self::start(&[
            ("server.pem", include_str!("../../data/tls/server.pem")),
            ("server.key", include_str!("../../data/tls/server.key")),
        ])
    }

    /// One of one's own, with TLS if there are files for it.
    pub(crate) fn start(tls: &[(&str, &str)]) -> Option<Self> {
        let Some(bin) = programs() else {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set, but there is no initdb"
            );
            eprintln!("skipped: tests on PostgreSQL: no initdb (Debian: apt install postgresql)");
            return None;
        };
        let folder = tempfile::Builder::new()
            .prefix("hallpass-pg")
            .tempdir()
            .unwrap()
            .keep();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        for (name, text) in tls {
            let file = folder.join(name);
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        }
        let path = folder.display();
        let settings = if tls.is_empty() {
            String::new()
        } else {
            format!(
                "-c ssl=on -c ssl_cert_file={path}/server.pem -c ssl_key_file={path}/server.key"
            )
        };
        let mut command = as_somebody(&folder);
        let mut process = command
            .args(["sh", "-c", KEEPER, "sh"])
            .arg(&bin)
            .arg(&folder)
            .arg(port.to_string())
            .arg(settings)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let words = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut keeper = Keeper {
            _process: process,
            words,
            answers,
        };
        keeper.wait();
        Some(Self {
            bin,
            folder,
            port,
            keeper: Mutex::new(keeper),
        })
    }

    /// Ends every connection at once.
    pub(crate) fn stop(&self) {
        self.keeper.lock().unwrap().say("stop");
    }

    pub(crate) fn start_again(&self) {
        self.keeper.lock().unwrap().say("start");
    }

    /// Over the socket, as dj-database-url writes that.
    pub(crate) fn url(&self, database: &str) -> String {
        let folder = self.folder.to_str().unwrap().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/{database}", self.port)
    }

    /// Over TCP.
    pub(crate) fn tcp_url(&self, host: &str, database: &str) -> String {
        format!("postgres://postgres:secret@{host}:{}/{database}", self.port)
    }

    /// Runs statements; the first column of every row.
    pub(crate) fn texts(&self, database: &str, sql: &str) -> Vec<String> {
        let output = Command::new(self.bin.join("psql"))
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
            .env("PGTZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .and_then(|mut psql| {
                psql.stdin.take().unwrap().write_all(sql.as_bytes())?;
                psql.wait_with_output()
            })
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(ToOwned::to_owned).collect()
    }

    /// The definitions of a database, as `pg_dump` writes them.
    pub(crate) fn dump(&self, database: &str) -> Vec<String> {
        let output = Command::new(self.bin.join("pg_dump"))
            .args(["-U", "postgres", "-p", &self.port.to_string(), "-h"])
            .arg(&self.folder)
            .args(["-s", "-O", "-x", "--no-comments", database])
            .output()
            .unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .filter(|line| {
                let noise = ["--", "SET ", "SELECT ", "\\"];
                !line.is_empty() && !noise.iter().any(|start| line.starts_with(start))
            })
            .map(ToOwned::to_owned)
            .collect()
    }
}

impl Keeper {
    fn say(&mut self, word: &str) {
        writeln!(self.words, "{word}").unwrap();
        self.wait();
    }

    fn wait(&mut self) {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "the server did not start");
    }
}

/// PostgreSQL refuses to run as root: then as the user that its package made, or nobody.
fn as_somebody(folder: &Path) -> Command {
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !root {
        return Command::new("env");
    }
    let has = |user: &str| {
        let mut id = Command::new("id");
        id.arg(user).stdout(Stdio::null()).stderr(Stdio::null());
        id.status().is_ok_and(|status| status.success())
    };
    let user = if has("postgres") {
        "postgres"
    } else {
        "nobody"
    };
    let changed = Command::new("chown")
        .arg("-R")
        .arg(user)
        .arg(folder)
        .status();
    assert!(changed.unwrap().success());
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--clear-groups", "--regid"]);
    command.arg(if user == "nobody" { "65534" } else { user });
    command.arg("--");
    command
}

fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os(BIN)
        .map(PathBuf::from)
        .into_iter()
        .collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders.extend(
        std::env::var_os("PATH")
            .iter()
            .flat_map(std::env::split_paths),
    );
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}
