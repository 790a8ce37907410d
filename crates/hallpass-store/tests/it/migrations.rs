//! `migrate` on databases that somebody else began.

use std::sync::{Arc, Mutex};

use hallpass_store::{MigrationError, Store, StoreError, UserModel};

use crate::support::{Database, email_model};

async fn refusal(store: &Store) -> MigrationError {
    match store.migrate(|_| ()).await {
        Err(StoreError::Migration(error)) => error,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_database_of_django_is_left_alone() {
    let database = Database::fixture();
    let before = std::fs::read(&database.path).unwrap();
    let store = database.open().await;
    assert_eq!(store.migrate(|_| ()).await, Ok(Vec::new()));
    assert!(
        store
            .migration_state()
            .await
            .unwrap()
            .iter()
            .all(|m| m.applied)
    );
    drop(store);
    assert_eq!(std::fs::read(&database.path).unwrap(), before);
    assert_eq!(database.texts("PRAGMA journal_mode"), ["delete"]);
}

#[tokio::test]
async fn only_the_missing_application_is_added() {
    for database in Database::fixtures().await {
        let whole = database.dump();
        database.execute(
            "DROP TABLE authtoken_token; DELETE FROM django_migrations WHERE app = 'authtoken';
             DELETE FROM auth_permission WHERE content_type_id IN (SELECT id FROM django_content_type WHERE app_label = 'authtoken');
             DELETE FROM django_content_type WHERE app_label = 'authtoken'",
        );
        let store = database.open().await;
        assert_eq!(
            store.verify().await,
            Err(StoreError::MissingTables(vec![
                "authtoken_token".to_owned()
            ]))
        );
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        let applied = store
            .migrate(move |m| tell.lock().unwrap().push(m.name.clone()))
            .await
            .unwrap();
        assert_eq!(applied.len(), 4);
        assert_eq!(told.lock().unwrap().len(), 4);
        assert_eq!(database.dump(), whole);
        assert_eq!(
            database.texts(
                "SELECT model FROM django_content_type WHERE app_label = 'authtoken' ORDER BY id"
            ),
            ["token", "tokenproxy"]
        );
        if database.is_sqlite() {
            assert_eq!(database.texts("PRAGMA journal_mode"), ["delete"]);
        }
        store.verify().await.unwrap();
    }
}

#[tokio::test]
async fn later_migrations_without_changes_are_recorded() {
    for database in Database::fixtures().await {
        database.execute(
            "DELETE FROM django_migrations WHERE app = 'authtoken' AND name <> '0001_initial'",
        );
        let before = database.dump();
        let store = database.open().await;
        assert_eq!(store.migrate(|_| ()).await.unwrap().len(), 3);
        assert_eq!(database.dump(), before);
    }
}

#[tokio::test]
async fn an_older_shape_is_left_to_django() {
    let database = Database::fixture();
    database.execute(
        "DELETE FROM django_migrations WHERE name = '0012_alter_user_first_name_max_length';
         PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, '\"first_name\" varchar(150)', '\"first_name\" varchar(30)') WHERE name = 'auth_user'",
    );
    let store = database.open().await;
    assert_eq!(
        refusal(&store).await,
        MigrationError::OlderShape {
            table: "auth_user".to_owned(),
            migration: "auth.0012_alter_user_first_name_max_length".to_owned(),
        }
    );
}

#[tokio::test]
async fn unrecorded_tables_are_refused_by_name() {
    for database in Database::fixtures().await {
        database.execute("DROP TABLE django_migrations");
        let before = database.dump();
        let store = database.open().await;
        let MigrationError::TablesExist(tables) = refusal(&store).await else {
            panic!("another refusal");
        };
        assert!(tables.contains(&"auth_user".to_owned()), "{tables:?}");
        assert_eq!(database.dump(), before);
    }
}

#[tokio::test]
async fn a_user_model_changed_late_is_refused_in_djangos_words() {
    for database in Database::fixtures().await {
        let mut options = database.options();
        options.user_model = email_model();
        let store = Store::open(options).await.unwrap();
        assert_eq!(
            refusal(&store).await.to_string(),
            "Migration authtoken.0001_initial is applied before its dependency app.0001_initial on database 'default'."
        );
    }
}

#[tokio::test]
async fn the_projects_own_migrations_of_its_user_model_count() {
    for database in Database::email_fixtures().await {
        database.execute("UPDATE django_migrations SET name = '0007_users' WHERE app = 'app'");
        let mut options = database.options();
        options.user_model = email_model();
        let store = Store::open(options).await.unwrap();
        assert_eq!(store.migrate(|_| ()).await, Ok(Vec::new()));
        let state = store.migration_state().await.unwrap();
        assert!(state.iter().any(|m| m.name == "0007_users" && m.applied));
    }
}

#[tokio::test]
async fn what_cannot_be_made_is_refused_and_nothing_is_written() {
    for database in Database::empties() {
        let mut options = database.options();
        options.create = true;
        options.user_model = UserModel::from_label("crew.Member", Some("badge")).unwrap();
        let store = Store::open(options.clone()).await.unwrap();
        assert_eq!(
            refusal(&store).await,
            MigrationError::CustomUserModel("crew.Member".to_owned())
        );
        options.user_model = UserModel::default();
        options.installed_apps = vec!["django.contrib.auth".to_owned()];
        let store = Store::open(options).await.unwrap();
        assert!(matches!(
            refusal(&store).await,
            MigrationError::MissingApp { .. }
        ));
        assert_eq!(database.dump(), [""; 0]);
    }
}

/// Tokens and session keys stand in it in clear.
#[cfg(unix)]
#[tokio::test]
async fn a_new_database_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let database = Database::nowhere();
    let mut options = database.options();
    options.create = true;
    let store = Store::open(options).await.unwrap();
    store.migrate(|_| ()).await.unwrap();
    let rights = std::fs::metadata(&database.path).unwrap().permissions();
    assert_eq!(rights.mode() & 0o777, 0o600);
}
