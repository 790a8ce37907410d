//! `TokenAuthentication` on a table of the application's own.

use hallpass::{ApiView, Auth, TokenAuthentication};

use super::bench::{BOB, Bench, get};

/// As DRF's own test model `CustomToken` makes it; 2 is bob, 4 the inactive dave.
const CUSTOM_TOKEN: &str = r#"CREATE TABLE authentication_customtoken ("key" varchar(40) NOT NULL PRIMARY KEY, user_id integer NOT NULL UNIQUE REFERENCES auth_user (id));
    INSERT INTO authentication_customtoken SELECT 'key-of-' || username, id FROM auth_user WHERE username IN ('bob', 'dave');"#;

#[tokio::test]
async fn a_view_takes_keys_of_its_own_table() {
    let bench = Bench::new().await;
    bench.database().execute_batch(CUSTOM_TOKEN).unwrap();
    let store = bench.hallpass.store();
    let table = store
        .token_table("authentication_customtoken")
        .await
        .unwrap();
    let answer = async |auth: Auth| {
        let token = auth
            .token()
            .map(|token| (token.key().to_owned(), token.created()));
        format!("{} {token:?}", auth.user().username())
    };
    let view = |scheme| ApiView::new("Own").authentication([scheme]).get(answer);
    let app = bench
        .hallpass
        .router()
        .route(
            "/own/",
            view(TokenAuthentication::new().table(table.clone())),
        )
        .route(
            "/device/",
            view(TokenAuthentication::with_keyword("Device").table(table)),
        )
        .route("/drf/", view(TokenAuthentication::new()))
        .into_router();
    let mine = "Token key-of-bob";
    let answer = get(&app, "/own/", &[("authorization", mine)]).await;
    assert_eq!(answer.body, r#"bob Some(("key-of-bob", None))"#);
    let answer = get(&app, "/device/", &[("authorization", "device key-of-bob")]).await;
    assert_eq!(answer.status, 200);
    let answer = get(&app, "/device/", &[]).await;
    assert_eq!(answer.header("www-authenticate"), Some("Device"));
    for (path, key) in [
        ("/drf/", mine),
        ("/own/", BOB),
        ("/own/", "Token key-of-nobody"),
    ] {
        let answer = get(&app, path, &[("authorization", key)]).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.body, r#"{"detail":"Invalid token."}"#);
    }
    let answer = get(&app, "/own/", &[("authorization", "Token key-of-dave")]).await;
    assert_eq!(answer.body, r#"{"detail":"User inactive or deleted."}"#);
    assert_eq!(
        get(&app, "/drf/", &[("authorization", BOB)]).await.status,
        200
    );
}
