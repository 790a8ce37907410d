//! Changes that are told of, how soon, and that nothing is believed of a channel that may be lost.

use std::time::{Duration, Instant};

use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;
use hallpass_store::{DatabaseUrl, NewUser, Proof, Store, StoreOptions, Triggers, UserId};
use tokio_postgres::{Client, NoTls};

use super::faults::proxy;
use crate::support::server::Server;
use crate::support::unusable;

/// What the listener promises when notifications no longer come through, and what a busy machine may add.
const BELIEF: Duration = Duration::from_millis(500);
const BOUND: Duration = Duration::from_secs(1);

/// A database with users, and somebody else who writes to it.
struct Site {
    store: Store,
    other: Client,
    server: &'static Server,
}

impl Site {
    async fn new(name: &str) -> Option<Self> {
        let server = Server::shared()?;
        server.texts("postgres", &format!("CREATE DATABASE {name}"));
        let url = format!("postgres://postgres@127.0.0.1:{}/{name}", server.port);
        Some(Self::on(server, name, &url).await)
    }

    async fn on(server: &'static Server, name: &str, url: &str) -> Self {
        let options = StoreOptions::new(DatabaseUrl::parse(url).unwrap());
        let store = Store::open(options).await.unwrap();
        store.migrate(|_| ()).await.unwrap();
        let direct = format!(
            "host=127.0.0.1 port={} user=postgres dbname={name}",
            server.port
        );
        let (other, connection) = tokio_postgres::connect(&direct, NoTls).await.unwrap();
        tokio::spawn(connection);
        Self {
            store,
            other,
            server,
        }
    }

    async fn user(&self, name: &str) -> (UserId, String) {
        let user = self
            .store
            .create_user(NewUser::new(name, unusable()), &[])
            .await
            .unwrap();
        let key = TokenKey::generate();
        self.store
            .get_or_create_token(user.id(), key.clone(), Timestamp::now())
            .await
            .unwrap();
        (*user.id(), key.as_str().to_owned())
    }

