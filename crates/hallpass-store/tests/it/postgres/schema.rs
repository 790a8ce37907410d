//! What `migrate` makes of an empty database is what Django makes.

use hallpass_store::{AutoField, DatabaseUrl, Store, StoreOptions, UserModel};
use serde_json::Value as Json;

use crate::support::server::Server;
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

#[tokio::test]
async fn an_empty_database_becomes_djangos() {
    let contract: Json =
        serde_json::from_str(include_str!("../../../../../tests/vectors/schema.json")).unwrap();
    for (model, ddl, facts) in [
        (
            UserModel::default(),
            include_str!("../../../../../tests/vectors/schema-postgresql.sql"),
            &contract["postgresql"],
        ),
        (
            email_model(),
            include_str!("../../../../../tests/vectors/schema-postgresql-email-user.sql"),
            &contract["postgresql-email-user"],
        ),
    ] {
        for database in Database::empties()
            .into_iter()
            .filter(Database::is_postgres)
        {
            let store = Store::open(options(&database, model.clone()))
                .await
                .unwrap();
            let applied = store.migrate(|_| ()).await.unwrap();
            assert_eq!(database.dump(), ddl.lines().collect::<Vec<_>>());
            assert_eq!(applied.len(), facts["migrations"].as_array().unwrap().len());
            for (what, sql) in [
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
            ] {
                assert_eq!(database.texts(sql), texts(&facts[what]), "{what}");
            }
            store.verify().await.unwrap();
            let before = database.dump();
            assert_eq!(store.migrate(|_| ()).await, Ok(Vec::new()));
            assert_eq!(database.dump(), before);
            let found = store.inspect().await.unwrap();
            assert!(found.engine_version.starts_with("PostgreSQL "));
            assert_eq!(
                found.token_user_table.as_deref(),
                Some(model.table.as_str())
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_migrate_at_once_one_finds_nothing_to_do() {
    for database in Database::empties()
        .into_iter()
        .filter(Database::is_postgres)
    {
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
        for database in Database::empties()
            .into_iter()
            .filter(Database::is_postgres)
        {
            let mut options = options(&database, email_model());
            options.default_auto_field = auto_field;
            let store = Store::open(options).await.unwrap();
            store.migrate(|_| ()).await.unwrap();
            let width = match auto_field {
                AutoField::SmallAuto => "smallint",
                _ => "integer",
            };
            let sql = "SELECT data_type FROM information_schema.columns WHERE (table_name, column_name) IN (('app_user', 'id'), ('authtoken_token', 'user_id'), ('auth_group_permissions', 'id'))";
            assert_eq!(database.texts(sql), [width; 3]);
        }
    }
}

/// Two projects may share a database, each in a schema of its own.
#[tokio::test]
async fn the_search_path_is_respected() {
    let Some(server) = Server::shared() else {
        return;
    };
    server.texts("postgres", "CREATE DATABASE two_projects");
    server.texts("two_projects", "CREATE SCHEMA one; CREATE SCHEMA two");
    for schema in ["one", "two"] {
        let url = server.url("two_projects") + "?options=-c%20search_path%3D" + schema;
        let url = DatabaseUrl::parse(&url).unwrap();
        let store = Store::open(StoreOptions::new(url)).await.unwrap();
        assert!(store.verify().await.is_err());
        store.migrate(|_| ()).await.unwrap();
        store.verify().await.unwrap();
        assert_eq!(store.count_users().await, Ok(0));
    }
    let sql = "SELECT schemaname FROM pg_tables WHERE tablename = 'auth_user' ORDER BY 1";
    assert_eq!(server.texts("two_projects", sql), ["one", "two"]);
}
