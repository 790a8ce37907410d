//! Django's own runs, recorded in `tests/vectors/cli.json`: the same output, exit code and effect.
//!
//! Dialogues on a terminal are held by the live tests, which have a terminal to give.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Folder, Run};

/// Runs that end differently here, and why.
const LEFT_OUT: [(&str, &str); 4] = [
    (
        "migrate one application backwards",
        "tables are made here, never removed",
    ),
    ("showmigrations after that", "it follows the one above"),
    (
        "unknown command",
        "exit 2 here, as for every other wrong word",
    ),
    ("close to a command", "the same"),
];

fn vectors() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

fn runs() -> Vec<Value> {
    let text = fs::read_to_string(vectors().join("cli.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    match document["runs"].take() {
        Value::Array(runs) => runs,
        other => panic!("no runs: {other}"),
    }
}

fn fits(run: &Value) -> bool {
    let note = run["note"].as_str().unwrap();
    let is_known_profile = matches!(run["profile"].as_str(), Some("default" | "email-user"));
    // Hallpass has checks of its own.
    let is_check = run["argv"][0] == "check";
    let is_left_out = LEFT_OUT.iter().any(|(left_out, _)| *left_out == note);
    is_known_profile && run["terminal"] == false && !is_check && !is_left_out
}

fn folder_of(run: &Value) -> Folder {
    let is_email = run["profile"] == "email-user";
    let model = if is_email { "app.User" } else { "auth.User" };
    let mut apps = vec![
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "rest_framework",
        "rest_framework.authtoken",
    ];
    if is_email {
        apps.push("app");
    }
    let mut folder = Folder::with_settings(&format!(
        "auth_user_model = {model:?}\ninstalled_apps = {apps:?}"
    ))
    .without("HALLPASS_PBKDF2_ITERATIONS");
    if run.get("database").is_none() {
        let name = if is_email {
            "fixture-email-user.sql"
        } else {
            "fixture.sql"
        };
        let sql = fs::read_to_string(vectors().join(name)).unwrap();
        // The dump names tables before it makes them.
        let sql = format!("PRAGMA foreign_keys = OFF; {sql}");
        folder.database().execute_batch(&sql).unwrap();
    }
    let environment = run.get("env").and_then(Value::as_object);
    for (name, value) in environment.into_iter().flatten() {
        folder.set(name, value.as_str().unwrap());
    }
    folder
}

/// Fresh keys and the name of the program are no difference.
fn masked(text: &str, known: &[String]) -> String {
    let mut masked = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_key = bare.len() == 40 && bare.bytes().all(|b| b.is_ascii_hexdigit());
        if is_key && !known.iter().any(|key| key == bare) {
            masked.push_str(&word.replace(bare, "<<token>>"));
        } else {
            masked.push_str(word);
        }
    }
    masked
        .replace("python manage.py", "hallpass")
        .replace("manage.py", "hallpass")
}

fn keys(folder: &Folder) -> Vec<String> {
    let database = folder.database();
    let Ok(mut statement) = database.prepare("SELECT key FROM authtoken_token") else {
        return Vec::new();
    };
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn replay(recorded: &Value) {
    let note = recorded["note"].as_str().unwrap();
    let folder = folder_of(recorded);
    let known = if recorded.get("database").is_none() {
        keys(&folder)
    } else {
        Vec::new()
    };
    let arguments: Vec<&str> = recorded["argv"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let run = folder.run(&arguments);
    assert_eq!(
        run.code.map(i64::from),
        recorded["exit"].as_i64(),
        "{note}: {run:#?}"
    );
    compare(note, recorded, &run, &known);
    for after in recorded
        .get("database_after")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let found = rows(&folder, after["sql"].as_str().unwrap());
        assert_eq!(
            Value::Array(found),
            after["rows"],
            "{note}: {}",
            after["sql"]
        );
    }
}

fn compare(note: &str, recorded: &Value, run: &Run, known: &[String]) {
    let (out, err) = (
        recorded["stdout"].as_str().unwrap(),
        recorded["stderr"].as_str().unwrap(),
    );
    if err.starts_with("usage:") {
        // Each program tells its usage in its own words.
        assert!(
            run.out.is_empty() && !run.err.is_empty(),
            "{note}: {run:#?}"
        );
        return;
    }
    assert_eq!(masked(&run.out, known), masked(out, known), "{note}");
    if err.starts_with("<<traceback>>") {
        // A missing table: here it is one line.
        assert!(
            run.err.contains(err.split_whitespace().last().unwrap()),
            "{note}: {run:#?}"
        );
        assert_eq!(run.err.lines().count(), 1, "{note}: {run:#?}");
        return;
    }
    assert_eq!(masked(&run.err, known), masked(err, known), "{note}");
}

fn rows(folder: &Folder, sql: &str) -> Vec<Value> {
    let database = folder.database();
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| {
        (0..columns)
            .map(|column| {
                Ok(match row.get::<_, rusqlite::types::Value>(column)? {
                    rusqlite::types::Value::Integer(number) => Value::from(number),
                    rusqlite::types::Value::Text(text) => Value::from(text),
                    other => panic!("{other:?}"),
                })
            })
            .collect::<Result<Vec<Value>, rusqlite::Error>>()
            .map(Value::Array)
    };
    let rows = statement.query_map([], read).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_same_as_django() {
    let fitting: Vec<Value> = runs().into_iter().filter(fits).collect();
    assert!(fitting.len() > 40, "only {} runs fit", fitting.len());
    for recorded in &fitting {
        replay(recorded);
    }
}
