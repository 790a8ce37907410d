//! What is remembered, how one sees that it is, and that it differs in nothing from asking the database.

use std::time::{Duration, Instant};

use axum::Router;
use hallpass::{ApiView, Auth, Hallpass};
use rusqlite::Connection;

use crate::gate::bench::{BOB, BOBS_SESSION, Bench, get};

fn app(hallpass: &Hallpass) -> Router {
    let whoami = ApiView::new("Who Am I")
        .get(async |auth: Auth| auth.user().email().unwrap_or_default().to_owned());
    hallpass.router().route("/", whoami).into_router()
}

async fn status(app: &Router, header: (&str, &str)) -> u16 {
    get(app, "/", &[header]).await.status
}

/// While somebody holds the database locked, only what is remembered can be answered.
struct Locked(Connection);

impl Locked {
    fn new(bench: &Bench) -> Self {
        let connection = bench.database();
        connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
        Self(connection)
    }

    fn unlock(self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

#[tokio::test]
async fn what_was_asked_once_needs_no_database() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    let unknown = (
        "authorization",
        "Token 0000000000000000000000000000000000000000",
    );
    let asked = [
        (("authorization", BOB), 200),
        (("cookie", BOBS_SESSION), 200),
        (unknown, 403),
    ];
    for (header, expected) in asked {
        assert_eq!(status(&app, header).await, expected);
    }
    let locked = Locked::new(&bench);
    for (header, expected) in asked {
        assert_eq!(status(&app, header).await, expected, "{header:?}");
    }
    locked.unlock();
}

/// More than may wait for a lock at once: they wait for one answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_ask_the_same_ask_once() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    let locked = Locked::new(&bench);
    let asking: Vec<_> = (0..400)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { status(&app, ("authorization", BOB)).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    locked.unlock();
    for answer in asking {
        assert_eq!(answer.await.unwrap(), 200);
    }
}

#[tokio::test]
async fn with_size_0_every_request_asks() {
    let bench = Bench::with_settings(|settings| settings.identity_cache.size = 0).await;
    let app = app(&bench.hallpass);
    assert_eq!(status(&app, ("authorization", BOB)).await, 200);
    let locked = Locked::new(&bench);
    assert_eq!(status(&app, ("authorization", BOB)).await, 503);
    locked.unlock();
}

/// A change anywhere makes each answer be asked anew, once, and then it is remembered again.
#[tokio::test]
async fn a_change_elsewhere_costs_one_question_each() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    assert_eq!(status(&app, ("authorization", BOB)).await, 200);
    bench
        .database()
        .execute("UPDATE auth_user SET last_login = NULL WHERE id = 1", [])
        .unwrap();
    assert_eq!(status(&app, ("authorization", BOB)).await, 200);
    let locked = Locked::new(&bench);
    assert_eq!(status(&app, ("authorization", BOB)).await, 200);
    locked.unlock();
}

#[tokio::test]
async fn a_changed_row_is_seen_at_once() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    for number in 0..50 {
        let address = format!("bob{number}@example.com");
        bench
            .database()
            .execute("UPDATE auth_user SET email = ?1 WHERE id = 2", [&address])
            .unwrap();
        for header in [("authorization", BOB), ("cookie", BOBS_SESSION)] {
            assert_eq!(get(&app, "/", &[header]).await.body, address);
        }
    }
}

#[tokio::test]
async fn what_was_absent_may_come() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    let header = (
        "authorization",
        "Token 1000000000000000000000000000000000000000",
    );
    assert_eq!(status(&app, header).await, 403);
    assert_eq!(status(&app, header).await, 403);
    let insert = "UPDATE authtoken_token SET key = '1000000000000000000000000000000000000000' WHERE user_id = 1";
    bench.database().execute(insert, []).unwrap();
    assert_eq!(status(&app, header).await, 200);
}

/// The row says when a session ends, the clock says when that is: no change of the database marks it.
#[tokio::test]
async fn a_remembered_session_ends_in_time() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    let end = hallpass::formats::timestamp::Timestamp::now().add_seconds(2);
    let update = "UPDATE django_session SET expire_date = ?1 WHERE session_key LIKE 'sbob%'";
    bench
        .database()
        .execute(update, [end.to_django_text()])
        .unwrap();
    assert_eq!(status(&app, ("cookie", BOBS_SESSION)).await, 200);
    let begin = Instant::now();
    while status(&app, ("cookie", BOBS_SESSION)).await == 200 {
        assert!(begin.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let over = hallpass::formats::timestamp::Timestamp::now();
    assert!(over >= end, "{over:?} is before {end:?}");
    assert!(over.unix_micros() - end.unix_micros() < 1_000_000);
}

/// SQLite compares times as texts: one that nobody but a hand writes is asked for every time.
#[tokio::test]
async fn an_expiry_in_another_spelling_is_left_to_the_database() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    let update = "UPDATE django_session SET expire_date = '2099-01-01T00:00:00-05:00' WHERE session_key LIKE 'sbob%'";
    bench.database().execute(update, []).unwrap();
    assert_eq!(status(&app, ("cookie", BOBS_SESSION)).await, 200);
    let locked = Locked::new(&bench);
    assert_eq!(status(&app, ("cookie", BOBS_SESSION)).await, 503);
    locked.unlock();
}

/// A row that cannot be read is refused, and logged, every time; mended it works.
#[tokio::test]
async fn a_corrupt_row_is_not_remembered() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    let set = |text: &str| {
        let sql = format!("UPDATE authtoken_token SET created = {text} WHERE user_id = 2");
        bench.database().execute(&sql, []).unwrap();
    };
    set("'no time'");
    assert_eq!(status(&app, ("authorization", BOB)).await, 403);
    assert_eq!(status(&app, ("authorization", BOB)).await, 403);
    set("'2026-01-01 00:00:00'");
    assert_eq!(status(&app, ("authorization", BOB)).await, 200);
}

/// A restored backup is another file; as without the cache it is noticed within a second.
#[tokio::test]
async fn an_exchanged_file_is_noticed() {
    let bench = Bench::new().await;
    let app = app(&bench.hallpass);
    let path = bench.database().path().unwrap().to_owned();
    let backup = format!("{path}.backup");
    std::fs::copy(&path, &backup).unwrap();
    let restored = Connection::open(&backup).unwrap();
    restored
        .execute("DELETE FROM authtoken_token WHERE user_id = 2", [])
        .unwrap();
    drop(restored);
    assert_eq!(status(&app, ("authorization", BOB)).await, 200);
    std::fs::rename(&backup, &path).unwrap();
    let exchanged = Instant::now();
    while status(&app, ("authorization", BOB)).await == 200 {
        assert!(exchanged.elapsed() < Duration::from_millis(1500));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