    /// Reads until there is a proof.
    async fn proven(&self, key: &str) -> Proof {
        let begin = Instant::now();
        loop {
            if let Some(proof) = self.store.proven_token_owner(key).await.unwrap().proof {
                return proof;
            }
            assert!(
                begin.elapsed() < Duration::from_secs(15),
                "changes are never heard of"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn run(&self, sql: &str) {
        self.other.batch_execute(sql).await.unwrap();
    }

    /// How long what was read goes on being believed.
    fn held(&self, proof: &Proof, bound: Duration) -> Duration {
        let begin = Instant::now();
        while self.store.holds(proof) {
            assert!(
                begin.elapsed() < bound,
                "still believed after {:?}",
                begin.elapsed()
            );
            std::thread::yield_now();
        }
        begin.elapsed()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_triggers_nothing_is_proven() {
    let Some(site) = Site::new("untold").await else {
        return;
    };
    let (_, key) = site.user("zoe").await;
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(600) {
        assert_eq!(
            site.store.proven_token_owner(&key).await.unwrap().proof,
            None
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_change_is_told_of_the_rows_it_touches() {
    let Some(site) = Site::new("told").await else {
        return;
    };
    assert_eq!(site.store.make_triggers().await, Ok(Triggers::Made));
    assert_eq!(site.store.make_triggers().await, Ok(Triggers::Made));
    let (zoe, key) = site.user("zoe").await;
    let (_, yans) = site.user("yan").await;
    let session = "0123456789abcdefghijklmnopqrstuv";
    let unknown = "0000000000000000000000000000000000000000";
    let after = |sql: String| {
        let (site, key) = (&site, &key);
        async move {
            let proof = site.proven(key).await;
            site.run(&sql).await;
            site.held(&proof, BOUND);
        }
    };
    let bystander = site.proven(&yans).await;
    after(format!(
        "UPDATE auth_user SET is_active = NOT is_active WHERE id = {zoe}"
    ))
    .await;
    after(format!(
        "UPDATE auth_user SET last_login = now() WHERE id = {zoe}"
    ))
    .await;
    after(format!(
        "UPDATE authtoken_token SET created = now() WHERE user_id = {zoe}"
    ))
    .await;
    // Nor do changes elsewhere, or a session, end what is known of somebody else.
    site.run("INSERT INTO auth_group (name) VALUES ('editors')")
        .await;
    let absent = site
        .store
        .proven_session(session, Timestamp::now())
        .await
        .unwrap()
        .proof
        .unwrap();
    let insert = format!(
        "INSERT INTO django_session VALUES ('{session}', 'data', now() + interval '1 hour')"
    );
    site.run(&insert).await;
    site.held(&absent, BOUND);
    let stranger = site.proven(unknown).await;
    site.run(&format!(
        "UPDATE authtoken_token SET key = '{unknown}' WHERE user_id = {zoe}"
    ))
    .await;
    site.held(&stranger, BOUND);
    assert!(
        site.store.holds(&bystander),
        "a change of others was taken for one of this user"
    );
    site.run("BEGIN; TRUNCATE django_session; COMMIT").await;
    site.held(&bystander, BOUND);
    // What is rolled back is told to nobody.
    let proof = site.proven(&yans).await;
    site.run("BEGIN; UPDATE auth_user SET is_active = FALSE; ROLLBACK")
        .await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(site.store.holds(&proof));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_our_own_is_seen_before_its_answer() {
    let Some(site) = Site::new("own").await else {
        return;
    };
    site.store.make_triggers().await.unwrap();
    let (zoe, key) = site.user("zoe").await;
    for _ in 0..100 {
        let proof = site.proven(&key).await;
        site.store.set_password(&zoe, &unusable()).await.unwrap();
        assert!(!site.store.holds(&proof));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_is_seen_within_milliseconds_under_load() {
    let Some(site) = Site::new("revoked").await else {
        return;
    };
    site.store.make_triggers().await.unwrap();
    let (zoe, key) = site.user("zoe").await;
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (store, key) = (site.store.clone(), key.clone());
            tokio::spawn(async move {
                loop {
                    store.proven_token_owner(&key).await.unwrap();
                }
            })
        })
        .collect();
    let mut times = Vec::new();
    for _ in 0..1000 {
        let proof = site.proven(&key).await;
        site.run(&format!(
            "UPDATE auth_user SET is_active = NOT is_active WHERE id = {zoe}"
        ))
        .await;
        times.push(site.held(&proof, BOUND));
    }
    load.iter().for_each(tokio::task::JoinHandle::abort);
    times.sort();
    let (median, late, worst) = (times[500], times[990], times[999]);
    println!(
        "PostgreSQL: {} revocations under load, believed p50 {median:?}, p99 {late:?}, longest {worst:?}",
        times.len()
    );
    assert!(late <= Duration::from_millis(50), "p99 {late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_cut_is_not_believed() {
    let Some(site) = Site::new("cut").await else {
        return;
    };
    site.store.make_triggers().await.unwrap();
    let (_, key) = site.user("zoe").await;
    let mut worst = Duration::ZERO;
    for _ in 0..20 {
        let proof = site.proven(&key).await;
        site.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND query LIKE '%pg_listening_channels%' AND pid <> pg_backend_pid()",
        )
        .await;
        worst = worst.max(site.held(&proof, BOUND));
    }
    println!("PostgreSQL, channel cut 20 times: believed at most {worst:?}");
}

/// Nothing arrives, nothing breaks: only the clock tells.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_stalls_is_not_believed() {
    let Some(server) = Server::shared() else {
        return;
    };
    server.texts("postgres", "CREATE DATABASE stalled");
    let (port, open) = proxy(server).await;
    let url = format!("postgres://postgres@127.0.0.1:{port}/stalled");
    let site = Site::on(server, "stalled", &url).await;
    site.store.make_triggers().await.unwrap();
    let (zoe, key) = site.user("zoe").await;
    let mut worst = Duration::ZERO;
    for _ in 0..5 {
        let proof = site.proven(&key).await;
        open.send(false).unwrap();
        site.run(&format!(
            "UPDATE auth_user SET is_active = NOT is_active WHERE id = {zoe}"
        ))
        .await;
        worst = worst.max(site.held(&proof, BOUND));
        open.send(true).unwrap();
    }
    assert!(worst <= BELIEF + Duration::from_millis(20), "{worst:?}");
    println!("PostgreSQL, channel stalled 5 times: believed at most {worst:?}");
}

/// Triggers that somebody removes or switches off tell of nothing: the next beat sees it.
#[tokio::test(flavor = "multi_thread")]
async fn removed_triggers_end_the_belief() {
    for (name, sql) in [
        ("dropped", "DROP FUNCTION hallpass_user_changed() CASCADE"),
        (
            "disabled",
            "ALTER TABLE authtoken_token DISABLE TRIGGER ALL",
        ),
    ] {
        let Some(site) = Site::new(name).await else {
            return;
        };
        site.store.make_triggers().await.unwrap();
        let (_, key) = site.user("zoe").await;
        let proof = site.proven(&key).await;
        site.run(sql).await;
        site.held(&proof, BOUND);
        assert_eq!(
            site.store.proven_token_owner(&key).await.unwrap().proof,
            None
        );
    }
}

/// No trigger tells of a table that is dropped: the next beat sees that it is not there, or another one.
#[tokio::test(flavor = "multi_thread")]
async fn exchanged_tables_end_the_belief() {
    for (name, sql) in [
        ("gone", "DROP TABLE authtoken_token"),
        (
            "exchanged",
            "BEGIN; CREATE TABLE other (LIKE authtoken_token INCLUDING ALL); DROP TABLE authtoken_token; \
             ALTER TABLE other RENAME TO authtoken_token; \
             CREATE TRIGGER hallpass_changed AFTER INSERT OR UPDATE OR DELETE ON authtoken_token \
             FOR EACH ROW EXECUTE FUNCTION hallpass_token_changed(); \
             CREATE TRIGGER hallpass_emptied AFTER TRUNCATE ON authtoken_token \
             FOR EACH STATEMENT EXECUTE FUNCTION hallpass_emptied(); \
             ALTER TABLE authtoken_token ENABLE ALWAYS TRIGGER hallpass_changed; \
             ALTER TABLE authtoken_token ENABLE ALWAYS TRIGGER hallpass_emptied; COMMIT",
        ),
    ] {
        let Some(site) = Site::new(name).await else {
            return;
        };
        site.store.make_triggers().await.unwrap();
        let (_, key) = site.user("zoe").await;
        let proof = site.proven(&key).await;
        site.run(sql).await;
        let held = site.held(&proof, BOUND);
        println!("PostgreSQL, table {name}: believed for {held:?}");
    }
}

/// What a key is called in a notification says nothing of the key.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_told() {
    let Some(site) = Site::new("secret").await else {
        return;
    };
    site.store.make_triggers().await.unwrap();
    let sql = "LISTEN hallpass_change; INSERT INTO django_session VALUES ('topsecretsessionkey', 'd', now()); SELECT 1";
    let told = std::process::Command::new("psql")
        .args([
            "-X",
            "-U",
            "postgres",
            "-h",
            "127.0.0.1",
            "-d",
            "secret",
            "-c",
            sql,
            "-p",
        ])
        .arg(site.server.port.to_string())
        .output();
    let Ok(told) = told else {
        eprintln!("skipped: no psql in the path");
        return;
    };
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("hallpass_change"), "{told}");
    assert!(!told.contains("topsecret"), "{told}");
}
