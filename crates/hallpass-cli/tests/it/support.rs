//! A folder with a settings file, the command run in it, and servers that end with the test.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

pub(crate) const SECRET_KEY: &str = "tests-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF";
pub(crate) const PASSWORD: &str = "sufficiently-odd-77";

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Exit 0.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.out
    }

    /// Exit 1, nothing of success, one line on standard error that contains all the words.
    #[track_caller]
    pub(crate) fn refused(self, words: &[&str]) -> String {
        assert_eq!(self.code, Some(1), "{self:#?}");
        assert_eq!(self.err.trim_end().lines().count(), 1, "{self:#?}");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not said: {self:#?}");
        }
        self.err
    }
}

/// A folder of one test.
pub(crate) struct Folder {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

impl Folder {
    /// Empty.
    pub(crate) fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Hashes of full strength are not what these tests are about.
        let variables = vec![("HALLPASS_PBKDF2_ITERATIONS".to_owned(), "1000".to_owned())];
        Self {
            directory,
            variables,
        }
    }

    /// With a settings file; `more` is TOML after the secret key.
    pub(crate) fn with_settings(more: &str) -> Self {
        let folder = Self::empty();
        let text =
            format!("secret_key = \"{SECRET_KEY}\"\nallowed_hosts = [\"127.0.0.1\"]\n{more}\n");
        fs::write(folder.path("hallpass.toml"), text).unwrap();
        folder
    }

    /// With a settings file and a migrated database.
    pub(crate) fn migrated(more: &str) -> Self {
        let folder = Self::with_settings(more);
        folder.run(&["migrate"]).done();
        folder
    }

    /// Without one of the variables that the tests set.
    pub(crate) fn without(mut self, variable: &str) -> Self {
        self.variables.retain(|(name, _)| name != variable);
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    /// What is in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The database of the settings file.
    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.path("db.sqlite3")).unwrap()
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hallpass"));
        command.args(arguments).current_dir(self.directory.path());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("HALLPASS_")
                || name.starts_with("DJANGO_")
                || name.starts_with("OTEL_")
                || name == "DATABASE_URL"
            {
                command.env_remove(name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, "")
    }

    /// Runs the command with `input` on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Run {
        finish(self.command(arguments), input)
    }

    /// Starts `serve` on a free port.
    pub(crate) fn serve(&self) -> Server {
        Server::start(
            self.command(&["serve", "--bind", "127.0.0.1:0"]),
            "Listening on ",
        )
    }
}

/// Runs to the end.
pub(crate) fn finish(mut command: Command, input: &str) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A server that is killed when the test ends.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) port: u16,
    /// What it printed until it said where it listens.
    pub(crate) printed: String,
    output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts and reads until a line contains `mark`.
    pub(crate) fn start(mut command: Command, mark: &str) -> Self {
        command.stderr(Stdio::null());
        Self::start_logging(command, mark)
    }

    /// As [`start`](Self::start), with the log going where `command` says.
    pub(crate) fn start_logging(mut command: Command, mark: &str) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It holds the other end of pipes that were given to the child.
        drop(command);
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            let length = output.read_line(&mut line).unwrap();
            assert_ne!(length, 0, "the server ended: {printed}");
            printed.push_str(&line);
            if line.contains(mark) {
                break;
            }
        }
        let (_, after) = printed.split_once("http://127.0.0.1:").unwrap();
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        Self {
            child,
            port: digits.parse().unwrap(),
            printed,
            output,
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for the end; the exit code and what else was printed.
    pub(crate) fn wait(&mut self) -> (Option<i32>, String) {
        let until = Instant::now() + Duration::from_secs(10);
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < until, "the server does not end");
            thread::sleep(Duration::from_millis(10));
        }
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }

    /// Sends a request; the whole answer as text.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let host = format!("127.0.0.1:{}", self.port);
        self.send_to_host(&host, method, path, headers, body)
    }

    pub(crate) fn send_to_host(
        &self,
        host: &str,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &str,
    ) -> Answer {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        for header in headers {
            request.push_str(&format!("{header}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        ask(self.port, &format!("{request}\r\n{body}"))
    }
}

/// Sends a whole request to a port of this machine; the whole answer.
pub(crate) fn ask(port: u16, request: &str) -> Answer {
    let mut stream = connect(port);
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

fn connect(port: u16) -> TcpStream {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => return stream,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
        thread::sleep(Duration::from_millis(10));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The status line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// A header's value; the name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find_map(|(known, value)| (known == name).then_some(value))
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The first 40 hexadecimal digits of a text.
pub(crate) fn token_in(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| {
            word.len() == 40
                && word
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
        .unwrap_or_else(|| panic!("no token in {text}"))
        .to_owned()
}
