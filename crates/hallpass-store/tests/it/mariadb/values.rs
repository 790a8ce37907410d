//! Values that MariaDB treats in ways of its own.

use hallpass_formats::session::SessionKey;
use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;
use hallpass_store::{
    NewUser, RelatedRows, SessionRow, Store, StoreError, UserCreated, UserRow, Value,
};

use crate::support::{Database, at, unusable};

async fn fixtures() -> Vec<Database> {
    let mut databases = Database::fixtures().await;
    databases.retain(Database::is_mariadb);
    databases
}

/// What Django finds there too: the column's collation compares, and that is the server's
/// default unless the project chose another.
#[tokio::test]
async fn the_collation_decides_what_is_equal() {
    for database in fixtures().await {
        let store = database.open().await;
        for (name, found) in [
            ("alice", true),
            ("ALICE", true),
            ("alice ", true),
            ("unicode", true),
            (" alice", false),
            ("ali\0ce", false),
        ] {
            let user = store.user_by_username(name).await.unwrap();
            assert_eq!(user.is_some(), found, "{name:?}");
        }
        for (key, found) in [
            ("abc", true),
            ("ABC", true),
            ("abc ", true),
            ("ab\0c", false),
        ] {
            let holder = store.user_by_token(key).await.unwrap();
            assert_eq!(holder.is_some(), found, "{key:?}");
        }
        // What is told is what is stored, not what was asked for.
        let (token, _) = store.user_by_token("ABC").await.unwrap().unwrap();
        assert_eq!(token.key.as_str(), "abc");
        let taken = store.create_user(NewUser::new("ALICE", unusable()), &[]);
        let column = "username".to_owned();
        assert_eq!(taken.await.unwrap_err(), StoreError::Duplicate { column });
    }
}

/// A project that wants exact keys gives their columns a binary collation.
#[tokio::test]
async fn a_binary_collation_makes_keys_exact() {
    for database in fixtures().await {
        database.execute(r#"ALTER TABLE authtoken_token MODIFY "key" varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL"#);
        let store = database.open().await;
        for (key, found) in [("abc", true), ("ABC", false), ("abc ", false)] {
            let holder = store.user_by_token(key).await.unwrap();
            assert_eq!(holder.is_some(), found, "{key:?}");
        }
    }
}

#[tokio::test]
async fn what_no_column_can_hold_matches_nothing() {
    for database in fixtures().await {
        let store = database.open().await;
        let huge = "99999999999".parse().unwrap();
        assert!(store.user_by_id(&huge).await.unwrap().is_none());
        assert!(store.token_of(&huge).await.unwrap().is_none());
        let answer = store.set_password(&huge, &unusable()).await;
        assert_eq!(answer, Ok(false));
        let refused = store
            .replace_token(&huge, TokenKey::generate(), Timestamp::now())
            .await
            .unwrap_err();
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
async fn great_sessions_and_all_of_unicode_are_kept() {
    for database in fixtures().await {
        let store = database.open().await;
        let key = SessionKey::from_cookie("great000").unwrap();
        let row = SessionRow {
            key,
            data: "🎟️'\\\"ß\0".repeat(50_000),
            expire_date: at("9999-12-31 23:59:59.999999"),
        };
        store.insert_session(row.clone()).await.unwrap();
        let found = store.session("great000", Timestamp::now()).await;
        let found = found.unwrap().unwrap();
        assert!(found.data == row.data);
        assert_eq!(found.expire_date, row.expire_date);
        let emoji = NewUser::new("🎟️ O'Neil\\", unusable());
        let made = store.create_user(emoji, &[]).await.unwrap();
        assert_eq!(made.username(), "🎟️ O'Neil\\");
        // Stored again as it is: the row was found, though nothing changed.
        assert_eq!(store.update_session(row).await, Ok(true));
    }
}

#[tokio::test]
async fn a_corrupt_row_spoils_only_itself() {
    for database in fixtures().await {
        database.execute(
            "SET sql_mode = ''; UPDATE auth_user SET date_joined = '0000-00-00' WHERE username = 'bob';
             ALTER TABLE auth_user MODIFY password varchar(128) NULL;
             UPDATE auth_user SET password = NULL, is_active = 7 WHERE username = 'carol';
             UPDATE auth_user SET is_active = 7 WHERE username = 'dave'",
        );
        let store = database.open().await;
        for (name, what) in [
            ("bob", "date_joined holds a date that is none"),
            ("carol", "password holds NULL"),
            ("dave", "is_active holds a whole number"),
        ] {
            let text = store.user_by_username(name).await.unwrap_err().to_string();
            assert!(text.contains(what), "{text}");
        }
        assert!(store.user_by_username("alice").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn changed_tables_are_noticed() {
    for database in fixtures().await {
        let store = database.open().await;
        assert!(store.user_by_username("alice").await.unwrap().is_some());
        database.execute("ALTER TABLE auth_user MODIFY email longtext NOT NULL");
        assert!(store.user_by_username("alice").await.unwrap().is_some());
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
            "ALTER TABLE auth_user ADD a boolean DEFAULT true, ADD b double DEFAULT 0.5,
             ADD c datetime(6) DEFAULT '2026-01-02 03:04:05', ADD d varbinary(9) DEFAULT x'0102',
             ADD e uuid DEFAULT '550e8400-e29b-41d4-a716-446655440000', ADD f longtext,
             ADD g bigint unsigned DEFAULT 18446744073709551615, ADD h decimal(5, 2) DEFAULT 1.5,
             ADD i time(6) DEFAULT '-01:02:03', ADD j json DEFAULT '[1]', ADD k date DEFAULT '2026-01-02'",
        );
        let mut options = database.options();
        options.user_model.extra_columns = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]
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
                Value::Uuid("550e8400-e29b-41d4-a716-446655440000".parse().unwrap()),
                Value::Null,
                Value::from("18446744073709551615"),
                Value::from("1.50"),
                Value::from("-01:02:03"),
                Value::from("[1]"),
                Value::from("2026-01-02"),
            ]
        );
    }
}

struct Receiver;

impl UserCreated for Receiver {
    fn user_created(&self, user: &UserRow, rows: &mut RelatedRows) {
        let sql =
            r#"INSERT INTO "notes" (flag, "text", user_id, part, at) VALUES (?4, ?2, ?1, ?5, ?3)"#;
        rows.execute(
            sql,
            vec![
                (*user.id()).into(),
                "what? ?1".into(),
                "2026-01-02 03:04:05".into(),
                true.into(),
                Value::Real(0.25),
            ],
        );
    }
}

#[tokio::test]
async fn receivers_write_every_usual_type() {
    for database in fixtures().await {
        database.execute("CREATE TABLE notes (user_id bigint, at datetime(6), flag boolean, part decimal(5, 2), text longtext)");
        let store = database.open().await;
        let mut new = NewUser::new("zoe", unusable());
        new.date_joined = at("2026-01-02 03:04:05.678901");
        let receiver = std::sync::Arc::new(Receiver);
        let zoe = store.create_user(new.clone(), &[receiver]).await.unwrap();
        assert_eq!(zoe.date_joined(), Some(new.date_joined));
        let sql = "SELECT at || '|' || flag || '|' || part || '|' || text FROM notes";
        assert_eq!(database.texts(sql), ["2026-01-02 03:04:05|1|0.25|what? ?1"]);
    }
}
