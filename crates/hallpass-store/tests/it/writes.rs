//! Writes, and that they are whole or not at all.

use std::sync::Arc;
use std::time::Duration;

use hallpass_formats::password::EncodedPassword;
use hallpass_formats::session::SessionKey;
use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;
use hallpass_store::{NewUser, RelatedRows, SessionRow, Store, StoreError, UserCreated, UserRow};

use crate::support::{Database, at, unusable};

struct WithToken;

impl UserCreated for WithToken {
    fn user_created(&self, user: &UserRow, rows: &mut RelatedRows) {
        rows.token(TokenKey::generate());
        let sql = "INSERT INTO auth_user_groups (user_id, group_id) VALUES (?1, ?2)";
        rows.execute(sql, vec![(*user.id()).into(), 1.into()]);
    }
}

struct Broken;

impl UserCreated for Broken {
    fn user_created(&self, _: &UserRow, rows: &mut RelatedRows) {
        rows.token(TokenKey::generate());
        rows.execute("INSERT INTO nowhere VALUES (1)", Vec::new());
    }
}

fn session(key: &str, expire_date: &str) -> SessionRow {
    SessionRow {
        key: SessionKey::from_cookie(key).unwrap(),
        data: "e30:signed".to_owned(),
        expire_date: at(expire_date),
    }
}

#[tokio::test]
async fn a_new_user_comes_with_the_receivers_rows() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let mut new = NewUser::new("zoe", unusable());
        new.email = Some("zoe@example.com".to_owned());
        new.is_staff = true;
        new.date_joined = at("2026-01-02 03:04:05.678901");
        let zoe = store
            .create_user(new, &[Arc::new(WithToken)])
            .await
            .unwrap();
        assert!(
            zoe.is_staff() == Some(true) && zoe.is_active() && zoe.is_superuser() == Some(false)
        );
        assert!(store.token_of(zoe.id()).await.unwrap().is_some());
        assert_eq!(store.group_names(zoe.id()).await.unwrap(), ["editors"]);
        assert_eq!(
            database.texts("SELECT date_joined || '|' || first_name || '|' || email FROM auth_user WHERE username = 'zoe'"),
            ["2026-01-02 03:04:05.678901||zoe@example.com"]
        );
    }
}

#[tokio::test]
async fn a_failing_receiver_leaves_no_user_behind() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let new = NewUser::new("zoe", unusable());
        let error = store.create_user(new.clone(), &[Arc::new(Broken)]).await;
        assert_eq!(
            error.unwrap_err(),
            StoreError::MissingTables(vec!["nowhere".to_owned()])
        );
        assert!(store.user_by_username("zoe").await.unwrap().is_none());
        assert!(store.create_user(new, &[]).await.is_ok());
    }
}

#[tokio::test]
async fn a_taken_name_is_a_duplicate() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let error = store
            .create_user(NewUser::new("alice", unusable()), &[])
            .await;
        let column = "username".to_owned();
        assert_eq!(error.unwrap_err(), StoreError::Duplicate { column });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_at_once_get_one_token() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let grace = *store
            .user_by_username("grace@example.com")
            .await
            .unwrap()
            .unwrap()
            .id();
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let key = TokenKey::generate();
                    store
                        .get_or_create_token(&grace, key, Timestamp::now())
                        .await
                })
            })
            .collect();
        let mut keys = Vec::new();
        for call in calls {
            keys.push(call.await.unwrap().unwrap().key);
        }
        keys.dedup();
        assert_eq!(keys.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_replaced_at_once_leave_one() {
    for database in Database::fixtures().await {
        let mut options = database.options();
        options.busy_timeout = Duration::from_secs(10);
        let store = Store::open(options).await.unwrap();
        let alice = *store.user_by_username("alice").await.unwrap().unwrap().id();
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let key = TokenKey::generate();
                    store.replace_token(&alice, key, Timestamp::now()).await
                })
            })
            .collect();
        let mut keys = Vec::new();
        for call in calls {
            keys.push(call.await.unwrap().unwrap().key);
        }
        let left = store.token_of(&alice).await.unwrap().unwrap().key;
        assert!(keys.contains(&left));
    }
}

