//! Rows and tables that Django would not have written, on every kind of database: the one row is refused or left out, the
//! one table is named, and all others work on.

use hallpass_formats::timestamp::Timestamp;
use hallpass_store::{Store, StoreError, UserModel};

use crate::support::{Database, at};

const ALICE: &str = "a11ce00000000000000000000000000000000001";
const BOB: &str = "b0b0000000000000000000000000000000000002";

/// Lets columns hold NULL that Django made NOT NULL. Each is given with its type there.
fn make_nullable(database: &Database, table: &str, columns: &[(&str, &str)]) {
    if database.is_sqlite() {
        database.execute(&format!(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE name = '{table}'"
        ));
        return;
    }
    for (column, kind) in columns {
        let change = if database.is_postgres() {
            format!("ALTER \"{column}\" DROP NOT NULL")
        } else {
            format!("MODIFY \"{column}\" {kind} NULL")
        };
        database.execute(&format!("ALTER TABLE {table} {change}"));
    }
}

/// What breaks a reference is written past the checks, as a half-restored dump is.
fn execute_unchecked(database: &Database, sql: &str) {
    if database.is_postgres() {
        database.execute(&format!(
            "SET LOCAL session_replication_role = replica; {sql}"
        ));
    } else {
        database.execute(sql);
    }
}

#[tokio::test]
async fn null_where_a_user_must_have_a_value_spoils_only_that_user() {
    for database in Database::fixtures().await {
        let columns = [("username", "varchar(150)"), ("password", "varchar(128)")];
        make_nullable(&database, "auth_user", &columns);
        database.execute(
            "UPDATE auth_user SET password = NULL WHERE id = 1;
             UPDATE auth_user SET username = NULL WHERE id = 2",
        );
        let store = database.open().await;
        store.verify().await.unwrap();
        for (key, column) in [(ALICE, "password"), (BOB, "username")] {
            let error = store.user_by_token(key).await.unwrap_err();
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
            assert!(
                error.to_string().contains(&format!("{column} holds NULL")),
                "{error}"
            );
        }
        assert!(store.user_by_username("carol").await.unwrap().is_some());
        // Not even a look at everybody stumbles over them.
        database.execute("DELETE FROM authtoken_token");
        let without = store.users_without_token().await.unwrap();
        let users = store.count_users().await.unwrap();
        assert_eq!(without.len() as u64, users - 1);
        store.inspect().await.unwrap();
    }
}

#[tokio::test]
async fn null_in_a_flag_is_no_yes() {
    for database in Database::fixtures().await {
        let flags = ["is_active", "is_staff", "is_superuser"];
        make_nullable(&database, "auth_user", &flags.map(|flag| (flag, "bool")));
        database.execute("UPDATE auth_user SET is_active = NULL, is_staff = NULL, is_superuser = NULL WHERE id = 1");
        let store = database.open().await;
        let (_, alice) = store.user_by_token(ALICE).await.unwrap().unwrap();
        assert!(!alice.is_active());
        assert_eq!((alice.is_staff(), alice.is_superuser()), (None, None));
    }
}

#[tokio::test]
async fn null_in_texts_and_dates_is_nothing_known() {
    for database in Database::fixtures().await {
        let columns = [
            ("email", "varchar(254)"),
            ("first_name", "varchar(150)"),
            ("last_name", "varchar(150)"),
            ("date_joined", "datetime(6)"),
        ];
        make_nullable(&database, "auth_user", &columns);
        database.execute("UPDATE auth_user SET email = NULL, first_name = NULL, last_name = NULL, date_joined = NULL WHERE id = 1");
        let store = database.open().await;
        let (_, alice) = store.user_by_token(ALICE).await.unwrap().unwrap();
        assert_eq!(
            (alice.email(), alice.first_name(), alice.last_name()),
            (None, None, None)
        );
        assert_eq!(alice.date_joined(), None);
    }
}

#[tokio::test]
async fn null_in_tokens_and_sessions_spoils_only_that_row() {
    for database in Database::fixtures().await {
        make_nullable(&database, "authtoken_token", &[("created", "datetime(6)")]);
        let columns = [("session_data", "longtext"), ("expire_date", "datetime(6)")];
        make_nullable(&database, "django_session", &columns);
        database.execute(
            "UPDATE authtoken_token SET created = NULL WHERE user_id = 1;
             UPDATE django_session SET session_data = NULL WHERE session_key = 'salice00000000000000000000000000';
             UPDATE django_session SET expire_date = NULL WHERE session_key = 'eight888'",
        );
        let store = database.open().await;
        let error = store.user_by_token(ALICE).await.unwrap_err();
        assert!(error.to_string().contains("created holds NULL"), "{error}");
        assert!(store.user_by_token(BOB).await.unwrap().is_some());
        let now = Timestamp::now();
        let error = store
            .session("salice00000000000000000000000000", now)
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("session_data holds NULL"),
            "{error}"
        );
        // Without a date it lives until no time at all.
        assert!(store.session("eight888", now).await.unwrap().is_none());
        let listed = store.sessions_after("", now, 100).await.unwrap();
        assert!(listed.rows.iter().all(|row| row.key.as_str() != "eight888"));
        assert_eq!(
            store
                .delete_session("salice00000000000000000000000000")
                .await,
            Ok(true)
        );
        store.clear_expired_sessions(now, 100).await.unwrap();
    }
}

