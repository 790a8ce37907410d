//! A database that is locked, read-only, exchanged or gone.

use std::time::{Duration, Instant};

use hallpass_formats::timestamp::Timestamp;
use hallpass_store::{NewUser, Store, StoreError, Unavailable};

use crate::support::{Database, FIXTURE, unusable};

const ALICE: &str = "a11ce00000000000000000000000000000000001";

#[tokio::test]
async fn a_missing_file_is_named_and_not_made() {
    let database = Database::nowhere();
    let error = Store::open(database.options()).await.unwrap_err();
    assert_eq!(error, StoreError::NotFound(database.path.clone()));
    assert!(error.to_string().contains("db.sqlite3"));
    assert!(!database.path.exists());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_unavailable() {
    let database = Database::nowhere();
    std::fs::write(
        &database.path,
        "not a database at all, but long enough to look at",
    )
    .unwrap();
    let error = Store::open(database.options()).await.unwrap_err();
    assert!(matches!(
        error,
        StoreError::Unavailable(Unavailable::Damaged(_))
    ));
}

#[tokio::test]
async fn a_lock_is_waited_for_and_then_reported() {
    let database = Database::fixture();
    let store = database.open().await;
    let other = database.connection();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let locked = StoreError::Unavailable(Unavailable::Locked);
    let begin = Instant::now();
    assert_eq!(store.user_by_token(ALICE).await.unwrap_err(), locked);
    let new = NewUser::new("zoe", unusable());
    assert_eq!(store.create_user(new, &[]).await.unwrap_err(), locked);
    let took = begin.elapsed();
    assert!(
        took >= Duration::from_millis(600) && took < Duration::from_secs(3),
        "{took:?}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    assert!(store.user_by_token(ALICE).await.unwrap().is_some());
}

#[tokio::test]
async fn what_can_be_said_at_once_is_not_said_under_a_lock() {
    let database = Database::fixture();
    let store = database.open().await;
    let owner = |key: &str| {
        let answer = store.token_owner_now(key)?;
        Some(
            answer
                .unwrap()
                .map(|owner| owner.user.username().to_owned()),
        )
    };
    assert_eq!(owner(ALICE), Some(Some("alice".to_owned())));
    assert_eq!(owner("nobody's"), Some(None));
    let other = database.connection();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(owner(ALICE), None);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(owner(ALICE), Some(Some("alice".to_owned())));
}

#[tokio::test]
async fn a_short_lock_delays_a_read_but_never_the_thread() {
    let database = Database::fixture();
    let store = database.open().await;
    let other = database.connection();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let waiting = {
        let store = store.clone();
        tokio::spawn(async move { store.user_by_token(ALICE).await })
    };
    // One thread runs this test: it gets here only because the read does not block it.
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    other.execute_batch("COMMIT").unwrap();
    assert!(waiting.await.unwrap().unwrap().is_some());
}

#[tokio::test]
async fn reads_go_on_beside_an_open_write_in_rollback_mode() {
    let database = Database::fixture();
    let store = database.open().await;
    let django = database.connection();
    django
        .execute_batch("BEGIN IMMEDIATE; UPDATE auth_user SET last_name = 'x'")
        .unwrap();
    assert!(store.user_by_token(ALICE).await.unwrap().is_some());
    django.execute_batch("COMMIT").unwrap();
    assert_eq!(database.texts("PRAGMA journal_mode"), ["delete"]);
}

#[tokio::test]
async fn a_read_only_store_refuses_to_write() {
    let database = Database::fixture();
    let mut options = database.options();
    options.read_only = true;
    let store = Store::open(options).await.unwrap();
    let alice = store.user_by_token(ALICE).await.unwrap().unwrap().1;
    let answer = store.set_last_login(alice.id(), Timestamp::now()).await;
    assert_eq!(answer, Err(StoreError::ReadOnly));
    store.verify().await.unwrap();
}

#[tokio::test]
async fn vanished_tables_are_named_and_come_back() {
    let database = Database::fixture();
    let store = database.open().await;
    assert!(store.user_by_token(ALICE).await.unwrap().is_some());
    database.execute("ALTER TABLE authtoken_token RENAME TO elsewhere");
    let gone = StoreError::MissingTables(vec!["authtoken_token".to_owned()]);
    assert_eq!(store.user_by_token(ALICE).await.unwrap_err(), gone);
    assert!(gone.is_unavailable());
    database.execute("ALTER TABLE elsewhere RENAME TO authtoken_token");
    assert!(store.user_by_token(ALICE).await.unwrap().is_some());
}

#[tokio::test]
async fn a_restored_file_is_read_within_seconds() {
    let database = Database::fixture();
    let store = database.open().await;
    assert!(store.user_by_token(ALICE).await.unwrap().is_some());
    let restored = Database::with(FIXTURE);
    restored.execute("UPDATE authtoken_token SET key = 'restored' WHERE user_id = 1");
    std::fs::rename(&restored.path, &database.path).unwrap();
    tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(1100)))
        .await
        .unwrap();
    assert!(store.user_by_token(ALICE).await.unwrap().is_none());
    let (_, alice) = store.user_by_token("restored").await.unwrap().unwrap();
    assert_eq!(
        store.set_last_login(alice.id(), Timestamp::now()).await,
        Ok(true)
    );
    assert_eq!(
        database.texts("SELECT count(*) || '' FROM auth_user WHERE last_login IS NOT NULL"),
        ["1"]
    );
    std::fs::remove_file(&database.path).unwrap();
    let answer = store.set_last_login(alice.id(), Timestamp::now()).await;
    assert!(answer.unwrap_err().is_unavailable());
    assert!(!database.path.exists());
}

