//! Look-ups in the fixture that Django made.

use hallpass_formats::timestamp::Timestamp;
use serde_json::Value as Json;

use crate::support::{Database, at};

#[tokio::test]
async fn every_user_and_token_of_the_fixture_is_found() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        store.verify().await.unwrap();
        let fixture: Json =
            serde_json::from_str(include_str!("../../../../tests/vectors/fixture.json")).unwrap();
        for wanted in fixture["users"].as_array().unwrap() {
            if database.is_mariadb() && wanted["username"] == "ALICE" {
                continue;
            }
            let id = wanted["id"].to_string().parse().unwrap();
            let user = store.user_by_id(&id).await.unwrap().unwrap();
            assert_eq!(*user.id(), id);
            assert_eq!(Some(user.username()), wanted["username"].as_str());
            assert_eq!(
                Some(user.password().as_str()),
                wanted["stored_password"].as_str()
            );
            assert_eq!(user.is_active(), wanted["is_active"].as_bool().unwrap());
            assert_eq!(user.is_staff(), wanted["is_staff"].as_bool());
            assert_eq!(user.is_superuser(), wanted["is_superuser"].as_bool());
            assert_eq!(user.last_login(), None);
            assert_eq!(user.date_joined(), Some(at("2026-01-01 00:00:00")));
            let named = store.user_by_username(user.username()).await.unwrap();
            assert_eq!(*named.unwrap().id(), id);
            let token = store.token_of(&id).await.unwrap();
            let key = token.as_ref().map(|token| token.key.as_str());
            assert_eq!(key, wanted["token"].as_str());
            if let Some(key) = key {
                let (token, holder) = store.user_by_token(key).await.unwrap().unwrap();
                assert_eq!((token.user_id, *holder.id()), (id, id));
            }
        }
    }
}

#[tokio::test]
async fn keys_and_names_match_exactly() {
    for database in Database::fixtures().await {
        if database.is_mariadb() {
            // Its own collation decides: see `mariadb/values.rs`.
            continue;
        }
        let store = database.open().await;
        for key in [
            "",
            "A11CE00000000000000000000000000000000001",
            "abc ",
            "ab\0c",
            "ABC",
        ] {
            assert!(store.user_by_token(key).await.unwrap().is_none(), "{key:?}");
        }
        let long = "x".repeat(5000);
        assert!(store.user_by_token(&long).await.unwrap().is_none());
        assert!(store.user_by_username("Alice").await.unwrap().is_none());
        assert!(
            store
                .user_by_id(&"999999".parse().unwrap())
                .await
                .unwrap()
                .is_none()
        );
    }
}

#[tokio::test]
async fn groups_are_named() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let carol = store.user_by_username("carol").await.unwrap().unwrap();
        assert_eq!(store.group_names(carol.id()).await.unwrap(), ["editors"]);
        let bob = store.user_by_username("bob").await.unwrap().unwrap();
        assert!(store.group_names(bob.id()).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_session_lives_until_its_date() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let now = Timestamp::now();
        let key = "salice00000000000000000000000000";
        let session = store.session(key, now).await.unwrap().unwrap();
        assert_eq!(session.expire_date, at("2099-12-31 23:59:59"));
        assert!(session.data.starts_with(".eJx"));
        // Equal is expired already: Django asks for expire_date > now.
        let end = session.expire_date;
        assert!(store.session(key, end).await.unwrap().is_none());
        assert!(
            store
                .session("sexpired000000000000000000000000", now)
                .await
                .unwrap()
                .is_none()
        );
        assert!(store.session("short77", now).await.unwrap().is_none());
        assert!(store.session("eight888", now).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn counts_for_the_doctor() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let users = store.count_users().await.unwrap();
        let found = store.inspect().await.unwrap();
        assert_eq!(found.users, Some(users));
        let journal_mode = database.is_sqlite().then_some("delete");
        assert_eq!(found.journal_mode.as_deref(), journal_mode);
        assert!(found.unapplied_migrations.is_empty() && found.missing_tables.is_empty());
        assert_eq!(found.expired_sessions, Some(1));
        let algorithms = store.password_algorithms().await.unwrap();
        assert_eq!(
            algorithms.iter().map(|(_, count)| count).sum::<u64>(),
            users
        );
        let named = |name| algorithms.iter().find(|(a, _)| a == name).map(|(_, n)| *n);
        assert_eq!(
            (named("argon2"), named("bcrypt"), named("")),
            (Some(1), Some(1), Some(2))
        );
        let without = store.users_without_token().await.unwrap();
        assert_eq!(found.users_without_token, u64::try_from(without.len()).ok());
        assert!(without.iter().any(|(_, name)| name == "grace@example.com"));
    }
}

#[tokio::test]
async fn a_corrupt_row_spoils_only_itself() {
    let database = Database::fixture();
    database.execute(
        "PRAGMA ignore_check_constraints = ON;
         UPDATE auth_user SET date_joined = 'yesterday' WHERE username = 'bob';
         UPDATE auth_user SET is_active = 'maybe' WHERE username = 'carol';
         UPDATE auth_user SET is_active = NULL WHERE 0;
         UPDATE authtoken_token SET created = x'00' WHERE user_id = 6;
         UPDATE auth_user SET password = CAST(x'ff' AS TEXT) WHERE username = 'erin'",
    );
    let store = database.open().await;
    for (name, column) in [
        ("bob", "date_joined"),
        ("carol", "is_active"),
        ("erin", "password"),
    ] {
        let error = store.user_by_username(name).await.unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("a row of auth_user is corrupt"), "{text}");
        assert!(text.contains(column) && !text.contains("maybe"), "{text}");
        assert!(!error.is_unavailable());
    }
    let frank = store
        .user_by_token("f6a0000000000000000000000000000000000006")
        .await;
    assert!(frank.unwrap_err().to_string().contains("authtoken_token"));
    assert!(store.user_by_username("alice").await.unwrap().is_some());
}
