//! A table of tokens that is the application's own, as `class CustomToken(Model)` makes it.

use hallpass_store::StoreError;

use crate::support::{Database, at};

const KEY: &str = "c0ffee0000000000000000000000000000000002";

/// Bob is number 2 in the fixture. The table as DRF's own test model is, without a date.
const CUSTOM_TOKEN: &str = r#"CREATE TABLE authentication_customtoken ("key" varchar(40) NOT NULL PRIMARY KEY, user_id integer NOT NULL UNIQUE REFERENCES auth_user (id));
    INSERT INTO authentication_customtoken VALUES ('c0ffee0000000000000000000000000000000002', 2);"#;

#[tokio::test]
async fn a_key_is_found_in_its_own_table_only() {
    for database in Database::fixtures().await {
        database.execute(CUSTOM_TOKEN);
        let store = database.open().await;
        let table = store
            .token_table("authentication_customtoken")
            .await
            .unwrap();
        let found = store.user_by_own_token(&table, KEY).await.unwrap();
        let (token, user) = found.unwrap();
        assert_eq!((token.key.as_str(), user.username()), (KEY, "bob"));
        assert_eq!(token.created, None);
        assert!(store.user_by_token(KEY).await.unwrap().is_none());
        let of_drf = "b0b0000000000000000000000000000000000002";
        assert!(store.user_by_token(of_drf).await.unwrap().is_some());
        for unknown in [of_drf, "", "C0FFEE", "c0ffee\0"] {
            let found = store.user_by_own_token(&table, unknown).await.unwrap();
            assert!(found.is_none(), "{unknown:?}");
        }
    }
}

#[tokio::test]
async fn a_date_is_read_where_there_is_one() {
    for database in Database::fixtures().await {
        database.execute(
            r#"CREATE TABLE devices ("key" varchar(64) NOT NULL PRIMARY KEY, created timestamp NOT NULL, user_id integer NOT NULL, name varchar(20) NOT NULL);
            INSERT INTO devices VALUES ('phone', '2026-01-02 03:04:05', 2, 'a'); INSERT INTO devices VALUES ('watch', '2026-01-02 03:04:05', 2, 'b');"#,
        );
        let store = database.open().await;
        let table = store.token_table("devices").await.unwrap();
        for key in ["phone", "watch"] {
            let (token, user) = store.user_by_own_token(&table, key).await.unwrap().unwrap();
            assert_eq!(user.username(), "bob");
            assert_eq!(token.created, Some(at("2026-01-02 03:04:05")));
        }
    }
}

/// Told at start, and not to the first caller.
#[tokio::test]
async fn what_is_no_table_of_tokens_is_refused() {
    for database in Database::fixtures().await {
        database.execute(
            r#"CREATE TABLE no_user ("key" varchar(40) NOT NULL PRIMARY KEY);
            CREATE TABLE no_key (user_id integer NOT NULL);
            CREATE TABLE twice ("key" varchar(40) NOT NULL, user_id integer NOT NULL);
            CREATE TABLE number_as_key ("key" integer NOT NULL PRIMARY KEY, user_id integer NOT NULL);
            CREATE TABLE text_as_user ("key" varchar(40) NOT NULL PRIMARY KEY, user_id varchar(20) NOT NULL);
            CREATE TABLE of_groups ("key" varchar(40) NOT NULL PRIMARY KEY, user_id integer NOT NULL REFERENCES auth_group (id));"#,
        );
        let store = database.open().await;
        for name in ["no_user", "no_key", "twice"] {
            let error = store.token_table(name).await.unwrap_err();
            assert!(
                matches!(error, StoreError::TokenTable { .. }),
                "{name}: {error}"
            );
        }
        for name in ["number_as_key", "text_as_user"] {
            let error = store.token_table(name).await.unwrap_err();
            assert!(
                matches!(error, StoreError::ColumnType { .. }),
                "{name}: {error}"
            );
        }
        let error = store.token_table("of_groups").await.unwrap_err();
        assert!(matches!(error, StoreError::TokenTable { .. }), "{error}");
        let error = store.token_table("nowhere").await.unwrap_err();
        assert!(matches!(error, StoreError::MissingTables(_)), "{error}");
        let error = store
            .token_table("a\"; DROP TABLE auth_user; --")
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::MissingTables(_)), "{error}");
    }
}
