//! A server that is gone, restarts, stalls or is full, and locks that others hold.

use std::time::{Duration, Instant};

use hallpass_formats::timestamp::Timestamp;
use hallpass_store::{DatabaseUrl, NewUser, Store, StoreError, StoreOptions, Unavailable};

use crate::support::mariadb::{PASSWORD, Server};
use crate::support::{Database, unusable};

const ALICE: &str = "a11ce00000000000000000000000000000000001";
const LIMIT: Duration = Duration::from_millis(700);

fn options(url: &str) -> StoreOptions {
    let mut options = StoreOptions::new(DatabaseUrl::parse(url).unwrap());
    options.busy_timeout = LIMIT;
    options
}

async fn fixtures() -> Vec<Database> {
    let mut databases = Database::fixtures().await;
    databases.retain(Database::is_mariadb);
    databases
}

/// An answer that must not be long in coming.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    let begin = Instant::now();
    let answer = tokio::time::timeout(Duration::from_secs(10), work).await;
    assert!(begin.elapsed() < LIMIT * 4, "{:?}", begin.elapsed());
    answer.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_and_a_stall_are_survived() {
    let Some(server) = Server::start("") else {
        return;
    };
    server.texts("mysql", "CREATE DATABASE app");
    let url = server.tcp_url("127.0.0.1", "app");
    let store = Store::open(options(&url)).await.unwrap();
    let mut slow = options(&url);
    slow.busy_timeout = Duration::from_secs(5);
    Store::open(slow)
        .await
        .unwrap()
        .migrate(|_| ())
        .await
        .unwrap();
    let zoe = store
        .create_user(NewUser::new("zoe", unusable()), &[])
        .await
        .unwrap();
    for round in 0..2 {
        // Killed and started between two questions: nobody notices.
        server.say("stop");
        server.say("start");
        let answer = soon(store.user_by_id(zoe.id())).await;
        assert!(answer.unwrap().is_some(), "{round}");
        server.say("stop");
        server.say("start");
        let answer = soon(store.set_last_login(zoe.id(), Timestamp::now())).await;
        assert_eq!(answer, Ok(true));
        let new = NewUser::new(format!("one{round}"), unusable());
        soon(store.create_user(new, &[])).await.unwrap();
    }
    for (away, back) in [("stop", "start"), ("pause", "go")] {
        server.say(away);
        for _ in 0..2 {
            let error = soon(store.user_by_id(zoe.id())).await.unwrap_err();
            assert!(error.is_unavailable(), "{error}");
            let answer = soon(store.create_user(NewUser::new("x", unusable()), &[])).await;
            assert!(answer.unwrap_err().is_unavailable());
            let answer = soon(store.count_users()).await;
            assert!(answer.unwrap_err().is_unavailable());
        }
        let refused = soon(Store::open(options(&url))).await.unwrap_err();
        assert!(matches!(
            refused,
            StoreError::Unavailable(Unavailable::Connection(_) | Unavailable::TimedOut)
        ));
        server.say(back);
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert!(soon(store.user_by_id(zoe.id())).await.unwrap().is_some());
        // A stalled server may have carried out what it was asked before.
        let users = soon(store.count_users()).await.unwrap();
        assert!((3..=5).contains(&users), "{users}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_another_is_waited_for_in_vain_and_not_for_long() {
    for database in fixtures().await {
        let mut options = database.options();
        options.busy_timeout = LIMIT;
        let store = Store::open(options).await.unwrap();
        let alice = *store.user_by_token(ALICE).await.unwrap().unwrap().1.id();
        let other = std::thread::spawn(move || {
            database.execute(
                "START TRANSACTION; UPDATE auth_user SET last_name = 'x'; DO SLEEP(3); COMMIT; \
                 LOCK TABLES auth_user WRITE; DO SLEEP(3)",
            );
        });
        tokio::time::sleep(Duration::from_millis(400)).await;
        // Rows that are being changed can be read as they were.
        assert!(soon(store.user_by_token(ALICE)).await.unwrap().is_some());
        let answer = soon(store.set_last_login(&alice, Timestamp::now())).await;
        assert!(answer.unwrap_err().is_unavailable());
        tokio::time::sleep(Duration::from_millis(2500)).await;
        let answer = soon(store.user_by_token(ALICE)).await;
        assert!(answer.unwrap_err().is_unavailable());
        let answer = soon(store.set_last_login(&alice, Timestamp::now())).await;
        assert!(answer.unwrap_err().is_unavailable());
        other.join().unwrap();
        assert!(soon(store.user_by_token(ALICE)).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_counted_and_cancelled_writes_undone() {
    for database in fixtures().await {
        let mut options = database.options();
        options.max_connections = 5;
        let store = Store::open(options).await.unwrap();
        let calls: Vec<_> = (0..200_u32)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move {
                    store.user_by_token(ALICE).await.unwrap().unwrap();
                    let new = NewUser::new(format!("user{n}"), unusable());
                    let create = store.create_user(new, &[]);
                    if n % 4 == 0 {
                        let hurry = Duration::from_micros(u64::from(n) * 10);
                        let _ = tokio::time::timeout(hurry, create).await;
                    } else {
                        create.await.unwrap();
                    }
                })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
        // Those that were given up have had time to go.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let sql = "SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()";
        let open: usize = database.texts(sql)[0].parse().unwrap();
        assert!((1..=5).contains(&open), "{open}");
        let idle = "SELECT count(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.db = DATABASE() AND p.id <> CONNECTION_ID()";
        assert_eq!(database.texts(idle), ["0"]);
    }
}

#[tokio::test]
async fn a_read_only_store_refuses_to_write() {
    for database in fixtures().await {
        let mut options = database.options();
        options.read_only = true;
        let store = Store::open(options).await.unwrap();
        let alice = *store.user_by_token(ALICE).await.unwrap().unwrap().1.id();
        let answer = store.set_last_login(&alice, Timestamp::now()).await;
        assert_eq!(answer, Err(StoreError::ReadOnly));
        let answer = store
            .create_user(NewUser::new("zoe", unusable()), &[])
            .await;
        assert_eq!(answer.unwrap_err(), StoreError::ReadOnly);
        store.verify().await.unwrap();
    }
}

#[tokio::test]
async fn an_unknown_database_or_login_is_told_in_the_servers_words() {
    let Some(server) = Server::shared() else {
        return;
    };
    let url = server.url("nowhere");
    let refused = Store::open(options(&url)).await.unwrap_err();
    assert!(refused.to_string().contains("nowhere"), "{refused}");
    assert!(refused.is_unavailable());
    let url = url.replace("tester:", "stranger:");
    let text = Store::open(options(&url)).await.unwrap_err().to_string();
    assert!(
        text.contains("stranger") && !text.contains(PASSWORD),
        "{text}"
    );
}

#[tokio::test]
async fn sessions_speak_as_django_does() {
    for database in fixtures().await {
        database.execute(
            "CREATE TRIGGER settings AFTER UPDATE ON auth_user FOR EACH ROW \
             SET @none = 1; CREATE TABLE seen (what longtext); \
             CREATE TRIGGER seeing AFTER INSERT ON django_session FOR EACH ROW \
             INSERT INTO seen VALUES (CONCAT_WS(' ', @@time_zone, @@tx_isolation, @@sql_mode))",
        );
        let store = database.open().await;
        let row = hallpass_store::SessionRow {
            key: hallpass_formats::session::SessionKey::generate(),
            data: String::new(),
            expire_date: Timestamp::now(),
        };
        store.insert_session(row).await.unwrap();
        let seen = database.texts("SELECT what FROM seen");
        assert!(seen[0].starts_with("+00:00 READ-COMMITTED "), "{seen:?}");
    }
}
