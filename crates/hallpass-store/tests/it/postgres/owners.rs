//! Owners of tokens that are asked for together.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use hallpass_store::{Store, StoreError, TokenOwner};

use crate::support::Database;

const ALICE: &str = "a11ce00000000000000000000000000000000001";

/// Both fixtures' servers, with a user and a token for each of so many numbers.
async fn crowd(count: usize) -> Vec<Database> {
    let mut databases = Database::fixtures().await;
    databases.retain(Database::is_postgres);
    for database in &databases {
        database.execute(&format!(
            "INSERT INTO auth_user (id, username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
             SELECT 1000 + n, 'crowd' || n, '!', false, false, true, '', '', '', now() FROM generate_series(1, {count}) n;
             INSERT INTO authtoken_token (key, user_id, created)
             SELECT lpad(n::text, 40, '0'), 1000 + n, now() FROM generate_series(1, {count}) n"
        ));
    }
    databases
}

fn key(number: usize) -> String {
    format!("{number:040}")
}

/// Asks for all at once.
async fn all_at_once(
    store: &Store,
    keys: impl IntoIterator<Item = String>,
) -> Vec<Result<Option<TokenOwner>, StoreError>> {
    let asked: Vec<_> = keys
        .into_iter()
        .map(|key| {
            let store = store.clone();
            tokio::spawn(async move { store.token_owner(&key).await })
        })
        .collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.unwrap());
    }
    answers
}

fn name(answer: &Result<Option<TokenOwner>, StoreError>) -> Option<&str> {
    let owner = answer.as_ref().unwrap().as_ref()?;
    Some(owner.user.username())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_gets_the_owner_of_its_own_token() {
    for database in crowd(200).await {
        let store = database.open().await;
        // Every third is asked for twice, and every fifth is nobody's.
        let keys = (1..=250).chain((1..=250).step_by(3));
        let answers = all_at_once(&store, keys.clone().map(key)).await;
        for (number, answer) in keys.zip(&answers) {
            let owner = (number <= 200).then(|| format!("crowd{number}"));
            assert_eq!(name(answer), owner.as_deref(), "{number}");
            if let Ok(Some(owner)) = answer {
                assert!(owner.other_key.is_none());
            }
        }
    }
}

/// What is counted is transactions: each statement on a shared connection is one.
#[tokio::test(flavor = "multi_thread")]
async fn many_are_asked_for_in_few_statements() {
    for database in crowd(200).await {
        let store = database.open().await;
        let committed = || async {
            // The server counts a connection's transactions a second later, with its next one.
            tokio::time::sleep(Duration::from_millis(1_200)).await;
            store.token_owner(ALICE).await.unwrap();
            let sql =
                "SELECT xact_commit::text FROM pg_stat_database WHERE datname = current_database()";
            database.texts(sql)[0].parse::<u32>().unwrap()
        };
        store.token_owner(ALICE).await.unwrap();
        let before = committed().await;
        for _ in 0..5 {
            all_at_once(&store, (1..=200).map(key)).await;
        }
        let statements = committed().await - before;
        assert!(statements < 250, "{statements} for 1000 owners");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_no_column_holds_and_a_row_that_cannot_be_read_harm_nobody_else() {
    for database in crowd(20).await {
        database.execute("UPDATE auth_user SET date_joined = 'infinity' WHERE username = 'crowd7'");
        let store = database.open().await;
        for _ in 0..10 {
            let odd = ["a\0b".to_owned(), "ä".repeat(20), "k".repeat(5_000)];
            let answers = all_at_once(&store, (1..=20).map(key).chain(odd)).await;
            for (index, answer) in answers.iter().enumerate() {
                match index + 1 {
                    7 => assert!(matches!(answer, Err(StoreError::Corrupt { .. }))),
                    number @ 1..=20 => {
                        assert_eq!(name(answer), Some(format!("crowd{number}").as_str()));
                    }
                    _ => assert_eq!(name(answer), None),
                }
            }
        }
    }
}

/// A column that takes capitals and small letters for the same, by its collation or by its type: both spellings of a key
/// are answered, asked for together or not.
#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_ignores_case_finds_what_it_finds_alone() {
    for database in crowd(20).await {
        database.execute(
            "DROP INDEX authtoken_token_key_10f0b77e_like;
             CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
             UPDATE authtoken_token SET key = 'AB' || substr(key, 3) WHERE user_id > 1000;
             ALTER TABLE authtoken_token ALTER key TYPE varchar(40) COLLATE loose",
        );
        let store = database.open().await;
        for kind in ["varchar(40) COLLATE loose", "char(50)"] {
            database.execute(&format!(
                "ALTER TABLE authtoken_token ALTER key TYPE {kind}"
            ));
            for _ in 0..5 {
                let spelt = |start: &str, number| format!("{start}{}", &key(number)[2..]);
                let both = (1..=20).flat_map(|n| [spelt("ab", n), spelt("AB", n)]);
                let keys: Vec<String> = both.collect();
                let answers = all_at_once(&store, keys.clone()).await;
                for (key, answer) in keys.iter().zip(&answers) {
                    let alone = store.user_by_token(key).await.unwrap();
                    let alone = alone.as_ref().map(|(_, user)| user.username());
                    assert_eq!(name(answer), alone, "{kind} {key}");
                    if let Ok(Some(owner)) = answer {
                        let stored = owner.other_key.as_ref();
                        assert!(stored.is_none_or(|stored| stored.as_str().starts_with("AB")));
                    }
                }
                assert!(answers.iter().filter_map(name).count() >= 20);
            }
        }
    }
}

/// Who goes away takes nobody's answer along, and a runtime that ends leaves nobody waiting.
#[tokio::test(flavor = "multi_thread")]
async fn who_stops_waiting_harms_nobody() {
    for database in crowd(50).await {
        let store = database.open().await;
        for round in 0..20 {
            let hurried: Vec<_> = (1..=50)
                .map(|number| {
                    let store = store.clone();
                    let hurry = Duration::from_micros(u64::try_from(number * round).unwrap());
                    tokio::spawn(async move {
                        let key = key(number);
                        let owner = store.token_owner(&key);
                        tokio::time::timeout(hurry, owner).await.is_ok()
                    })
                })
                .collect();
            let answers = all_at_once(&store, (1..=50).map(key)).await;
            for (index, answer) in answers.iter().enumerate() {
                assert_eq!(name(answer), Some(format!("crowd{}", index + 1).as_str()));
            }
            for one in hurried {
                one.await.unwrap();
            }
        }
        let short = std::thread::spawn({
            let store = store.clone();
            move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                // Whoever asks for all is a task of this runtime, and ends with it before it has begun.
                let mut owner = pin!(store.token_owner(ALICE));
                runtime.block_on(poll_fn(|context| {
                    assert!(owner.as_mut().poll(context).is_pending());
                    Poll::Ready(())
                }));
                drop(runtime);
            }
        });
        short.join().unwrap();
        let answers = tokio::time::timeout(
            Duration::from_secs(3),
            all_at_once(&store, (1..=50).map(key)),
        );
        assert_eq!(name(&answers.await.unwrap()[49]), Some("crowd50"));
    }
}
