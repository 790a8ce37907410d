//! A private MariaDB server in a temporary folder, gone with this process.
//!
//! A shell stands between, as for PostgreSQL: it does what it is told, and when its input
//! ends, for whatever reason this process ends, it stops the server for good.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// Set where a missing server is a failure.
const REQUIRED: &str = "TEST_REQUIRE_MARIADB";
/// Of the account that every test uses.
pub(crate) const PASSWORD: &str = "s3cret/word";

const KEEPER: &str = r#"
begin() {
    # A server that starts empties its folder of temporary tables: no two share one.
    "$1" --no-defaults --datadir="$2/data" --tmpdir="$2" --socket="$2/sock" --pid-file="$2/pid" --port="$3" \
        --bind-address=127.0.0.1 --skip-name-resolve --innodb-flush-log-at-trx-commit=2 \
        --innodb-flush-method=nosync --skip-log-bin --max-connections=300 \
        --innodb-buffer-pool-size=64M $4 >>"$2/log" 2>&1 &
    server=$!
    tries=0
    until mariadb --no-defaults -uroot -S "$2/sock" -e 'SELECT 1' >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || break
        sleep 0.05
    done
}
end() { kill -CONT $server; kill -KILL $server; wait $server 2>/dev/null; }
# The signal comes back before each thread has heard of it.
pause() {
    kill -STOP $server
    while grep -qs '^State:[^T]*$' /proc/$server/task/*/status; do sleep 0.01; done
}
mariadb-install-db --no-defaults --datadir="$2/data" --auth-root-authentication-method=normal \
    --skip-test-db --skip-log-bin >"$2/log" 2>&1 || { cat "$2/log" >&2; exit 1; }
begin "$@"
mariadb --no-defaults -uroot -S "$2/sock" -e \
    "CREATE USER tester@'%' IDENTIFIED BY '$5'; GRANT ALL ON *.* TO tester@'%' WITH GRANT OPTION" || { cat "$2/log" >&2; kill $server; exit 1; }
echo ready
while read -r word; do
    case $word in
        start) begin "$@" ;;
        stop) end ;;
        pause) pause ;;
        go) kill -CONT $server ;;
    esac
    echo ready
done
end
rm -rf "$2"
"#;

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
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
    /// The one that tests share; `None`, said on stderr, where MariaDB is not installed.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start("")).as_ref()
    }

    /// One of one's own that also speaks TLS, as `localhost`.
    pub(crate) fn with_tls() -> Option<Self> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls");
        let readable = tempfile::tempdir().unwrap().keep();
        for name in ["server.pem", "server.key"] {
            std::fs::copy(format!("{folder}/{name}"), readable.join(name)).unwrap();
        }
        give(&readable, user());
        let readable = readable.display();
        Self::start(&format!(
            "--ssl-cert={readable}/server.pem --ssl-key={readable}/server.key"
        ))
    }

    /// One of one's own.
    pub(crate) fn start(settings: &str) -> Option<Self> {
        let Some(program) = program() else {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set, but there is no mariadbd"
            );
            eprintln!(
                "skipped: tests on MariaDB: no mariadbd (Debian: apt install mariadb-server)"
            );
            return None;
        };
        // Another program may take the port before the server does.
        let mut attempts = (0..3).map(|_| Self::attempt(&program, settings));
        let started = attempts.find_map(|server| server);
        assert!(started.is_some(), "the server did not start");
        started
    }

    fn attempt(program: &Path, settings: &str) -> Option<Self> {
        let folder = tempfile::Builder::new()
            .prefix("hallpass-my")
            .tempdir()
            .unwrap()
            .keep();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let mut process = as_somebody(&folder)
            .args(["sh", "-c", KEEPER, "sh"])
            .arg(program)
            .arg(&folder)
            .arg(port.to_string())
            .args([settings, PASSWORD])
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
        keeper.is_ready().then(|| Self {
            folder,
            port,
            keeper: Mutex::new(keeper),
        })
    }

    /// `stop` (as a power cut would), `start`, `pause` (it answers nobody) or `go`.
    pub(crate) fn say(&self, word: &str) {
        self.keeper.lock().unwrap().say(word);
    }

    /// Over the socket, as dj-database-url writes that.
    pub(crate) fn url(&self, database: &str) -> String {
        let password = PASSWORD.replace('/', "%2F");
        let socket = self.folder.join("sock");
        let socket = socket.display();
        format!("mysql://tester:{password}@/{database}?unix_socket={socket}")
    }

    /// Over TCP.
    pub(crate) fn tcp_url(&self, host: &str, database: &str) -> String {
        let password = PASSWORD.replace('/', "%2F");
        format!("mysql://tester:{password}@{host}:{}/{database}", self.port)
    }

    /// Runs statements in the standard's spelling; the first column of every row.
    pub(crate) fn texts(&self, database: &str, sql: &str) -> Vec<String> {
        let mode = "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_TRANS_TABLES', time_zone = '+00:00', foreign_key_checks = 0;";
        let output = Command::new("mariadb")
            .args(["--no-defaults", "-utester", "-N", "-B", "-r", "-S"])
            .arg(self.folder.join("sock"))
            .args(["--default-character-set=utf8mb4", database])
            .env("MYSQL_PWD", PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .and_then(|mut client| {
                let mut input = client.stdin.take().unwrap();
                input.write_all(mode.as_bytes())?;
                input.write_all(sql.as_bytes())?;
                drop(input);
                client.wait_with_output()
            })
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(ToOwned::to_owned).collect()
    }

    /// The definition of every table.
    pub(crate) fn dump(&self, database: &str) -> Vec<String> {
        let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY CAST(table_name AS BINARY)";
        let mut lines = Vec::new();
        for table in self.texts(database, tables) {
            let show = format!("SET sql_mode = ''; SHOW CREATE TABLE `{table}`");
            let told = self.texts(database, &show).join("\n");
            let (_, definition) = told.split_once('\t').unwrap();
            let definition = without_counter(definition);
            lines.extend(definition.lines().map(ToOwned::to_owned));
            lines.last_mut().unwrap().push(';');
        }
        lines
    }
}

/// Without ` AUTO_INCREMENT=7`, which tells of rows.
fn without_counter(definition: &str) -> String {
    match definition.split_once(" AUTO_INCREMENT=") {
        Some((before, after)) => before.to_owned() + after.trim_start_matches(char::is_numeric),
        None => definition.to_owned(),
    }
}

impl Keeper {
    fn say(&mut self, word: &str) {
        writeln!(self.words, "{word}").unwrap();
        assert!(self.is_ready(), "the server did not {word}");
    }

    fn is_ready(&mut self) -> bool {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line == "ready\n"
    }
}

/// Whom the server runs as: it refuses root. `None`: whoever we are.
fn user() -> Option<&'static str> {
    let id = |arguments: &[&str]| Command::new("id").args(arguments).output().unwrap();
    if id(&["-u"]).stdout != b"0\n" {
        return None;
    }
    Some(if id(&["mysql"]).status.success() {
        "mysql"
    } else {
        "nobody"
    })
}

fn give(folder: &Path, user: Option<&str>) {
    if let Some(user) = user {
        let changed = Command::new("chown")
            .args(["-R", user])
            .arg(folder)
            .status();
        assert!(changed.unwrap().success());
    }
}

fn as_somebody(folder: &Path) -> Command {
    let Some(user) = user() else {
        return Command::new("env");
    };
    give(folder, Some(user));
    let group = if user == "nobody" { "nogroup" } else { user };
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", group, "--clear-groups", "--"]);
    command
}

fn program() -> Option<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")];
    let path = std::env::var_os("PATH");
    folders.extend(path.iter().flat_map(std::env::split_paths));
    let mut found = folders.into_iter().map(|folder| folder.join("mariadbd"));
    found.find(|program| program.is_file())
}
