//! Values that PostgreSQL treats in ways of its own.

use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;
use hallpass_store::{NewUser, RelatedRows, Store, StoreError, UserCreated, UserRow, Value};

use crate::support::{Database, at, unusable};

async fn fixtures() -> Vec<Database> {
    let mut databases = Database::fixtures().await;
    databases.retain(Database::is_postgres);
    databases
}

#[tokio::test]
async fn what_no_column_can_hold_matches_nothing() {
    for database in fixtures().await {
        let store = database.open().await;
        assert!(store.user_by_username("ali\0ce").await.unwrap().is_none());
        assert!(store.user_by_token("\0").await.unwrap().is_none());
        let huge = "9999999999".parse().unwrap();
        assert!(store.user_by_id(&huge).await.unwrap().is_none());
        assert!(store.token_of(&huge).await.unwrap().is_none());
        assert_eq!(store.delete_session("a\0bcdefgh").await, Ok(false));
        let answer = store.set_password(&huge, &unusable()).await;
        assert_eq!(answer, Ok(false));
        let new = NewUser::new("zo\0e", unusable());
        let refused = store.create_user(new, &[]).await.unwrap_err();
        assert!(matches!(refused, StoreError::Constraint(_)), "{refused}");
    }
}

#[tokio::test]
async fn a_text_too_long_for_its_column_is_told() {
    for database in fixtures().await {
        let store = database.open().await;
        let long = "x".repeat(151);
        assert!(store.user_by_username(&long).await.unwrap().is_none());
        let refused = store.create_user(NewUser::new(long, unusable()), &[]).await;
        assert!(
            matches!(refused, Err(StoreError::TooLong(_))),
            "{refused:?}"
        );
        let alice = *store.user_by_username("alice").await.unwrap().unwrap().id();
        let key = TokenKey::from("k".repeat(41));
        let refused = store.replace_token(&alice, key, Timestamp::now()).await;
        assert!(matches!(refused, Err(StoreError::TooLong(_))));
        assert!(store.token_of(&alice).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_corrupt_row_spoils_only_itself() {
    for database in fixtures().await {
        database.execute(
            "UPDATE auth_user SET date_joined = 'infinity' WHERE username = 'bob';
             ALTER TABLE auth_user ALTER password DROP NOT NULL;
             UPDATE auth_user SET password = NULL WHERE username = 'carol'",
        );
        let store = database.open().await;
        for (name, what) in [
            ("bob", "date_joined holds infinity"),
            ("carol", "password holds NULL"),
        ] {
            let text = store.user_by_username(name).await.unwrap_err().to_string();
            assert!(text.contains(what), "{text}");
        }
        assert!(store.user_by_username("alice").await.unwrap().is_some());
    }
}

/// Django's migrations change columns while we run; prepared statements are then refused.
#[tokio::test]
async fn a_changed_column_is_noticed() {
    for database in fixtures().await {
        let store = database.open().await;
        for _ in 0..8 {
            assert!(store.user_by_username("alice").await.unwrap().is_some());
        }
        database.execute("ALTER TABLE auth_user ALTER email TYPE text");
        for _ in 0..8 {
            assert!(store.user_by_username("alice").await.unwrap().is_some());
        }
        database.execute("ALTER TABLE authtoken_token RENAME TO elsewhere");
        let gone = StoreError::MissingTables(vec!["authtoken_token".to_owned()]);
        assert_eq!(store.user_by_token("abc").await.unwrap_err(), gone);
        database.execute("ALTER TABLE elsewhere RENAME TO authtoken_token");
        assert!(store.user_by_token("abc").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn extra_columns_of_every_usual_type_are_read() {
    for database in fixtures().await {
        database.execute(
            "ALTER TABLE auth_user ADD a boolean DEFAULT true, ADD b double precision DEFAULT 0.5,
             ADD c timestamptz DEFAULT '2026-01-02 03:04:05+00', ADD d bytea DEFAULT '\\x0102',
             ADD e uuid DEFAULT '01234567-89ab-cdef-0123-456789abcdef', ADD f text, ADD g bigint DEFAULT 7,
             ADD h decimal(5, 2) DEFAULT 1.5, ADD i time DEFAULT '01:02:03', ADD j jsonb DEFAULT '[1]',
             ADD k date DEFAULT '2026-01-02', ADD l integer[] DEFAULT '{1,2}', ADD m inet DEFAULT '10.0.0.1'",
        );
        let mut options = database.options();
        options.user_model.extra_columns = [
            "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
        ]
        .map(str::to_owned)
        .to_vec();
        let store = Store::open(options).await.unwrap();
        let alice = store.user_by_username("alice").await.unwrap().unwrap();
        let values: Vec<Value> = alice
            .extra()
            .iter()
            .map(|(_, value)| value.clone())
            .collect();
        assert_eq!(
            values,
            [
                Value::Integer(1),
                Value::Real(0.5),
                Value::from("2026-01-02 03:04:05"),
                Value::Blob(vec![1, 2]),
                Value::Uuid("01234567-89ab-cdef-0123-456789abcdef".parse().unwrap()),
                Value::Null,
                Value::Integer(7),
                Value::from("1.50"),
                Value::from("01:02:03"),
                Value::from("[1]"),
                Value::from("2026-01-02"),
                Value::from("{1,2}"),
                Value::from("10.0.0.1/32"),
            ]
        );
    }
}

struct Receiver;

impl UserCreated for Receiver {
    fn user_created(&self, user: &UserRow, rows: &mut RelatedRows) {
        let sql = "INSERT INTO notes (user_id, at, flag, part, text) VALUES (?1, ?2, ?3, ?4, ?5)";
        rows.execute(
            sql,
            vec![
                (*user.id()).into(),
                "2026-01-02 03:04:05+00".into(),
                true.into(),
                Value::Real(0.25),
                "what? $1".into(),
            ],
        );
    }
}

#[tokio::test]
async fn receivers_write_every_usual_type() {
    for database in fixtures().await {
        database.execute("CREATE TABLE notes (user_id bigint, at timestamptz, flag boolean, part numeric, text text)");
        let store = database.open().await;
        let mut new = NewUser::new("zoe", unusable());
        new.date_joined = at("2026-01-02 03:04:05.678901");
        let receiver = std::sync::Arc::new(Receiver);
        let zoe = store.create_user(new.clone(), &[receiver]).await.unwrap();
        assert_eq!(zoe.date_joined(), Some(new.date_joined));
        let sql = "SELECT at || '|' || flag || '|' || part || '|' || text FROM notes";
        assert_eq!(
            database.texts(sql),
            ["2026-01-02 03:04:05|true|0.25|what? $1"]
        );
    }
}
