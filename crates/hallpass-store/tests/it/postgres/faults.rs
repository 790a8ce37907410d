//! A server that is gone, restarts, stalls or is full, and locks that others hold.

use std::time::{Duration, Instant};

use hallpass_formats::timestamp::Timestamp;
use hallpass_store::{DatabaseUrl, NewUser, Store, StoreError, StoreOptions, Unavailable};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::support::server::Server;
use crate::support::{Database, unusable};

const ALICE: &str = "a11ce00000000000000000000000000000000001";
const LIMIT: Duration = Duration::from_millis(700);

fn options(url: &str) -> StoreOptions {
    let mut options = StoreOptions::new(DatabaseUrl::parse(url).unwrap());
    options.busy_timeout = LIMIT;
    options
}

/// An answer that must not be long in coming.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    let begin = Instant::now();
    let answer = tokio::time::timeout(Duration::from_secs(10), work).await;
    assert!(begin.elapsed() < LIMIT * 4, "{:?}", begin.elapsed());
    answer.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_survived() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = Store::open(options(&server.url("postgres"))).await.unwrap();
    store.migrate(|_| ()).await.unwrap();
    let zoe = store
        .create_user(NewUser::new("zoe", unusable()), &[])
        .await
        .unwrap();
    for round in 0..2 {
        // Stopped and started between two questions: nobody notices.
        server.stop();
        server.start_again();
        assert!(
            soon(store.user_by_id(zoe.id())).await.unwrap().is_some(),
            "{round}"
        );
        let answer = soon(store.set_last_login(zoe.id(), Timestamp::now())).await;
        assert_eq!(answer, Ok(true));
        let new = NewUser::new(format!("one{round}"), unusable());
        soon(store.create_user(new, &[])).await.unwrap();
    }
    server.stop();
    for _ in 0..3 {
        let error = soon(store.user_by_id(zoe.id())).await.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
        let answer = soon(store.create_user(NewUser::new("x", unusable()), &[])).await;
        assert!(answer.unwrap_err().is_unavailable());
        assert!(
            soon(store.count_users())
                .await
                .unwrap_err()
                .is_unavailable()
        );
    }
    let refused = soon(Store::open(options(&server.url("postgres")))).await;
    assert!(matches!(
        refused,
        Err(StoreError::Unavailable(Unavailable::Connection(_)))
    ));
    server.start_again();
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert!(soon(store.user_by_id(zoe.id())).await.unwrap().is_some());
    assert_eq!(soon(store.count_users()).await, Ok(3));
}

/// Carries bytes between store and server while it is told to.
pub(super) async fn proxy(server: &Server) -> (u16, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (open, flows) = watch::channel(true);
    let target = server.port;
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
            let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
            tokio::spawn(carry(from_near, to_far, flows.clone()));
            tokio::spawn(carry(from_far, to_near, flows.clone()));
        }
    });
    (port, open)
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut flows: watch::Receiver<bool>,
) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if flows.wait_for(|open| *open).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stalls_is_given_up_and_found_again() {
    let Some(server) = Server::shared() else {
        return;
    };
    server.texts("postgres", "CREATE DATABASE stalls");
    let (port, open) = proxy(server).await;
    let url = format!("postgres://postgres@127.0.0.1:{port}/stalls");
    let store = Store::open(options(&url)).await.unwrap();
    store.migrate(|_| ()).await.unwrap();
    let zoe = *store
        .create_user(NewUser::new("zoe", unusable()), &[])
        .await
        .unwrap()
        .id();
    for _ in 0..2 {
        open.send(false).unwrap();
        let reads: Vec<_> = (0..50)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { soon(store.user_by_id(&zoe)).await })
            })
            .collect();
        for read in reads {
            assert!(read.await.unwrap().unwrap_err().is_unavailable());
        }
        // Connections are new now, and no new one is made either.
        assert!(
            soon(store.user_by_id(&zoe))
                .await
                .unwrap_err()
                .is_unavailable()
        );
        let answer = soon(store.set_last_login(&zoe, Timestamp::now())).await;
        assert!(answer.unwrap_err().is_unavailable());
        open.send(true).unwrap();
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert!(soon(store.user_by_id(&zoe)).await.unwrap().is_some());
        assert_eq!(
            soon(store.set_last_login(&zoe, Timestamp::now())).await,
            Ok(true)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_another_is_waited_for_in_vain_and_not_for_long() {
    for database in Database::fixtures()
        .await
        .into_iter()
        .filter(Database::is_postgres)
    {
        let mut options = database.options();
        options.busy_timeout = LIMIT;
        let store = Store::open(options).await.unwrap();
        let alice = *store.user_by_token(ALICE).await.unwrap().unwrap().1.id();
        let other = std::thread::spawn(move || {
            database.execute("LOCK TABLE auth_user IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3)");
        });
        tokio::time::sleep(Duration::from_millis(400)).await;
        let timed_out = StoreError::Unavailable(Unavailable::TimedOut);
        assert_eq!(
            soon(store.user_by_token(ALICE)).await.unwrap_err(),
            timed_out
        );
        let answer = soon(store.set_last_login(&alice, Timestamp::now())).await;
        assert_eq!(answer, Err(timed_out));
        other.join().unwrap();
        assert!(soon(store.user_by_token(ALICE)).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_counted_and_cancelled_writes_undone() {
    for database in Database::fixtures()
        .await
        .into_iter()
        .filter(Database::is_postgres)
    {
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
        let sql = "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'hallpass' AND datname = current_database()";
        let open: usize = database.texts(sql)[0].parse().unwrap();
        assert!((1..=5).contains(&open), "{open}");
        let idle = "SELECT count(*)::text FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()";
        assert_eq!(database.texts(idle), ["0"]);
    }
}

#[tokio::test]
async fn a_read_only_store_refuses_to_write() {
    for database in Database::fixtures()
        .await
        .into_iter()
        .filter(Database::is_postgres)
    {
        let mut options = database.options();
        options.read_only = true;
        let store = Store::open(options).await.unwrap();
        let alice = *store.user_by_token(ALICE).await.unwrap().unwrap().1.id();
        let answer = store.set_last_login(&alice, Timestamp::now()).await;
        assert_eq!(answer, Err(StoreError::ReadOnly));
        store.verify().await.unwrap();
    }
}

#[tokio::test]
async fn an_unknown_database_or_login_is_told_in_the_servers_words() {
    let Some(server) = Server::shared() else {
        return;
    };
    let refused = Store::open(options(&server.url("nowhere")))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("nowhere"), "{refused}");
    assert!(refused.is_unavailable());
    let url = server
        .url("postgres")
        .replace("postgres@", "stranger:geheim@");
    let refused = Store::open(options(&url)).await.unwrap_err();
    assert!(refused.to_string().contains("stranger") && !refused.to_string().contains("geheim"));
}
