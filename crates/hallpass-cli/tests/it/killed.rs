//! kill -9 at any moment of `createuser` leaves a user with its token, or neither.

use std::io::Write;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Folder, PASSWORD};

const KILLS: u32 = 20;

#[test]
fn a_user_and_its_token_or_neither() {
    let folder = Folder::migrated("[token]\nauto_create = true");
    let whole = attempt(&folder, "first", None);
    for number in 0..KILLS {
        // From the very beginning to a little after the end of an undisturbed run.
        let delay = whole * 13 * number / (10 * KILLS);
        attempt(&folder, &format!("user{number}"), Some(delay));
        let widows = "SELECT (SELECT count(*) FROM auth_user WHERE id NOT IN (SELECT user_id FROM authtoken_token)) \
                      + (SELECT count(*) FROM authtoken_token WHERE user_id NOT IN (SELECT id FROM auth_user))";
        assert_eq!(folder.count(widows), 0, "after kill {number}");
    }
    let check: String = folder
        .database()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    folder
        .run_with(&["createuser", "last", "--password-stdin"], PASSWORD)
        .done();
}

/// Makes a user, killed after `delay` unless there is none; how long it took.
fn attempt(folder: &Folder, login: &str, delay: Option<Duration>) -> Duration {
    let began = Instant::now();
    let mut child = folder
        .command(&["createuser", login, "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(PASSWORD.as_bytes());
    if let Some(delay) = delay {
        thread::sleep(delay);
        let _ = child.kill();
    }
    child.wait().unwrap();
    began.elapsed()
}
