//! What `migrate` makes of an empty file is what Django makes.

use hallpass_store::{AutoField, Store, StoreError, UserModel};
use serde_json::Value as Json;

use crate::support::{Database, email_model};

const DDL: &str = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name";
const STARTPROJECT: [&str; 8] = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
];

fn strings(json: &Json) -> Vec<String> {
    let list = json.as_array().unwrap();
    list.iter()
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

async fn migrated(model: UserModel, apps: &[&str], auto_field: AutoField) -> (Database, Store) {
    let database = Database::nowhere();
    let mut options = database.options();
    options.create = true;
    options.user_model = model;
    options.installed_apps = apps.iter().map(ToString::to_string).collect();
    options.default_auto_field = auto_field;
    let store = Store::open(options).await.unwrap();
    store.migrate(|_| ()).await.unwrap();
    (database, store)
}

async fn equals_the_contract(model: UserModel, apps: &[&str], ddl: &str, facts: &str) {
    let (database, store) = migrated(model, apps, AutoField::BigAuto).await;
    let made: Vec<String> = database
        .texts(DDL)
        .iter()
        .map(|sql| format!("{sql};"))
        .collect();
    assert_eq!(made, ddl.lines().collect::<Vec<_>>());
    let contract: Json =
        serde_json::from_str(include_str!("../../../../tests/vectors/schema.json")).unwrap();
    let facts = &contract[facts];
    assert_eq!(
        database.texts("SELECT app || '.' || name FROM django_migrations ORDER BY id"),
        strings(&facts["migrations"])
    );
    let types: Vec<String> = facts["content_types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| strings(pair).join("."))
        .collect();
    assert_eq!(
        database.texts("SELECT app_label || '.' || model FROM django_content_type ORDER BY id"),
        types
    );
    assert_eq!(
        database.texts("SELECT t.app_label || '.' || p.codename || ': ' || p.name FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id ORDER BY p.id"),
        strings(&facts["permissions"])
    );
    store.verify().await.unwrap();
}

#[tokio::test]
async fn the_usual_project_has_djangos_schema() {
    let ddl = include_str!("../../../../tests/vectors/schema-sqlite.sql");
    equals_the_contract(UserModel::default(), &STARTPROJECT, ddl, "sqlite").await;
}

#[tokio::test]
async fn a_user_model_with_email_login_has_djangos_schema() {
    let ddl = include_str!("../../../../tests/vectors/schema-sqlite-email-user.sql");
    let mut apps = STARTPROJECT.to_vec();
    apps.push("app");
    equals_the_contract(email_model(), &apps, ddl, "sqlite-email-user").await;
}

/// Recorded from Django by `tests/data/migrate.py`: other labels, key types and orders.
#[tokio::test]
async fn every_recorded_project_has_djangos_schema() {
    let projects: Vec<Json> = serde_json::from_str(include_str!("../data/migrate.json")).unwrap();
    assert!(projects.len() >= 8);
    for project in projects {
        let name = project["name"].as_str().unwrap();
        let label = project["auth_user_model"].as_str().unwrap();
        let model = UserModel::from_label(label, project["username_field"].as_str()).unwrap();
        let apps = strings(&project["installed_apps"]);
        let apps: Vec<&str> = apps.iter().map(String::as_str).collect();
        let auto_field = match project["default_auto_field"].as_str().unwrap() {
            "django.db.models.AutoField" => AutoField::Auto,
            "django.db.models.SmallAutoField" => AutoField::SmallAuto,
            _ => AutoField::BigAuto,
        };
        let (database, store) = migrated(model, &apps, auto_field).await;
        for (what, sql) in [
            ("ddl", DDL),
            (
                "migrations",
                "SELECT app || '.' || name FROM django_migrations ORDER BY id",
            ),
            (
                "content_types",
                "SELECT id || ':' || app_label || '.' || model FROM django_content_type ORDER BY id",
            ),
            (
                "permissions",
                "SELECT id || ':' || content_type_id || ':' || codename || ':' || name FROM auth_permission ORDER BY id",
            ),
        ] {
            assert_eq!(
                database.texts(sql),
                strings(&project[what]),
                "{name}: {what}"
            );
        }
        store.verify().await.unwrap();
    }
}

#[tokio::test]
async fn a_file_of_ours_is_in_wal_mode() {
    let (database, store) =
        migrated(UserModel::default(), &STARTPROJECT, AutoField::default()).await;
    assert_eq!(database.texts("PRAGMA journal_mode"), ["wal"]);
    let found = store.inspect().await.unwrap();
    assert_eq!(found.journal_mode.as_deref(), Some("wal"));
    assert_eq!(found.missing_tables, [""; 0]);
    assert_eq!((found.users, found.users_without_token), (Some(0), Some(0)));
}

#[tokio::test]
async fn a_database_in_memory_can_be_migrated_and_used() {
    let options = hallpass_store::StoreOptions::new(hallpass_store::DatabaseUrl::memory());
    let store = Store::open(options).await.unwrap();
    assert!(matches!(
        store.verify().await,
        Err(StoreError::MissingTables(_))
    ));
    store.migrate(|_| ()).await.unwrap();
    store.verify().await.unwrap();
    assert_eq!(store.count_users().await, Ok(0));
}
