//! Users whose primary key is a UUID: `id = models.UUIDField(primary_key=True, default=uuid.uuid4)`.

use std::sync::Arc;

use hallpass_formats::token::TokenKey;
use hallpass_store::{
    NewUser, RelatedRows, Store, StoreError, StoreOptions, TokenRow, UserCreated, UserId, UserRow,
    Value,
};

use crate::support::{Database, at, email_model, unusable};

const ADA: &str = "0a000000-0000-4000-8000-00000000000a";
const ADAS_HEX: &str = "0a00000000004000800000000000000a";
/// Begins with digits: what a careless comparison takes for the number 42.
const BOB: &str = "42bbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
const BOBS_HEX: &str = "42bbbbbbbbbb4bbb8bbbbbbbbbbbbbbb";

/// Django's tables of such a model in the place of those with a number.
fn tables(uuid: &str) -> String {
    format!(
        r#"DROP TABLE app_user_groups; DROP TABLE app_user_user_permissions; DROP TABLE app_user;
        CREATE TABLE app_user (password varchar(128) NOT NULL, last_login timestamp NULL, is_superuser boolean NOT NULL, first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL, is_staff boolean NOT NULL, is_active boolean NOT NULL, date_joined timestamp NOT NULL, id {uuid} NOT NULL PRIMARY KEY, email varchar(254) NOT NULL UNIQUE, tenant {uuid} NULL);
        CREATE TABLE app_user_groups (id integer NOT NULL PRIMARY KEY, user_id {uuid} NOT NULL REFERENCES app_user (id), group_id integer NOT NULL);
        CREATE TABLE app_user_user_permissions (id integer NOT NULL PRIMARY KEY, user_id {uuid} NOT NULL REFERENCES app_user (id), permission_id integer NOT NULL);
        INSERT INTO auth_group (id, name) VALUES (1, 'editors');
        INSERT INTO app_user (id, email, password, is_superuser, first_name, last_name, is_staff, is_active, date_joined, tenant) VALUES
            ('{ADAS_HEX}', 'ada@example.com', '!', '0', '', '', '0', '1', '2026-01-01 00:00:00', '{BOBS_HEX}'),
            ('{BOBS_HEX}', 'bob@example.com', '!', '0', '', '', '0', '1', '2026-01-01 00:00:00', NULL);
        INSERT INTO app_user_groups (id, user_id, group_id) VALUES (1, '{ADAS_HEX}', 1);
        INSERT INTO app_user_user_permissions (id, user_id, permission_id) SELECT 1, '{ADAS_HEX}', min(id) FROM auth_permission;"#
    )
}

/// Both of MariaDB's ways: Django 5.2 makes native ones from 10.7 on, and `char(32)` remains where it made those before.
fn kinds(database: &Database) -> &'static str {
    if database.is_sqlite() {
        "char(32)"
    } else {
        "uuid"
    }
}

fn options(database: &Database) -> StoreOptions {
    let mut options = database.options();
    options.create = true;
    options.user_model = email_model();
    options
}

async fn store(database: &Database, uuid: &str) -> Store {
    let mut before = options(database);
    before.installed_apps = ["auth", "contenttypes", "app"].map(str::to_owned).to_vec();
    Store::open(before)
        .await
        .unwrap()
        .migrate(|_| ())
        .await
        .unwrap();
    database.execute(&tables(uuid));
    let mut options = options(database);
    options.user_model.extra_columns = vec!["tenant".to_owned()];
    let store = Store::open(options).await.unwrap();
    // Tokens and sessions, beside the users that Django made.
    store.migrate(|_| ()).await.unwrap();
    store.verify().await.unwrap();
    store
}

/// An empty database of each kind with its way of storing a UUID, MariaDB with both of its ways.
fn databases() -> Vec<(Database, &'static str)> {
    let mut all: Vec<_> = Database::empties()
        .into_iter()
        .map(|database| {
            let uuid = kinds(&database);
            (database, uuid)
        })
        .collect();
    let mariadb = Database::empties().into_iter().filter(Database::is_mariadb);
    all.extend(mariadb.map(|database| (database, "char(32)")));
    all
}

fn id(text: &str) -> UserId {
    text.parse().unwrap()
}