/// A process killed while it migrates leaves nothing half-written: here its transaction
/// is given up by a panic in the middle.
#[tokio::test]
async fn an_interrupted_migration_leaves_an_empty_file() {
    let database = Database::nowhere();
    let mut options = database.options();
    options.create = true;
    let store = Store::open(options).await.unwrap();
    let answer = store
        .migrate(|m| assert!(m.app != "sessions", "killed"))
        .await;
    assert!(answer.is_err());
    assert!(database.texts("SELECT name FROM sqlite_master").is_empty());
    store.migrate(|_| ()).await.unwrap();
    store.verify().await.unwrap();
}

/// Behind a lock every queued write is answered when the first one is, not one timeout each.
#[tokio::test]
async fn queued_writes_do_not_add_up_their_timeouts() {
    let database = Database::fixture();
    let store = database.open().await;
    let other = database.connection();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let begin = Instant::now();
    let writes: Vec<_> = (0..300)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .delete_session("salice00000000000000000000000000")
                    .await
            })
        })
        .collect();
    let mut refused = 0;
    for write in writes {
        let error = write.await.unwrap().unwrap_err();
        assert!(error.is_unavailable());
        refused += u32::from(error == StoreError::TooBusy);
    }
    assert!(refused >= 298, "{refused}");
    assert!(begin.elapsed() < Duration::from_secs(2));
    drop(other);
    let key = "salice00000000000000000000000000";
    assert_eq!(store.delete_session(key).await, Ok(true));
}

#[tokio::test]
async fn too_many_waiting_reads_are_refused_at_once() {
    let database = Database::fixture();
    let store = database.open().await;
    let other = database.connection();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let reads: Vec<_> = (0..200)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.user_by_token(ALICE).await })
        })
        .collect();
    let mut refused = 0;
    for read in reads {
        let error = read.await.unwrap().unwrap_err();
        refused += u32::from(error == StoreError::TooBusy);
    }
    assert_eq!(refused, 72);
    drop(other);
    assert!(store.user_by_token(ALICE).await.unwrap().is_some());
}
