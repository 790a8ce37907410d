//! Permissions, pages of sessions, and tokens for many, on every database.

use hallpass_formats::session::SessionKey;
use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;
use hallpass_store::{PermissionRow, SessionRow, Store, StoreError, TokenRow, UserId};

use crate::support::{Database, at};

fn codes(rows: &[PermissionRow], through_group: bool) -> Vec<String> {
    let rows = rows.iter().filter(|row| row.through_group == through_group);
    let mut codes: Vec<String> = rows
        .map(|row| format!("{}.{}", row.app_label, row.codename))
        .collect();
    codes.sort();
    codes
}

async fn id_of(store: &Store, name: &str) -> UserId {
    *store.user_by_username(name).await.unwrap().unwrap().id()
}

#[tokio::test]
async fn permissions_are_djangos() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let grace = id_of(&store, "grace@example.com").await;
        let direct = store.permissions_of(&grace).await.unwrap();
        assert_eq!(codes(&direct, false), ["auth.delete_group"]);
        assert!(codes(&direct, true).is_empty());
        let carol = id_of(&store, "carol").await;
        let of_group = store.permissions_of(&carol).await.unwrap();
        assert_eq!(
            codes(&of_group, true),
            ["auth.add_group", "auth.change_group", "auth.view_group"]
        );
        assert_eq!(store.all_permissions().await.unwrap().len(), 32);
    }
}

#[tokio::test]
async fn pages_of_sessions_follow_each_other() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let now = at("2030-01-01 00:00:00");
        let mut wanted = Vec::new();
        for number in 0..7 {
            let key = SessionKey::from_cookie(&format!("page{number:028}")).unwrap();
            wanted.push(key.as_str().to_owned());
            let row = SessionRow {
                key,
                data: "x".to_owned(),
                expire_date: now.add_seconds(1),
            };
            store.insert_session(row).await.unwrap();
        }
        let (mut found, mut next) = (Vec::new(), Some(String::new()));
        while let Some(after) = next {
            let page = store.sessions_after(&after, now, 3).await.unwrap();
            found.extend(page.rows.into_iter().map(|row| row.key.as_str().to_owned()));
            next = page.next;
        }
        let mut sorted = found.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), found.len(), "each once: {found:?}");
        found.retain(|key| key.starts_with("page"));
        assert_eq!(found, wanted);
        let century = now.add_seconds(100 * 365 * 86_400);
        let later = store.sessions_after("", century, 3).await.unwrap();
        assert!(later.rows.iter().all(|row| row.expire_date > century));
    }
}

#[tokio::test]
async fn tokens_are_made_for_those_without() {
    for database in Database::fixtures().await {
        let store = database.open().await;
        let without = store.users_without_token().await.unwrap();
        assert!(!without.is_empty());
        let alice = id_of(&store, "alice").await;
        let before = store.token_of(&alice).await.unwrap().unwrap();
        let fresh = |user_id| TokenRow {
            key: TokenKey::generate(),
            user_id,
            created: Timestamp::now(),
        };
        let mut wanted: Vec<TokenRow> = without.iter().map(|(id, _)| fresh(*id)).collect();
        wanted.push(fresh(alice));
        let nobody: UserId = "999999".parse().unwrap();
        let mut impossible = wanted.clone();
        impossible.push(fresh(nobody));
        let refused = store.create_missing_tokens(impossible).await;
        assert!(
            matches!(refused, Err(StoreError::Constraint(_))),
            "{refused:?}"
        );
        assert_eq!(store.users_without_token().await.unwrap(), without);

        let created = store.create_missing_tokens(wanted).await.unwrap();
        assert_eq!(created, without.len() as u64);
        assert!(store.users_without_token().await.unwrap().is_empty());
        let after = store.token_of(&alice).await.unwrap().unwrap();
        assert_eq!(after.key, before.key);
    }
}
