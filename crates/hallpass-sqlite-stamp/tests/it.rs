//! Changes by another process, in each kind of journal.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use hallpass_sqlite_stamp::{Stamp, Watch};
use rusqlite::{Connection, OpenFlags};

const DATABASE: &str = "HALLPASS_STAMP_TEST_DATABASE";

/// Another process: this test program once more, in which `other_process` runs the statements that it is sent.
struct Other {
    child: Child,
    statements: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Other {
    fn on(path: &Path) -> Self {
        Self::start(Command::new(std::env::current_exe().unwrap()), path)
    }

    /// One that cannot make a file longer than 512 KiB at most.
    #[cfg(unix)]
    fn limited(path: &Path) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", r#"trap '' XFSZ; ulimit -f 512; exec "$0" "$@""#])
            .arg(std::env::current_exe().unwrap());
        Self::start(command, path)
    }

    fn start(mut command: Command, path: &Path) -> Self {
        let mut child = command
            .args(["--exact", "other_process", "--nocapture"])
            .env(DATABASE, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let statements = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            statements,
            answers,
        }
    }

    /// Returns when the statement is done.
    fn run(&mut self, sql: &str) {
        let answer = self.answer(sql);
        assert_eq!(answer, "done", "{sql}");
    }

    fn refuses(&mut self, sql: &str) {
        assert_ne!(self.answer(sql), "done", "{sql}");
    }

    fn answer(&mut self, sql: &str) -> String {
        writeln!(self.statements.as_mut().unwrap(), "{sql}").unwrap();
        let mut line = String::new();
        while !line.starts_with("done") && !line.starts_with("failed") {
            line.clear();
            let read = self.answers.read_line(&mut line).unwrap();
            assert!(read > 0, "the other process died");
        }
        line.trim_end().to_owned()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.statements = None;
        let _ = self.child.wait();
    }
}

#[test]
fn other_process() {
    let Ok(path) = std::env::var(DATABASE) else {
        return;
    };
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch("PRAGMA synchronous = OFF")
        .unwrap();
    for sql in std::io::stdin().lines() {
        match connection.execute_batch(&sql.unwrap()) {
            Ok(()) => println!("\ndone"),
            Err(error) => println!("\nfailed: {error}"),
        }
    }
}

struct Fixture {
    path: PathBuf,
    other: Other,
    _folder: tempfile::TempDir,
}

impl Fixture {
    fn new(journal: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite3");
        let mut other = Other::on(&path);
        other.run(&format!(
            "PRAGMA journal_mode = {journal}; CREATE TABLE t (n); INSERT INTO t VALUES (0)"
        ));
        Self {
            path,
            other,
            _folder: folder,
        }
    }

    fn watch(&self) -> Watch {
        watch(&self.path)
    }
}

