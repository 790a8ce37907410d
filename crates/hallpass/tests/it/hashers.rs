//! `password_hashers` from the settings to the column: what verifies, what replaces it, what cannot start.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hallpass::formats::password::{
    Argon2, EncodeError, EncodedPassword, MalformedHash, PasswordHasher, Pbkdf2Sha256,
};
use hallpass::settings::{Settings, Sources};
use hallpass::{AccountError, Builder, Hallpass, NewAccount, StartError, User};

const PASSWORD: &str = "correct horse battery staple";

fn builder(toml: &str) -> Builder {
    let base = "secret_key = \"tests-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz\"\n\
                database_url = \"sqlite://:memory:\"\npbkdf2_iterations = 10\nhash_threads = 1\n";
    let settings = Settings::from_toml(&format!("{base}{toml}")).expect("the settings are fine");
    Hallpass::builder(settings).migrate()
}

async fn with_user(builder: Builder) -> (Hallpass, User) {
    let hallpass = builder.build().await.expect("it starts");
    let account = NewAccount {
        username: "suraj".to_owned(),
        ..NewAccount::default()
    };
    let user = hallpass.accounts().create_user(account).await;
    (hallpass, user.expect("nobody has that name"))
}

/// The user with this text in the column.
async fn stored(hallpass: &Hallpass, user: &User, encoded: &str) -> User {
    let encoded = EncodedPassword::new(encoded);
    let written = hallpass.store().set_password(user.id(), &encoded).await;
    assert!(written.expect("the database is there"));
    let user = hallpass.accounts().find_by_id(user.id()).await;
    user.expect("the database is there")
        .expect("the user is there")
}

async fn column(hallpass: &Hallpass, user: &User) -> EncodedPassword {
    let row = hallpass.store().user_by_id(user.id()).await;
    row.expect("the database is there")
        .expect("the user is there")
        .password()
}