#[tokio::test]
async fn a_replaced_token_is_dead_at_once() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let alice = *store.user_by_username("alice").await.unwrap().unwrap().id();
        let old = store.token_of(&alice).await.unwrap().unwrap();
        let new = store
            .replace_token(
                &alice,
                TokenKey::from("brand-new"),
                at("2026-05-06 07:08:09"),
            )
            .await
            .unwrap();
        assert!(
            store
                .user_by_token(old.key.as_str())
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            store
                .user_by_token(new.key.as_str())
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(
            database.texts(r#"SELECT created FROM authtoken_token WHERE "key" = 'brand-new'"#),
            ["2026-05-06 07:08:09"]
        );
        // Somebody else's key: refused, and the old row is still there.
        let taken = store
            .replace_token(&alice, TokenKey::from("abc"), Timestamp::now())
            .await;
        let column = "key".to_owned();
        assert_eq!(taken.unwrap_err(), StoreError::Duplicate { column });
        assert!(store.user_by_token("brand-new").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn no_token_for_nobody() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let nobody = "4711".parse().unwrap();
        let answer = store
            .get_or_create_token(&nobody, TokenKey::generate(), Timestamp::now())
            .await;
        assert!(
            matches!(answer, Err(StoreError::Constraint(_))),
            "{answer:?}"
        );
        assert!(store.token_of(&nobody).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_password_is_upgraded_only_if_unchanged() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let frank = store.user_by_username("frank").await.unwrap().unwrap();
        let better = EncodedPassword::new("better$1".to_owned());
        let id = *frank.id();
        assert_eq!(
            store
                .upgrade_password(&id, &frank.password(), &better)
                .await,
            Ok(true)
        );
        assert_eq!(
            store
                .upgrade_password(&id, &frank.password(), &better)
                .await,
            Ok(false)
        );
        assert_eq!(store.set_password(&id, &unusable()).await, Ok(true));
        assert_eq!(
            store.set_last_login(&id, at("2026-01-02 03:04:05")).await,
            Ok(true)
        );
        let nobody = "4711".parse().unwrap();
        assert_eq!(store.set_password(&nobody, &unusable()).await, Ok(false));
        assert_eq!(
            database.texts(
                "SELECT password || '|' || last_login FROM auth_user WHERE username = 'frank'"
            ),
            ["!|2026-01-02 03:04:05"]
        );
    }
}

#[tokio::test]
async fn sessions_are_inserted_updated_and_deleted() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let row = session("fresh000", "2098-01-01 00:00:00.5");
        store.insert_session(row.clone()).await.unwrap();
        let column = "session_key".to_owned();
        assert_eq!(
            store.insert_session(row.clone()).await,
            Err(StoreError::Duplicate { column })
        );
        assert_eq!(store.update_session(row.clone()).await, Ok(true));
        assert_eq!(
            database.texts("SELECT expire_date FROM django_session WHERE session_key = 'fresh000'"),
            [if database.is_sqlite() || database.is_mariadb() {
                "2098-01-01 00:00:00.500000"
            } else {
                "2098-01-01 00:00:00.5"
            }]
        );
        assert_eq!(store.delete_session("fresh000").await, Ok(true));
        assert_eq!(store.delete_session("fresh000").await, Ok(false));
        assert_eq!(store.update_session(row).await, Ok(false));
    }
}

#[tokio::test]
async fn expired_sessions_go_in_batches() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        for n in 0..5 {
            let row = session(&format!("old0000{n}"), "2001-01-01 00:00:00");
            store.insert_session(row).await.unwrap();
        }
        let now = at("2002-01-01 00:00:00");
        assert_eq!(store.clear_expired_sessions(now, 3).await, Ok(3));
        assert_eq!(store.clear_expired_sessions(now, 3).await, Ok(2));
        assert_eq!(store.clear_expired_sessions(now, 3).await, Ok(0));
    }
}