fn watch(path: &Path) -> Watch {
    Watch::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

fn source(watch: &Watch) -> String {
    format!("{watch:?}")
}

/// Each commit of the other process is in the next stamp; without a commit the stamp stays.
fn follows(journal: &str, expected: &str) {
    let mut fixture = Fixture::new(journal);
    let mut watch = fixture.watch();
    assert!(source(&watch).contains(expected), "{watch:?}");
    let mut last = watch.stamp().unwrap();
    for number in 1..=500 {
        assert_eq!(watch.stamp().unwrap(), last);
        fixture.other.run(&format!("UPDATE t SET n = {number}"));
        let now = watch.stamp().unwrap();
        assert_ne!(now, last, "commit {number} was not seen");
        last = now;
    }
    assert!(source(&watch).contains(expected), "{watch:?}");
}

#[test]
fn every_commit_is_seen_in_wal() {
    follows("WAL", "WAL index");
}

#[test]
fn every_commit_is_seen_with_a_rollback_journal() {
    for journal in ["DELETE", "TRUNCATE", "PERSIST", "MEMORY"] {
        follows(journal, "change counter");
    }
}

#[test]
fn what_is_not_committed_does_not_show_in_wal() {
    let mut fixture = Fixture::new("WAL");
    let mut watch = fixture.watch();
    let before = watch.stamp().unwrap();
    fixture.other.run("BEGIN IMMEDIATE; UPDATE t SET n = 7");
    assert_eq!(watch.stamp().unwrap(), before);
    fixture.other.run("ROLLBACK");
    assert_eq!(watch.stamp().unwrap(), before);
}

/// A checkpoint, also one that begins a new log, never makes an old stamp true again.
#[test]
fn no_stamp_comes_twice() {
    let mut fixture = Fixture::new("WAL");
    let mut watch = fixture.watch();
    let mut seen: Vec<Stamp> = Vec::new();
    for number in 1..=200 {
        fixture.other.run(&format!("UPDATE t SET n = {number}"));
        let stamp = watch.stamp().unwrap();
        assert!(!seen.contains(&stamp));
        seen.push(stamp);
        if number % 10 == 0 {
            fixture.other.run("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }
}

#[test]
fn the_journal_may_change_under_us() {
    let mut fixture = Fixture::new("DELETE");
    let mut watch = fixture.watch();
    let before = watch.stamp().unwrap();
    assert!(watch.is_tentative());
    fixture.other.run("PRAGMA journal_mode = WAL");
    let switched = watch.stamp().unwrap();
    assert_ne!(switched, before);
    assert!(source(&watch).contains("WAL index"), "{watch:?}");
    assert!(!watch.is_tentative());
    fixture.other.run("UPDATE t SET n = 1");
    assert_ne!(watch.stamp().unwrap(), switched);
    // Not back again while we are here: SQLite itself refuses, and nothing is unmapped under us.
    let connection = Connection::open(&fixture.path).unwrap();
    connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    drop(std::mem::replace(
        &mut fixture.other,
        Other::on(&fixture.path),
    ));
    assert!(
        connection
            .execute_batch("PRAGMA journal_mode = DELETE")
            .is_err()
    );
    assert!(watch.stamp().is_ok());
}

/// A commit over two files that fails at the second one has already written the first, and undoes it. The number that
/// the undone change had comes again with the next change, so whoever saw it must look again from inside a transaction.
#[test]
#[cfg(unix)]
fn a_tentative_stamp_comes_twice() {
    let mut fixture = Fixture::new("DELETE");
    let mut watch = fixture.watch();
    let before = watch.stamp().unwrap();
    assert!(watch.is_tentative());
    let second = fixture.path.with_file_name("second.sqlite3");
    let other = Other::limited(&fixture.path);
    fixture.other = other;
    fixture
        .other
        .run(&format!("ATTACH '{}' AS second", second.display()));
    fixture.other.run("CREATE TABLE second.u (n)");
    let writer = std::thread::spawn(move || {
        for _ in 0..50 {
            fixture.other.refuses(
                "BEGIN; UPDATE t SET n = 1; INSERT INTO u VALUES (zeroblob(1000000)); COMMIT",
            );
        }
        fixture
    });
    let mut tentative = Vec::new();
    while !writer.is_finished() {
        let stamp = watch.stamp().unwrap_or(before);
        if stamp != before {
            tentative.push(stamp);
        }
    }
    let mut fixture = writer.join().unwrap();
    assert!(!tentative.is_empty(), "no commit was seen half done");
    let reader = Connection::open(&fixture.path).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM t").unwrap();
    assert_eq!(watch.stamp().unwrap(), before);
    reader.execute_batch("COMMIT").unwrap();
    fixture.other.run("UPDATE t SET n = 2");
    assert!(tentative.contains(&watch.stamp().unwrap()));
}

/// Whoever restores a backup with `cp` makes the file shorter for a moment: an error, no end of the process.
#[test]
fn a_file_that_is_cut_short_is_an_error() {
    let fixture = Fixture::new("DELETE");
    let mut watch = fixture.watch();
    let whole = fs::read(&fixture.path).unwrap();
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&fixture.path)
        .unwrap();
    file.set_len(0).unwrap();
    assert!(watch.stamp().is_err());
    fs::write(&fixture.path, whole).unwrap();
    assert!(watch.stamp().is_ok());
}

/// A watch stays with the file that it opened, as SQLite does: a new one looks at the new file.
#[test]
fn a_replaced_file_is_another_file() {
    let mut fixture = Fixture::new("WAL");
    let mut old = fixture.watch();
    let stamp = old.stamp().unwrap();
    let elsewhere = fixture.path.with_file_name("new.sqlite3");
    let connection = Connection::open(&elsewhere).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n)")
        .unwrap();
    drop(connection);
    for suffix in ["-wal", "-shm"] {
        let mut name = fixture.path.clone().into_os_string();
        name.push(suffix);
        fs::remove_file(name).unwrap();
    }
    fs::rename(&elsewhere, &fixture.path).unwrap();
    assert_eq!(old.stamp().unwrap(), stamp);
    let mut new = fixture.watch();
    assert_ne!(new.stamp().unwrap(), stamp);
    fixture.other.run("UPDATE t SET n = 9");
    assert_ne!(old.stamp().unwrap(), stamp);
}

/// No file, so neither mapping nor counter: the safe way behind the same interface.
#[test]
fn memory_that_connections_share_is_watched_by_data_version() {
    let uri = "file:/hallpass-stamp?vfs=memdb";
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI;
    let writer = Connection::open_with_flags(uri, flags).unwrap();
    writer.execute_batch("CREATE TABLE t (n)").unwrap();
    let mut watch = Watch::open(uri, flags).unwrap();
    assert!(source(&watch).contains("data_version"), "{watch:?}");
    let before = watch.stamp().unwrap();
    assert_eq!(watch.stamp().unwrap(), before);
    writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
    let after = watch.stamp().unwrap();
    assert_ne!(after, before);
    // To another watch the number means something else.
    assert_ne!(Watch::open(uri, flags).unwrap().stamp().unwrap(), after);
}

/// Read while another process commits as fast as it can: what was committed before the look is always in it.
#[test]
fn a_header_that_is_being_written_is_never_half_seen() {
    let mut fixture = Fixture::new("WAL");
    let mut watch = fixture.watch();
    let reader = Connection::open(&fixture.path).unwrap();
    let mut numbers = reader.prepare("SELECT n FROM t").unwrap();
    let writer = std::thread::spawn(move || {
        for _ in 0..20 {
            let updates = "UPDATE t SET n = n + 1;".repeat(100);
            fixture.other.run(&updates);
        }
        fixture
    });
    let mut kept: Option<(Stamp, i64)> = None;
    while !writer.is_finished() {
        let stamp = watch.stamp().unwrap();
        if let Some((old, number)) = kept
            && old == stamp
        {
            // Nothing was committed since the number was read, up to the look before this read.
            let now: i64 = numbers.query_row([], |row| row.get(0)).unwrap();
            assert!(now == number || watch.stamp().unwrap() != stamp);
        } else {
            kept = Some((stamp, numbers.query_row([], |row| row.get(0)).unwrap()));
        }
    }
    writer.join().unwrap();
}

/// Prints what a look costs; `--release` shows what it costs in service.
#[test]
fn a_look_costs_little() {
    for journal in ["WAL", "DELETE"] {
        let fixture = Fixture::new(journal);
        let mut watch = fixture.watch();
        let looks = 100_000_u32;
        let start = std::time::Instant::now();
        for _ in 0..looks {
            std::hint::black_box(watch.stamp().unwrap());
        }
        let each = start.elapsed() / looks;
        println!("{journal}: {} ns a look", each.as_nanos());
        // Generous, for busy machines: a query would take twenty times as long.
        assert!(each < std::time::Duration::from_micros(20), "{each:?}");
    }
}