#[tokio::test]
async fn references_to_nobody_lead_nowhere() {
    for database in Database::fixtures().await {
        execute_unchecked(
            &database,
            "UPDATE authtoken_token SET user_id = 4711 WHERE user_id = 1;
             UPDATE auth_user_groups SET group_id = 4711 WHERE user_id = 3;
             UPDATE auth_user_user_permissions SET permission_id = 4711 WHERE user_id = 7;
             UPDATE auth_permission SET content_type_id = 4711 WHERE id = 9;
             INSERT INTO auth_user_groups (id, user_id, group_id) VALUES (90, 4711, 1)",
        );
        let store = database.open().await;
        store.verify().await.unwrap();
        assert!(store.user_by_token(ALICE).await.unwrap().is_none());
        let carol = *store.user_by_username("carol").await.unwrap().unwrap().id();
        assert!(store.group_names(&carol).await.unwrap().is_empty());
        assert!(store.permissions_of(&carol).await.unwrap().is_empty());
        let grace = *store
            .user_by_username("grace@example.com")
            .await
            .unwrap()
            .unwrap()
            .id();
        assert!(store.permissions_of(&grace).await.unwrap().is_empty());
        assert_eq!(store.all_permissions().await.unwrap().len(), 31);
        // Alice has none any more, and gets one.
        let alice = *store.user_by_username("alice").await.unwrap().unwrap().id();
        let key = hallpass_formats::token::TokenKey::from("again");
        store
            .get_or_create_token(&alice, key, Timestamp::now())
            .await
            .unwrap();
        assert!(store.user_by_token("again").await.unwrap().is_some());
        store.inspect().await.unwrap();
    }
}

