//! User tables of other shapes.

use hallpass_store::{NewUser, Store, StoreError, UserModel, Value};

use crate::support::{Database, at, email_model, unusable};

const MINIMAL: &str = r#"CREATE TABLE people_member (id integer PRIMARY KEY DEFAULT 8, password varchar(128) NOT NULL, badge varchar(20) NOT NULL UNIQUE, floor integer NULL);
    CREATE TABLE authtoken_token ("key" varchar(40) PRIMARY KEY, created timestamp NOT NULL, user_id bigint NOT NULL UNIQUE REFERENCES people_member (id));
    INSERT INTO people_member VALUES (7, '!', 'B-7', 3);
    INSERT INTO authtoken_token VALUES ('seven', '2026-01-02 03:04:05', 7);"#;

#[tokio::test]
async fn email_login_finds_users_by_address() {
    for database in Database::email_fixtures().await {
        let mut options = database.options();
        options.user_model = email_model();
        let store = Store::open(options).await.unwrap();
        store.verify().await.unwrap();
        let alice = store
            .user_by_username("alice@example.com")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(alice.username(), "alice@example.com");
        assert_eq!(alice.email(), Some("alice@example.com"));
        let other_case = store.user_by_username("Alice@example.com").await.unwrap();
        assert_eq!(other_case.is_some(), database.is_mariadb());
        let made = store
            .create_user(NewUser::new("new@example.com", unusable()), &[])
            .await
            .unwrap();
        assert_eq!(made.email(), Some("new@example.com"));
    }
}

#[tokio::test]
async fn a_minimal_model_reads_as_active_without_rights() {
    for database in Database::empties() {
        let mut sql = MINIMAL.to_owned();
        if database.is_mariadb() {
            // Where a key counts up, and has the width of what refers to it.
            sql = sql
                .replace("DEFAULT 8", "AUTO_INCREMENT")
                .replace("user_id bigint", "user_id integer");
        }
        database.execute(&sql);
        let mut options = database.options();
        options.user_model = UserModel::from_label("people.Member", Some("badge")).unwrap();
        options.user_model.extra_columns = vec!["floor".to_owned()];
        let store = Store::open(options).await.unwrap();
        let (token, user) = store.user_by_token("seven").await.unwrap().unwrap();
        assert_eq!(token.created, at("2026-01-02 03:04:05"));
        assert_eq!(user.username(), "B-7");
        let shown = format!("{user:?}");
        assert!(shown.contains("B-7") && !shown.contains("floor"), "{shown}");
        assert_eq!(
            (user.is_active(), user.is_staff(), user.is_superuser()),
            (true, None, None)
        );
        assert_eq!((user.email(), user.date_joined()), (None, None));
        assert_eq!(user.extra(), [("floor".into(), Value::Integer(3))]);
        assert!(store.group_names(user.id()).await.unwrap().is_empty());
        assert_eq!(
            store.set_last_login(user.id(), token.created).await,
            Ok(false)
        );
        let made = store
            .create_user(NewUser::new("B-8", unusable()), &[])
            .await
            .unwrap();
        assert_eq!(made.username(), "B-8");
    }
}

#[tokio::test]
async fn an_unknown_column_is_named_with_its_neighbours() {
    for database in Database::fixtures().await {
        let mut options = database.options();
        options.user_model = UserModel::from_label("auth.User", Some("user_name")).unwrap();
        let error = Store::open(options.clone()).await.unwrap_err();
        let StoreError::UnknownColumn {
            table,
            column,
            nearest,
        } = error
        else {
            panic!("{error}");
        };
        assert_eq!(
            (table.as_str(), column.as_str()),
            ("auth_user", "user_name")
        );
        assert_eq!(nearest.first().map(String::as_str), Some("username"));
        // A mistyped flag must not make every closed account active.
        options.user_model = UserModel::default();
        options.user_model.columns.is_active = "is_activ".to_owned();
        assert!(matches!(
            Store::open(options).await.unwrap_err(),
            StoreError::UnknownColumn { .. }
        ));
    }
}

#[tokio::test]
async fn tokens_of_another_user_table_are_an_error() {
    for database in Database::email_fixtures().await {
        database.execute(
            "CREATE TABLE auth_user (id integer PRIMARY KEY, password varchar(128), last_login timestamp, is_superuser boolean, username varchar(150) UNIQUE, last_name varchar(150), email varchar(254), is_staff boolean, is_active boolean, date_joined timestamp, first_name varchar(150));
             CREATE TABLE auth_user_groups (id integer PRIMARY KEY, user_id integer, group_id integer);
             CREATE TABLE auth_user_user_permissions (id integer PRIMARY KEY, user_id integer, permission_id integer)",
        );
        let store = database.open().await;
        assert_eq!(
            store.verify().await,
            Err(StoreError::WrongUserTable {
                points_to: "app_user".to_owned(),
                expected: "auth_user".to_owned(),
            })
        );
        let found = store.inspect().await.unwrap();
        assert_eq!(found.token_user_table.as_deref(), Some("app_user"));
        assert_eq!(found.user_table, "auth_user");
    }
}

/// `class User(AbstractUser): pass`: the table has both columns, and only the name is unique.
const INHERITED: &str = "CREATE TABLE shop_user (id integer PRIMARY KEY, password varchar(128) NOT NULL, username varchar(150) NOT NULL UNIQUE, email varchar(254) NOT NULL);
    INSERT INTO shop_user VALUES (1, '!', 'ada', 'one@example.com'), (2, '!', 'bob', 'one@example.com'), (3, '!', 'eve', '');";

#[tokio::test]
async fn a_model_that_keeps_its_username_logs_in_by_it() {
    for database in Database::empties() {
        database.execute(INHERITED);
        let mut options = database.options();
        options.user_model = UserModel::from_label("shop.User", None).unwrap();
        let store = Store::open(options).await.unwrap();
        assert_eq!(store.user_model().username_column(), "username");
        assert!(store.user_by_username("ada").await.unwrap().is_some());
        for address in ["one@example.com", ""] {
            assert!(store.user_by_username(address).await.unwrap().is_none());
        }
    }
}

#[tokio::test]
async fn a_login_that_two_people_could_share_is_refused() {
    for database in Database::fixtures().await {
        let mut options = database.options();
        options.user_model = UserModel::from_label("auth.User", Some("email")).unwrap();
        let store = Store::open(options).await.unwrap();
        let login = StoreError::LoginNotUnique {
            table: "auth_user".to_owned(),
            column: "email".to_owned(),
        };
        assert_eq!(store.verify().await, Err(login.clone()));
        assert_eq!(store.inspect().await.err(), Some(login));
    }
}