#[tokio::test]
async fn users_are_found_and_read() {
    for (database, uuid) in databases() {
        let store = store(&database, uuid).await;
        let ada = store.user_by_id(&id(ADA)).await.unwrap().unwrap();
        assert_eq!(
            (ada.id().to_string().as_str(), ada.username()),
            (ADA, "ada@example.com")
        );
        let tenant = id(BOB).as_uuid().unwrap();
        assert_eq!(ada.extra(), [("tenant".into(), Value::Uuid(tenant))]);
        let named = store
            .user_by_username("bob@example.com")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(*named.id(), id(BOB));
        assert_eq!(named.extra(), [("tenant".into(), Value::Null)]);
        assert_eq!(store.group_names(ada.id()).await.unwrap(), ["editors"]);
        assert_eq!(store.permissions_of(ada.id()).await.unwrap().len(), 1);
        assert!(store.permissions_of(&id(BOB)).await.unwrap().is_empty());
        assert_eq!(store.set_password(ada.id(), &unusable()).await, Ok(true));
        assert_eq!(
            store
                .upgrade_password(ada.id(), &unusable(), &unusable())
                .await,
            Ok(true)
        );
        assert_eq!(
            store
                .set_last_login(ada.id(), at("2026-02-03 04:05:06"))
                .await,
            Ok(true)
        );
        let again = store.user_by_id(ada.id()).await.unwrap().unwrap();
        assert_eq!(again.last_login(), Some(at("2026-02-03 04:05:06")));
        let found = store.inspect().await.unwrap();
        assert_eq!((found.users, found.users_without_token), (Some(2), Some(2)));
    }
}

/// `42` is no prefix of a key, and a UUID is no number that it begins with: MySQL would think so.
#[tokio::test]
async fn a_key_of_the_other_type_is_nobodys() {
    for (database, uuid) in databases() {
        let store = store(&database, uuid).await;
        let number = id("42");
        assert!(store.user_by_id(&number).await.unwrap().is_none());
        assert!(store.token_of(&number).await.unwrap().is_none());
        assert!(store.group_names(&number).await.unwrap().is_empty());
        assert!(store.permissions_of(&number).await.unwrap().is_empty());
        assert_eq!(store.set_password(&number, &unusable()).await, Ok(false));
        assert_eq!(
            store
                .upgrade_password(&number, &unusable(), &unusable())
                .await,
            Ok(false)
        );
        assert_eq!(
            store
                .set_last_login(&number, at("2026-01-01 00:00:00"))
                .await,
            Ok(false)
        );
        refuses_tokens(&store, number).await;
    }
    for database in Database::fixtures().await {
        let store = database.open().await;
        let alice = store.user_by_username("alice").await.unwrap().unwrap();
        assert_eq!(*alice.id(), id("1"));
        let uuid = id("10000000-0000-4000-8000-000000000000");
        let like_hers = id("1abcdef0-0000-4000-8000-000000000000");
        for uuid in [uuid, like_hers] {
            assert!(store.user_by_id(&uuid).await.unwrap().is_none());
            assert!(store.token_of(&uuid).await.unwrap().is_none());
            assert_eq!(store.set_password(&uuid, &unusable()).await, Ok(false));
            refuses_tokens(&store, uuid).await;
        }
        let unchanged = store.user_by_id(alice.id()).await.unwrap().unwrap();
        assert_eq!(unchanged.password(), alice.password());
    }
}

