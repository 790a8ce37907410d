//! Nothing that was revoked is accepted by a request that begins after the revocation was committed: not once, under
//! load, whoever revoked it, in both kinds of journal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use hallpass::formats::session::SessionKey;
use hallpass::{ApiView, Auth, Hallpass, NewAccount, User};
use rusqlite::Connection;

use crate::gate::bench::{Bench, get};

/// How often each way to revoke is tried on each journal, unless this variable says otherwise.
const TIMES: usize = 25;
const TIMES_VARIABLE: &str = "HALLPASS_REVOCATIONS";

fn times() -> usize {
    let given = std::env::var(TIMES_VARIABLE).ok();
    given.map_or(TIMES, |text| text.parse().expect("a number"))
}

fn app(hallpass: &Hallpass) -> Router {
    let whoami = ApiView::new("Who Am I").get(async |auth: Auth| auth.user().username().to_owned());
    hallpass.router().route("/", whoami).into_router()
}

async fn accepted(app: &Router, header: (&str, &str)) -> bool {
    match get(app, "/", &[header]).await.status {
        200 => true,
        401 | 403 => false,
        status => panic!("status {status}"),
    }
}

/// Requests with the credential that is about to be revoked, as fast as they go, from other tasks.
struct Load {
    stop: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<Option<Instant>>>,
}

impl Load {
    fn start(app: &Router, header: (&'static str, &str)) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let task = || {
            let (app, stop) = (app.clone(), Arc::clone(&stop));
            let (name, value) = (header.0, header.1.to_owned());
            tokio::spawn(async move {
                let mut last_accepted = None;
                while !stop.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    if accepted(&app, (name, &value)).await {
                        last_accepted = Some(begun);
                    }
                    tokio::task::yield_now().await;
                }
                last_accepted
            })
        };
        let tasks = (0..2).map(|_| task()).collect();
        Self { stop, tasks }
    }

    /// When the last request began that was accepted.
    async fn last_accepted(self) -> Option<Instant> {
        self.stop.store(true, Ordering::Relaxed);
        let mut last = None;
        for task in self.tasks {
            last = last.max(task.await.unwrap());
        }
        last
    }
}

/// Everything that a revocation needs.
struct Site {
    bench: Bench,
    app: Router,
    /// A process of its own would do nothing else: it has its own connections and its own cache.
    other: Hallpass,
    connection: Connection,
}

#[derive(Clone, Copy, Debug)]
enum By {
    Connection,
    Ourselves,
    AnotherHallpass,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Token,
    InactiveUser,
    Session,
    Password,
}

impl Site {
    async fn new(journal: &str) -> Self {
        let bench = Bench::new().await;
        let connection = bench.database();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        let set = format!(
            "PRAGMA journal_mode = {journal}; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON"
        );
        connection.execute_batch(&set).unwrap();
        let other = Hallpass::builder(bench.hallpass.settings().clone())
            .build()
            .await
            .unwrap();
        Self {
            app: app(&bench.hallpass),
            bench,
            other,
            connection,
        }
    }

    fn revoker(&self, by: By) -> &Hallpass {
        match by {
            By::AnotherHallpass => &self.other,
            _ => &self.bench.hallpass,
        }
    }

    async fn user(&self) -> User {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let account = NewAccount {
            username: format!("revoked{number}"),
            ..NewAccount::default()
        };
        self.bench
            .hallpass
            .accounts()
            .create_user(account)
            .await
            .unwrap()
    }

    /// A credential of the user, and its header.
    async fn credential(&self, user: &User, what: What) -> (&'static str, String) {
        match what {
            What::Token | What::InactiveUser => {
                let token = self
                    .bench
                    .hallpass
                    .tokens()
                    .get_or_create(user)
                    .await
                    .unwrap();
                ("authorization", format!("Token {}", token.key()))
            }
            What::Session | What::Password => {
                let (key, _) = self
                    .bench
                    .hallpass
                    .user_sessions()
                    .create(user)
                    .await
                    .unwrap();
                ("cookie", format!("sessionid={}", key.as_str()))
            }
        }
    }

    async fn revoke(&self, what: What, by: By, user: &User, header: &str) {
        let hallpass = self.revoker(by);
        let id = user.id().to_string();
        let (sql, parameter) = match (what, by) {
            (What::Token, By::Connection) => ("DELETE FROM authtoken_token WHERE user_id = ?1", id),
            (What::InactiveUser, _) => ("UPDATE auth_user SET is_active = 0 WHERE id = ?1", id),
            (What::Session, By::Connection) => {
                let key = header.trim_start_matches("sessionid=").to_owned();
                ("DELETE FROM django_session WHERE session_key = ?1", key)
            }
            (What::Password, By::Connection) => (
                "UPDATE auth_user SET password = '!changed' WHERE id = ?1",
                id,
            ),
            (What::Token, _) => {
                hallpass.tokens().reset(user).await.unwrap();
                return;
            }
            (What::Session, _) => {
                let key = SessionKey::from_cookie(header.trim_start_matches("sessionid="));
                hallpass.sessions().delete(&key.unwrap()).await.unwrap();
                return;
            }
            (What::Password, _) => {
                hallpass
                    .accounts()
                    .set_password(user, "changed")
                    .await
                    .unwrap();
                return;
            }
        };
        assert_eq!(self.connection.execute(sql, [parameter]).unwrap(), 1);
    }

    /// How many requests were accepted that began after the revocation, and how long after.
    async fn late(&self, what: What, by: By) -> Option<Duration> {
        let user = self.user().await;
        let (name, value) = self.credential(&user, what).await;
        let header = (name, value.as_str());
        assert!(accepted(&self.app, header).await, "{what:?} {by:?}");
        assert!(accepted(&self.app, header).await, "{what:?} {by:?}");
        let load = Load::start(&self.app, header);
        self.revoke(what, by, &user, &value).await;
        let revoked = Instant::now();
        let first = accepted(&self.app, header).await;
        let last = load.last_accepted().await;
        assert!(
            !first,
            "{what:?} revoked by {by:?} was accepted by the next request"
        );
        last.and_then(|last| last.checked_duration_since(revoked))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_revoked_is_accepted() {
    for journal in ["WAL", "DELETE"] {
        let site = Site::new(journal).await;
        let (mut revoked, mut longest) = (0, None);
        for _ in 0..times() {
            for what in [
                What::Token,
                What::InactiveUser,
                What::Session,
                What::Password,
            ] {
                for by in [By::Connection, By::Ourselves, By::AnotherHallpass] {
                    if matches!(
                        (what, by),
                        (What::InactiveUser, By::Ourselves | By::AnotherHallpass)
                    ) {
                        continue;
                    }
                    let late = site.late(what, by).await;
                    assert_eq!(
                        late, None,
                        "{what:?} revoked by {by:?} was accepted {late:?} later"
                    );
                    longest = longest.max(late);
                    revoked += 1;
                }
            }
        }
        println!(
            "SQLite, {journal}: {revoked} revocations under load, accepted afterwards: none ({longest:?})"
        );
    }
}