/// Left out it would be a verdict, and for who asks whether somebody is not in a group a wrong one.
#[tokio::test]
async fn a_nameless_group_or_permission_is_told() {
    for database in Database::fixtures().await {
        make_nullable(&database, "auth_group", &[("name", "varchar(150)")]);
        make_nullable(
            &database,
            "auth_permission",
            &[("codename", "varchar(100)")],
        );
        database.execute(
            "UPDATE auth_group SET name = NULL WHERE id = 1;
             UPDATE auth_permission SET codename = NULL WHERE id = 9",
        );
        let store = database.open().await;
        let carol = *store.user_by_username("carol").await.unwrap().unwrap().id();
        let error = store.group_names(&carol).await.unwrap_err().to_string();
        assert!(error.contains("name holds NULL"), "{error}");
        let error = store.permissions_of(&carol).await.unwrap_err().to_string();
        assert!(error.contains("codename holds NULL"), "{error}");
        let quinn = *store.user_by_username("quinn").await.unwrap().unwrap().id();
        assert_eq!(store.group_names(&quinn).await.unwrap(), ["viewers"]);
        assert!(!store.permissions_of(&quinn).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn malformed_hashes_and_sessions_come_as_they_are() {
    for database in Database::fixtures().await {
        let hashes = [
            "",
            "!",
            "pbkdf2_sha256",
            "pbkdf2_sha256$1000000$",
            "argon2$argon2id$v=19$m=1",
            "$$$$",
        ];
        let store = database.open().await;
        for hash in hashes {
            database.execute(&format!(
                "UPDATE auth_user SET password = '{hash}' WHERE id = 1"
            ));
            let (_, alice) = store.user_by_token(ALICE).await.unwrap().unwrap();
            assert_eq!(alice.password().as_str(), hash);
            store.password_algorithms().await.unwrap();
        }
        let key = "salice00000000000000000000000000";
        for data in ["", "garbage", "e30:1abcde:signature", ":::", ".eJx"] {
            database.execute(&format!(
                "UPDATE django_session SET session_data = '{data}' WHERE session_key = '{key}'"
            ));
            let row = store.session(key, Timestamp::now()).await.unwrap().unwrap();
            assert_eq!(row.data, data);
        }
    }
}

/// `class User`'s table with one column of the wrong type.
fn table_with(wrong: &str) -> String {
    let columns = [
        "id integer NOT NULL PRIMARY KEY",
        "login varchar(150) NOT NULL UNIQUE",
        "password varchar(128) NOT NULL",
        "last_login timestamp NULL",
        "is_superuser boolean",
        "is_staff boolean",
        "is_active boolean",
        "first_name varchar(150)",
        "email varchar(254)",
        "date_joined timestamp NULL",
    ];
    let name = wrong.split(' ').next().unwrap();
    let columns = columns.map(|column| {
        let is_it = column.split(' ').next() == Some(name);
        if is_it { wrong } else { column }
    });
    format!("CREATE TABLE crew_member ({})", columns.join(", "))
}

#[tokio::test]
async fn a_column_of_the_wrong_type_is_named_at_start() {
    for database in Database::empties() {
        let mut options = database.options();
        options.create = true;
        options.user_model = UserModel::from_label("crew.Member", Some("login")).unwrap();
        drop(Store::open(options.clone()).await.unwrap());
        for (wrong, named) in [
            ("is_active varchar(5)", "is_active"),
            ("is_staff date", "is_staff"),
            ("is_superuser double precision", "is_superuser"),
            ("password integer", "password"),
            ("login integer UNIQUE", "login"),
            ("email boolean", "email"),
            ("first_name date", "first_name"),
            ("last_login date", "last_login"),
            ("date_joined bigint", "date_joined"),
            ("id varchar(20) PRIMARY KEY", "id"),
        ] {
            database.execute(&table_with(wrong));
            let error = Store::open(options.clone()).await.unwrap_err();
            let StoreError::ColumnType { table, column, .. } = &error else {
                panic!("{wrong}: {error}");
            };
            assert_eq!((table.as_str(), column.as_str()), ("crew_member", named));
            assert!(!error.is_unavailable());
            database.execute("DROP TABLE crew_member");
        }
        database.execute(&table_with("is_active boolean"));
        drop(Store::open(options).await.unwrap());
    }
}

#[tokio::test]
async fn tables_of_another_application_are_named() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        for (table, sql, column) in [
            (
                "authtoken_token",
                "id integer, token varchar(64), user_id integer",
                "key",
            ),
            (
                "authtoken_token",
                r#""key" varchar(64), created timestamp, member integer"#,
                "user_id",
            ),
            (
                "django_session",
                "sid varchar(64), data text",
                "session_key",
            ),
            (
                "auth_user_groups",
                "member_id integer, team_id integer",
                "user_id",
            ),
            (
                "auth_user_user_permissions",
                "id integer, permission_id integer",
                "user_id",
            ),
            ("auth_group", "id integer, label varchar(9)", "name"),
            ("auth_permission", "id integer, verb varchar(9)", "codename"),
            (
                "django_content_type",
                "id integer, mime varchar(9)",
                "app_label",
            ),
        ] {
            database.execute(&format!(
                "ALTER TABLE {table} RENAME TO kept; CREATE TABLE {table} ({sql})"
            ));
            let error = store.verify().await.unwrap_err();
            assert_eq!(
                error,
                StoreError::ForeignTable {
                    table: table.to_owned(),
                    column: column.to_owned()
                }
            );
            assert_eq!(store.inspect().await.err(), Some(error));
            database.execute(&format!(
                "DROP TABLE {table}; ALTER TABLE kept RENAME TO {table}"
            ));
        }
        for (table, sql, column) in [
            (
                "authtoken_token",
                r#""key" integer, created timestamp, user_id integer"#,
                "key",
            ),
            (
                "authtoken_token",
                r#""key" varchar(40), created date, user_id integer"#,
                "created",
            ),
            (
                "django_session",
                "session_key varchar(40), session_data integer, expire_date timestamp",
                "session_data",
            ),
            (
                "django_session",
                "session_key varchar(40), session_data text, expire_date bigint",
                "expire_date",
            ),
        ] {
            database.execute(&format!(
                "ALTER TABLE {table} RENAME TO kept; CREATE TABLE {table} ({sql})"
            ));
            let error = store.verify().await.unwrap_err();
            let StoreError::ColumnType {
                table: named,
                column: wrong,
                ..
            } = &error
            else {
                panic!("{error}");
            };
            assert_eq!((named.as_str(), wrong.as_str()), (table, column));
            database.execute(&format!(
                "DROP TABLE {table}; ALTER TABLE kept RENAME TO {table}"
            ));
        }
        store.verify().await.unwrap();
        // Served all the same, a foreign table is an error of each question, and no panic.
        database.execute("ALTER TABLE auth_user RENAME TO kept; CREATE TABLE auth_user (id integer, name varchar(9))");
        assert!(store.user_by_username("alice").await.is_err());
        assert!(matches!(
            Store::open(database.options()).await.unwrap_err(),
            StoreError::UnknownColumn { .. }
        ));
        assert!(
            store
                .set_last_login(&1.into(), at("2026-01-01 00:00:00"))
                .await
                .is_err()
        );
    }
}
