//! Basic credentials that were right a short while ago are not hashed again, and nothing else changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use hallpass::formats::base64::encode_standard;
use hallpass::formats::password::{
    EncodeError, EncodedPassword, MalformedHash, PasswordHasher, Pbkdf2Sha256,
};
use hallpass::settings::Settings;
use hallpass::{ApiView, Auth, Hallpass, NewAccount};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::gate::bench::get;

/// Counts how often it is asked.
#[derive(Debug)]
struct Counting(Arc<AtomicUsize>);

const QUICK: Pbkdf2Sha256 = Pbkdf2Sha256 { iterations: 10 };

impl PasswordHasher for Counting {
    fn algorithm(&self) -> &'static str {
        QUICK.algorithm()
    }

    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        QUICK.encode(password, salt)
    }

    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        self.0.fetch_add(1, Ordering::Relaxed);
        QUICK.verify(password, stored)
    }

    fn must_update(&self, stored: &EncodedPassword) -> bool {
        QUICK.must_update(stored)
    }

    fn harden_runtime(&self, password: &str, stored: &EncodedPassword) {
        QUICK.harden_runtime(password, stored);
    }
}

struct Site {
    app: Router,
    hallpass: Hallpass,
    hashes: Arc<AtomicUsize>,
    folder: TempDir,
}

impl Site {
    async fn new(toml: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base = format!(
            "secret_key = \"tests-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz\"\n\
             allowed_hosts = [\"*\"]\ndatabase_url = \"sqlite:///{}/db.sqlite3\"\n\
             pbkdf2_iterations = 10\n{toml}",
            folder.path().display()
        );
        let hashes = Arc::new(AtomicUsize::new(0));
        let settings = Settings::from_toml(&base).unwrap();
        let builder = Hallpass::builder(settings).password_hasher(Counting(Arc::clone(&hashes)));
        let hallpass = builder.migrate().build().await.unwrap();
        let account = NewAccount {
            username: "suraj".to_owned(),
            password: Some("correct horse".to_owned()),
            ..NewAccount::default()
        };
        hallpass.accounts().create_user(account).await.unwrap();
        let whoami = ApiView::new("Who Am I").get(async |_: Auth| "you");
        Self {
            app: hallpass.router().route("/", whoami).into_router(),
            hallpass,
            hashes,
            folder,
        }
    }

    /// The status, and how many hashes it cost.
    async fn ask(&self, password: &str) -> (u16, usize) {
        let before = self.hashes.load(Ordering::Relaxed);
        let credentials = encode_standard(format!("suraj:{password}").as_bytes());
        let header = format!("Basic {credentials}");
        let answer = get(&self.app, "/", &[("authorization", &header)]).await;
        (answer.status, self.hashes.load(Ordering::Relaxed) - before)
    }

    fn write(&self, sql: &str) {
        let connection = Connection::open(self.folder.path().join("db.sqlite3")).unwrap();
        assert_eq!(connection.execute(sql, []).unwrap(), 1);
    }
}

#[tokio::test]
async fn a_right_password_is_hashed_once() {
    let site = Site::new("").await;
    assert_eq!(site.ask("correct horse").await, (200, 1));
    assert_eq!(site.ask("correct horse").await, (200, 0));
    assert_eq!(site.ask("correct horse").await, (200, 0));
    // A wrong one every time.
    assert_eq!(site.ask("wrong horse").await, (403, 1));
    assert_eq!(site.ask("wrong horse").await, (403, 1));
    assert_eq!(site.ask("correct horse").await, (200, 0));
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let site = Site::new("[identity_cache]\nremember_basic = 0").await;
    for _ in 0..3 {
        assert_eq!(site.ask("correct horse").await, (200, 1));
    }
}

#[tokio::test]
async fn a_changed_password_is_not_recalled() {
    let site = Site::new("").await;
    assert_eq!(site.ask("correct horse").await, (200, 1));
    let accounts = site.hallpass.accounts();
    let user = accounts.by_username("suraj").await.unwrap().unwrap();
    accounts.set_password(&user, "new horse").await.unwrap();
    assert_eq!(site.ask("correct horse").await, (403, 1));
    assert_eq!(site.ask("new horse").await, (200, 1));
    assert_eq!(site.ask("new horse").await, (200, 0));
    site.write("UPDATE auth_user SET password = '!unusable'");
    assert_ne!(site.ask("new horse").await.0, 200);
}

/// Nor does a quick answer tell that an inactive user's password was right.
#[tokio::test]
async fn an_inactive_user_is_refused_at_full_price() {
    let site = Site::new("").await;
    assert_eq!(site.ask("correct horse").await, (200, 1));
    site.write("UPDATE auth_user SET is_active = 0");
    assert_eq!(site.ask("correct horse").await, (403, 1));
    assert_eq!(site.ask("correct horse").await, (403, 1));
    site.write("UPDATE auth_user SET is_active = 1");
    assert_eq!(site.ask("correct horse").await, (200, 0));
}

/// Only what a client sends with every request: whoever logs in is checked.
#[tokio::test]
async fn a_login_is_always_hashed() {
    use hallpass::{Credentials, Verdict};

    let site = Site::new("").await;
    assert_eq!(site.ask("correct horse").await, (200, 1));
    let before = site.hashes.load(Ordering::Relaxed);
    let credentials = Credentials::new("suraj", "correct horse");
    let verdict = site.hallpass.authenticate(&credentials).await.unwrap();
    assert!(matches!(verdict, Verdict::Accepted(_)));
    assert_eq!(site.hashes.load(Ordering::Relaxed), before + 1);
}