async fn refuses_tokens(store: &Store, id: UserId) {
    let created = at("2026-01-01 00:00:00");
    let key = TokenKey::generate();
    let row = TokenRow {
        key: key.clone(),
        user_id: id,
        created,
    };
    let refused = [
        store
            .get_or_create_token(&id, key.clone(), created)
            .await
            .err(),
        store.replace_token(&id, key, created).await.err(),
        store.create_missing_tokens(vec![row]).await.err(),
    ];
    for error in refused {
        assert!(
            matches!(error, Some(StoreError::Constraint(_))),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn tokens_belong_to_them() {
    for (database, uuid) in databases() {
        let store = store(&database, uuid).await;
        let created = at("2026-01-02 03:04:05");
        let made = store
            .get_or_create_token(&id(ADA), TokenKey::from("ada"), created)
            .await
            .unwrap();
        assert_eq!(made.user_id, id(ADA));
        let kept = store
            .get_or_create_token(&id(ADA), TokenKey::from("other"), created)
            .await
            .unwrap();
        assert_eq!(kept.key.as_str(), "ada");
        let (token, user) = store.user_by_token("ada").await.unwrap().unwrap();
        assert_eq!((token.user_id, *user.id()), (id(ADA), id(ADA)));
        let without = store.users_without_token().await.unwrap();
        assert_eq!(without, [(id(BOB), "bob@example.com".to_owned())]);
        let missing = without.iter().map(|(user_id, _)| TokenRow {
            key: TokenKey::from("bob"),
            user_id: *user_id,
            created,
        });
        assert_eq!(store.create_missing_tokens(missing.collect()).await, Ok(1));
        store
            .replace_token(&id(ADA), TokenKey::from("new"), created)
            .await
            .unwrap();
        assert!(store.user_by_token("ada").await.unwrap().is_none());
        let stored = database.texts(r#"SELECT user_id FROM authtoken_token ORDER BY "key" DESC"#);
        let wanted = if uuid == "uuid" {
            [ADA, BOB]
        } else {
            [ADAS_HEX, BOBS_HEX]
        };
        assert_eq!(stored, wanted);
    }
}

struct Noting;

impl UserCreated for Noting {
    fn user_created(&self, user: &UserRow, rows: &mut RelatedRows) {
        rows.token(TokenKey::from("of the new one"));
        let sql = "INSERT INTO app_user_groups (id, user_id, group_id) VALUES (?1, ?2, ?3)";
        rows.execute(sql, vec![9.into(), (*user.id()).into(), 1.into()]);
    }
}

#[tokio::test]
async fn new_users_get_a_random_key() {
    for (database, uuid) in databases() {
        let store = store(&database, uuid).await;
        let new = NewUser::new("new@example.com", unusable());
        let made = store
            .create_user(new.clone(), &[Arc::new(Noting)])
            .await
            .unwrap();
        let key = made.id().as_uuid().unwrap();
        assert_eq!(key.get_version_num(), 4);
        assert_eq!(made.email(), Some("new@example.com"));
        let (token, user) = store
            .user_by_token("of the new one")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((token.user_id, *user.id()), (*made.id(), *made.id()));
        assert_eq!(store.group_names(made.id()).await.unwrap(), ["editors"]);
        let stored = database.texts("SELECT id FROM app_user WHERE email = 'new@example.com'");
        let hex = key.simple().to_string();
        assert_eq!(stored, [if uuid == "uuid" { key.to_string() } else { hex }]);
        let taken = store.create_user(new, &[]).await.unwrap_err();
        assert_eq!(
            taken,
            StoreError::Duplicate {
                column: "email".to_owned()
            }
        );
    }
}

#[tokio::test]
async fn a_key_of_no_known_type_is_an_error_at_start() {
    for (database, uuid) in databases() {
        drop(store(&database, uuid).await);
        database.execute("ALTER TABLE app_user RENAME TO elsewhere; CREATE TABLE app_user (id varchar(36) NOT NULL PRIMARY KEY, email varchar(254) NOT NULL UNIQUE, password varchar(128) NOT NULL)");
        let error = Store::open(options(&database)).await.unwrap_err();
        let StoreError::ColumnType {
            table,
            column,
            found,
            ..
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!((table.as_str(), column.as_str()), ("app_user", "id"));
        assert!(found.contains("36"), "{found}");
        assert!(!error.is_unavailable() && error.to_string().contains("whole number or a UUID"));
    }
}

#[tokio::test]
async fn what_refers_to_a_user_has_the_keys_type() {
    for (database, uuid) in databases() {
        drop(store(&database, uuid).await);
        for (table, others) in [
            ("app_user_groups", "id integer, group_id integer"),
            (
                "app_user_user_permissions",
                "id integer, permission_id integer",
            ),
            ("authtoken_token", r#""key" varchar(40), created timestamp"#),
        ] {
            let store = Store::open(options(&database)).await.unwrap();
            store.verify().await.unwrap();
            database.execute(&format!("ALTER TABLE {table} RENAME TO kept; CREATE TABLE {table} (user_id bigint NOT NULL, {others})"));
            for error in [store.verify().await.err(), store.inspect().await.err()] {
                let Some(StoreError::ColumnType {
                    table: named,
                    column,
                    found,
                    wanted,
                }) = &error
                else {
                    panic!("{error:?}");
                };
                assert_eq!((named.as_str(), column.as_str()), (table, "user_id"));
                assert!(found == "bigint" && wanted.contains("UUID"), "{error:?}");
            }
            database.execute(&format!(
                "DROP TABLE {table}; ALTER TABLE kept RENAME TO {table}"
            ));
        }
    }
}

/// MariaDB turns the digits into a key once, and not every key into digits.
#[tokio::test]
async fn look_ups_use_the_index() {
    for (database, uuid) in databases() {
        if !database.is_mariadb() {
            continue;
        }
        let _store = store(&database, uuid).await;
        let sql = format!("EXPLAIN FORMAT=JSON SELECT email FROM app_user WHERE id = '{ADAS_HEX}'");
        let plan = database.texts(&sql).join("");
        assert!(plan.contains(r#""access_type": "const""#), "{uuid}: {plan}");
    }
}

/// A row that somebody wrote past Django: the one row is refused.
#[tokio::test]
async fn a_malformed_key_spoils_only_its_row() {
    for (database, uuid) in databases() {
        if uuid == "uuid" {
            continue;
        }
        let store = store(&database, uuid).await;
        database
            .execute("UPDATE app_user SET id = 'no uuid at all' WHERE email = 'bob@example.com'");
        let error = store.user_by_username("bob@example.com").await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        assert!(
            error.to_string().contains("id holds text") && !error.to_string().contains("no uuid")
        );
        assert!(
            store
                .user_by_username("ada@example.com")
                .await
                .unwrap()
                .is_some()
        );
    }
}
