//! Receivers of new users: what they add is there with the user, or neither is.

use hallpass::NewAccount;
use hallpass::signals::{CreateToken, RelatedRows, UserCreated, UserRow};
use hallpass::store::Value;

use super::bench::Bench;

const USERS: &str = "SELECT count(*) FROM auth_user";
const NEWCOMERS_TOKENS: &str = "SELECT count(*) FROM authtoken_token JOIN auth_user \
    ON auth_user.id = user_id WHERE username = 'newcomer'";

/// Puts each new user into the group `viewers`.
struct JoinViewers;

impl UserCreated for JoinViewers {
    fn user_created(&self, user: &UserRow, rows: &mut RelatedRows) {
        rows.execute(
            "INSERT INTO auth_user_groups (user_id, group_id) VALUES (?1, ?2)",
            vec![Value::from(*user.id()), Value::from(2)],
        );
    }
}

/// Names a table that does not exist.
struct Broken;

impl UserCreated for Broken {
    fn user_created(&self, _: &UserRow, rows: &mut RelatedRows) {
        rows.execute("INSERT INTO nowhere VALUES (1)", Vec::new());
    }
}

fn newcomer() -> NewAccount {
    NewAccount {
        username: "newcomer".to_owned(),
        ..NewAccount::default()
    }
}

#[tokio::test]
async fn their_rows_come_with_the_user() {
    let bench = Bench::with(|builder| {
        builder
            .on_user_created(CreateToken)
            .on_user_created(JoinViewers)
    })
    .await;
    let user = bench
        .hallpass
        .accounts()
        .create_user(newcomer())
        .await
        .unwrap();
    let groups = bench.hallpass.store().group_names(user.id()).await.unwrap();
    assert_eq!(groups, ["viewers"]);
    assert_eq!(bench.count(NEWCOMERS_TOKENS), 1);
}

#[tokio::test]
async fn one_that_fails_takes_the_user_back() {
    let bench =
        Bench::with(|builder| builder.on_user_created(CreateToken).on_user_created(Broken)).await;
    let before = bench.count(USERS);
    assert!(
        bench
            .hallpass
            .accounts()
            .create_user(newcomer())
            .await
            .is_err()
    );
    assert_eq!(bench.count(USERS), before);
    assert_eq!(bench.count("SELECT count(*) FROM authtoken_token"), 8);
}