#[tokio::test]
async fn a_hash_of_each_algorithm_verifies_and_is_replaced() {
    let (hallpass, user) = with_user(builder(
        "password_hashers = ['pbkdf2_sha256', 'pbkdf2_sha1', 'argon2', 'bcrypt_sha256', 'bcrypt', 'scrypt', 'md5']",
    ))
    .await;
    let vectors = crate::vectors::load("password_hashes.json");
    let rows = vectors["hashes"].as_array().expect("rows");
    let mut seen = Vec::new();
    for row in rows.iter().filter(|row| row["password"] == PASSWORD) {
        let encoded = row["encoded"].as_str().expect("text");
        let user = stored(&hallpass, &user, encoded).await;
        let wrong = hallpass
            .accounts()
            .check_and_upgrade(user.clone(), "x")
            .await;
        assert!(wrong.expect("no rejection").is_none());
        let right = hallpass.accounts().check_and_upgrade(user, PASSWORD).await;
        let right = right.expect("no rejection").expect("the password is right");
        assert!(
            column(&hallpass, &right)
                .await
                .as_str()
                .starts_with("pbkdf2_sha256$10$"),
            "{encoded}"
        );
        seen.push(row["algorithm"].as_str().expect("text"));
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn an_algorithm_that_is_not_listed_never_verifies() {
    let (hallpass, user) = with_user(builder("password_hashers = ['pbkdf2_sha256']")).await;
    let md5 = "md5$seasaltseasaltseasalt1$3bd87ecc64757e93a1e426d944bc41a4";
    let user = stored(&hallpass, &user, md5).await;
    let verdict = hallpass.accounts().check_password(&user, PASSWORD).await;
    assert!(!verdict.expect("no rejection"));
}

#[tokio::test]
async fn the_first_hasher_writes_and_an_own_one_goes_before_djangos() {
    let cheap = Argon2 {
        time_cost: 1,
        memory_cost: 64,
        parallelism: 1,
    };
    let builder = builder("password_hashers = ['argon2']").password_hasher(cheap);
    let (hallpass, user) = with_user(builder).await;
    let user = hallpass.accounts().set_password(&user, PASSWORD).await;
    let user = user.expect("any password");
    let made = column(&hallpass, &user).await;
    assert!(
        made.as_str()
            .starts_with("argon2$argon2id$v=19$m=64,t=1,p=1$")
    );
    assert!(!cheap.must_update(&made));
}

#[tokio::test]
async fn a_refused_password_changes_nothing() {
    let (hallpass, user) = with_user(builder("password_hashers = ['bcrypt', 'md5']")).await;
    let long = "x".repeat(73);
    let refused = hallpass.accounts().set_password(&user, &long).await;
    assert!(matches!(refused, Err(AccountError::Refused(_))));
    // A right password that the preferred hasher cannot take logs in and keeps its hash.
    let old = hallpass::formats::password::Md5
        .encode(&long, "salt")
        .expect("the salt is fine");
    let user = stored(&hallpass, &user, old.as_str()).await;
    let right = hallpass.accounts().check_and_upgrade(user, &long).await;
    let right = right.expect("no rejection").expect("the password is right");
    assert_eq!(column(&hallpass, &right).await, old);
}

#[tokio::test]
async fn an_own_hasher_must_be_registered() {
    let sources = Sources {
        overrides: vec![
            ("secret_key".to_owned(), "tests-secret-key".to_owned()),
            ("password_hashers".to_owned(), "app_hash".to_owned()),
        ],
        custom_classes: vec!["app_hash".to_owned()],
        ..Sources::default()
    };
    let settings = Settings::load(sources).expect("the name is registered with the settings");
    let refused = Hallpass::builder(settings).build().await;
    let Err(StartError::NotRegistered { setting, name }) = refused else {
        panic!("it started");
    };
    assert_eq!((setting, name.as_str()), ("password_hashers", "app_hash"));
}

/// Django's hasher, which counts the hashes it makes and cannot bear one password.
#[derive(Debug)]
struct Odd {
    made: Arc<AtomicUsize>,
}

const UNBEARABLE: &str = "unbearable";

impl PasswordHasher for Odd {
    fn algorithm(&self) -> &'static str {
        Pbkdf2Sha256 { iterations: 10 }.algorithm()
    }

    fn encode(&self, password: &str, salt: &str) -> Result<EncodedPassword, EncodeError> {
        self.made.fetch_add(1, Ordering::Relaxed);
        Pbkdf2Sha256 { iterations: 10 }.encode(password, salt)
    }

    fn verify(&self, password: &str, stored: &EncodedPassword) -> Result<bool, MalformedHash> {
        assert_ne!(password, UNBEARABLE, "on purpose");
        Pbkdf2Sha256 { iterations: 10 }.verify(password, stored)
    }

    fn must_update(&self, _: &EncodedPassword) -> bool {
        false
    }

    fn harden_runtime(&self, _: &str, _: &EncodedPassword) {}
}

#[tokio::test]
async fn a_malformed_hash_costs_what_an_unknown_user_costs() {
    let made = Arc::new(AtomicUsize::new(0));
    let odd = Odd {
        made: Arc::clone(&made),
    };
    let (hallpass, user) = with_user(builder("").password_hasher(odd)).await;
    for malformed in [
        "pbkdf2_sha256$many$salt$hash",
        "pbkdf2_sha256$999999999$a$b",
    ] {
        let user = stored(&hallpass, &user, malformed).await;
        let before = made.load(Ordering::Relaxed);
        let answer = hallpass.accounts().check_and_upgrade(user, PASSWORD).await;
        assert!(answer.expect("no rejection").is_none());
        assert_eq!(made.load(Ordering::Relaxed), before + 1, "{malformed}");
    }
}

#[tokio::test]
async fn a_hasher_that_panics_costs_one_login_and_no_thread() {
    let odd = Odd {
        made: Arc::default(),
    };
    let (hallpass, user) = with_user(builder("").password_hasher(odd)).await;
    let accounts = hallpass.accounts();
    let user = accounts.set_password(&user, PASSWORD).await.expect("set");
    for _ in 0..3 {
        let answer = accounts.check_password(&user, UNBEARABLE).await;
        assert_eq!(answer.expect_err("no answer").status(), 503);
    }
    assert_eq!(accounts.check_password(&user, PASSWORD).await, Ok(true));
}
