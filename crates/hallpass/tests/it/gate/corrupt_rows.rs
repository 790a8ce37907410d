//! Rows that Django would not have written: the one credential is refused, nobody else notices, and only a fault of the
//! database itself is 503.

use axum::Router;
use hallpass::views::{ObtainAuthToken, whoami};

use super::bench::{Answer, BOB, BOBS_SESSION, Bench, CAROL, get, send};

const WHOAMI: &str = "/api/whoami/";
const TOKEN: &str = "/api-token-auth/";

/// The app beside a database on which the statements were run.
async fn beside(sql: &str) -> (Bench, Router) {
    let bench = Bench::new().await;
    bench.database().execute_batch(sql).unwrap();
    let app = bench
        .hallpass
        .router()
        .route(WHOAMI, whoami(&bench.hallpass))
        .route(TOKEN, ObtainAuthToken::new().into_view())
        .into_router();
    (bench, app)
}

async fn who(app: &Router, header: (&str, &str)) -> Answer {
    get(app, WHOAMI, &[header]).await
}

async fn log_in(app: &Router, name: &str) -> Answer {
    let body = format!(r#"{{"username":"{name}","password":"{name}-pass-1"}}"#);
    let json = ("content-type", "application/json");
    send(app, "POST", TOKEN, &[json], &body).await
}

#[tokio::test]
async fn a_token_that_cannot_be_read_is_invalid() {
    for sql in [
        "UPDATE authtoken_token SET created = x'00' WHERE user_id = 2",
        "UPDATE auth_user SET is_active = 'maybe' WHERE id = 2",
        "UPDATE auth_user SET date_joined = 'yesterday' WHERE id = 2",
        "PRAGMA foreign_keys = OFF; UPDATE authtoken_token SET user_id = 4711 WHERE user_id = 2",
        "PRAGMA foreign_keys = OFF; DELETE FROM auth_user WHERE id = 2",
    ] {
        let (_bench, app) = beside(sql).await;
        let bob = who(&app, ("authorization", BOB)).await;
        assert_eq!(
            (bob.status, bob.body.as_str()),
            (403, r#"{"detail":"Invalid token."}"#),
            "{sql}"
        );
        let carol = who(&app, ("authorization", CAROL)).await;
        assert_eq!(carol.status, 200, "{sql}");
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_read_is_anonymous() {
    let (_bench, app) = beside("").await;
    assert_eq!(who(&app, ("cookie", BOBS_SESSION)).await.status, 200);
    let anonymous = get(&app, WHOAMI, &[]).await;
    for sql in [
        "UPDATE django_session SET session_data = 'garbage'",
        "UPDATE django_session SET session_data = ''",
        "UPDATE django_session SET session_data = x'00'",
        "UPDATE django_session SET session_data = substr(session_data, 1, 40)",
        "PRAGMA foreign_keys = OFF; DELETE FROM auth_user WHERE id = 2",
        "UPDATE auth_user SET is_active = 'maybe' WHERE id = 2",
    ] {
        let (_bench, app) = beside(sql).await;
        let bob = who(&app, ("cookie", BOBS_SESSION)).await;
        assert_eq!(
            (bob.status, bob.body),
            (anonymous.status, anonymous.body.clone()),
            "{sql}"
        );
    }
}

#[tokio::test]
async fn a_truncated_hash_is_a_wrong_password() {
    let (_bench, app) = beside("").await;
    assert_eq!(log_in(&app, "alice").await.status, 200);
    for length in [0, 1, 13, 14, 20, 22, 40, 60] {
        let sql =
            format!("UPDATE auth_user SET password = substr(password, 1, {length}) WHERE id = 1");
        let (_bench, app) = beside(&sql).await;
        let alice = log_in(&app, "alice").await;
        assert_eq!(alice.status, 400, "{length}: {}", alice.body);
        assert!(alice.body.contains("Unable to log in"), "{}", alice.body);
    }
}

/// The password is right, but which token is the user's nobody can tell. Asking again does not help.
#[tokio::test]
async fn an_answer_that_needs_a_corrupt_row_is_500() {
    let (_bench, app) =
        beside("UPDATE authtoken_token SET created = x'00' WHERE user_id = 1").await;
    let alice = log_in(&app, "alice").await;
    assert_eq!((alice.status, alice.header("retry-after")), (500, None));
    let (_bench, app) = beside("DROP TABLE authtoken_token").await;
    let alice = log_in(&app, "alice").await;
    assert_eq!(alice.status, 503);
    assert!(alice.header("retry-after").is_some());
}

#[tokio::test]
async fn a_group_that_cannot_be_read_is_500_for_its_members() {
    let (_bench, app) = beside("UPDATE auth_group SET name = x'00' WHERE id = 1").await;
    let carol = who(&app, ("authorization", CAROL)).await;
    assert_eq!((carol.status, carol.header("retry-after")), (500, None));
    let bob = who(&app, ("authorization", BOB)).await;
    assert_eq!(bob.status, 200);
}
