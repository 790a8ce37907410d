//! What `migrate` makes of an empty database is what Django makes, even in two goes.

use hallpass_store::{AutoField, MigrationError, Store, StoreError, StoreOptions, UserModel};
use serde_json::Value as Json;

use crate::support::{Database, email_model};

const APPS: [&str; 7] = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "rest_framework.authtoken",
    "app",
];

const FACTS: [(&str, &str); 3] = [
    (
        "migrations",
        "SELECT app || '.' || name FROM django_migrations ORDER BY id",
    ),
    (
        "content_types",
        "SELECT app_label || '.' || model FROM django_content_type ORDER BY id",
    ),
    (
        "permissions",
        "SELECT t.app_label || '.' || p.codename || ': ' || p.name FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id ORDER BY p.id",
    ),
];

fn empties() -> impl Iterator<Item = Database> {
    Database::empties().into_iter().filter(Database::is_mariadb)
}

fn options(database: &Database, model: UserModel) -> StoreOptions {
    let mut options = database.options();
    options.user_model = model;
    options.installed_apps = APPS.map(str::to_owned).to_vec();
    options
}

fn texts(json: &Json) -> Vec<String> {
    let text = |item: &Json| match item {
        Json::String(text) => text.clone(),
        pair => pair
            .as_array()
            .unwrap()
            .iter()
            .map(|part| part.as_str().unwrap())
            .collect::<Vec<_>>()
            .join("."),
    };
    json.as_array().unwrap().iter().map(text).collect()
}

/// Django's dump, and what it leaves in its own tables.
fn contract(model: &UserModel) -> (&'static str, Json) {
    let mut contract: Json =
        serde_json::from_str(include_str!("../../../../../tests/vectors/schema.json")).unwrap();
    if model.table == "auth_user" {
        let ddl = include_str!("../../../../../tests/vectors/schema-mariadb.sql");
        (ddl, contract["mariadb"].take())
    } else {
        let ddl = include_str!("../../../../../tests/vectors/schema-mariadb-email-user.sql");
        (ddl, contract["mariadb-email-user"].take())
    }
}

fn equals_the_contract(database: &Database, model: &UserModel) {
    let (ddl, facts) = contract(model);
    assert_eq!(database.dump(), ddl.lines().collect::<Vec<_>>());
    for (what, sql) in FACTS {
        assert_eq!(database.texts(sql), texts(&facts[what]), "{what}");
    }
}

#[tokio::test]
async fn an_empty_database_becomes_djangos() {
    for model in [UserModel::default(), email_model()] {
        for database in empties() {
            let store = Store::open(options(&database, model.clone()))
                .await
                .unwrap();
            store.migrate(|_| ()).await.unwrap();
            equals_the_contract(&database, &model);
            store.verify().await.unwrap();
            assert_eq!(store.migrate(|_| ()).await, Ok(Vec::new()));
            equals_the_contract(&database, &model);
            let found = store.inspect().await.unwrap();
            assert!(found.engine_version.starts_with("MariaDB "));
            assert_eq!(
                found.token_user_table.as_deref(),
                Some(model.table.as_str())
            );
        }
    }
}

/// Nothing can be undone here: what an interrupted `migrate` left is gone on with.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_migration_goes_on() {
    for model in [UserModel::default(), email_model()] {
        for stop in ["contenttypes", "auth", "authtoken", "sessions"] {
            for database in empties() {
                let options = options(&database, model.clone());
                let store = Store::open(options.clone()).await.unwrap();
                let killed = {
                    let store = store.clone();
                    let stop = stop.to_owned();
                    let work = async move { store.migrate(move |m| assert!(m.app != stop)).await };
                    tokio::spawn(work).await
                };
                assert!(killed.is_err());
                // A table of the next application, whose migration is not recorded.
                if stop == "authtoken" {
                    database.execute("DELETE FROM django_migrations WHERE app = 'authtoken'");
                }
                assert!(database.dump().join("").contains("did_not_finish"));
                let store = Store::open(options).await.unwrap();
                store.migrate(|_| ()).await.unwrap();
                let (ddl, facts) = contract(&model);
                assert_eq!(database.dump(), ddl.lines().collect::<Vec<_>>(), "{stop}");
                for (what, sql) in FACTS {
                    assert_eq!(database.texts(sql), texts(&facts[what]), "{stop} {what}");
                }
                store.verify().await.unwrap();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_migration_of_another_project_is_refused() {
    for database in empties() {
        let store = Store::open(options(&database, email_model()))
            .await
            .unwrap();
        let work = async move { store.migrate(|m| assert!(m.app != "authtoken")).await };
        assert!(tokio::spawn(work).await.is_err());
        let before = database.dump();
        let mut options = options(&database, email_model());
        options.default_auto_field = AutoField::Auto;
        database.execute("DELETE FROM django_migrations WHERE app = 'authtoken'");
        let store = Store::open(options).await.unwrap();
        let refused = store.migrate(|_| ()).await;
        assert!(
            matches!(
                refused,
                Err(StoreError::Migration(MigrationError::OlderShape { .. }))
            ),
            "{refused:?}"
        );
        assert_eq!(database.dump(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_migrate_at_once_one_finds_nothing_to_do() {
    for database in empties() {
        let (one, other) = (database.open().await, database.open().await);
        let (one, other) = tokio::join!(one.migrate(|_| ()), other.migrate(|_| ()));
        let counts = [one.unwrap().len(), other.unwrap().len()];
        assert!(
            counts.contains(&0) && counts.iter().sum::<usize>() > 15,
            "{counts:?}"
        );
    }
}

#[tokio::test]
async fn keys_of_every_width_are_made() {
    for auto_field in [AutoField::Auto, AutoField::SmallAuto] {
        for database in empties() {
            let mut options = options(&database, email_model());
            options.default_auto_field = auto_field;
            let store = Store::open(options).await.unwrap();
            store.migrate(|_| ()).await.unwrap();
            let width = match auto_field {
                AutoField::SmallAuto => "smallint",
                _ => "int",
            };
            let sql = "SELECT data_type FROM information_schema.columns WHERE table_schema = DATABASE() AND (table_name, column_name) IN (('app_user', 'id'), ('authtoken_token', 'user_id'), ('auth_group_permissions', 'id'))";
            assert_eq!(database.texts(sql), [width; 3]);
        }
    }
}
