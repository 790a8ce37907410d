//! Who the application behind the proxy is told of.

use super::asked::{Asked, PROXIES, app, app_with, bench, on};
use crate::gate::bench::{BOB, BOBS_SESSION, CAROL};

const HEADERS: [&str; 6] = [
    "remote-user",
    "remote-email",
    "remote-name",
    "remote-groups",
    "x-hallpass-user-id",
    "x-hallpass-auth",
];

#[tokio::test]
async fn all_headers_are_there_and_none_is_empty() {
    let bench = bench("[[rule]]\npermissions = ['allow_any']").await;
    let sql = "UPDATE auth_user SET first_name = 'Carol', last_name = 'Öz, the \"2nd\"' WHERE id = 3;
               INSERT INTO auth_group (name) VALUES ('a,b'); INSERT INTO auth_group (name) VALUES ('-');
               INSERT INTO auth_user_groups (user_id, group_id) SELECT 3, id FROM auth_group WHERE name IN ('a,b', '-');
               UPDATE auth_user SET username = '-', email = '' WHERE id = 1;";
    bench.database().execute_batch(sql).unwrap();
    let app = on(&bench);
    let alice = "Token a11ce00000000000000000000000000000000001";
    for proxy in PROXIES {
        for (name, value, expected) in [
            ("x-nothing", "", ["-", "-", "-", "-", "-", "-"]),
            (
                "authorization",
                BOB,
                ["bob", "bob@example.com", "-", "-", "2", "token"],
            ),
            (
                "cookie",
                BOBS_SESSION,
                ["bob", "bob@example.com", "-", "-", "2", "session"],
            ),
            (
                "authorization",
                CAROL,
                [
                    "carol",
                    "carol@example.com",
                    "Carol %C3%96z%2C the %222nd%22",
                    "editors,a%2Cb,%2D",
                    "3",
                    "token",
                ],
            ),
            ("authorization", alice, ["%2D", "-", "-", "-", "1", "token"]),
        ] {
            let answer = Asked::by(proxy).header(name, value).of(&app).await;
            let found = HEADERS.map(|name| answer.header(name).unwrap_or_default());
            assert_eq!(found, expected, "{proxy} {value}");
            assert_eq!(answer.headers.get_all("remote-user").iter().count(), 1);
        }
    }
}

/// What the client sent in our names is seen by no scheme and answered to nobody.
#[tokio::test]
async fn smuggled_names_change_nothing() {
    let app = app_with("[[rule]]\npermissions = ['allow_any']").await;
    for proxy in PROXIES {
        let mut asked = Asked::by(proxy).header("authorization", BOB);
        for name in HEADERS {
            asked = asked
                .header(name, "root")
                .header(name, "root")
                .header(&name.replace('-', "_"), "root");
        }
        let answer = asked.of(&app).await;
        assert_eq!(answer.header("remote-user"), Some("bob"), "{proxy}");
        assert_eq!(answer.header("x-hallpass-user-id"), Some("2"), "{proxy}");
        assert!(!format!("{:?}", answer.headers).contains("root"), "{proxy}");
    }
}

#[tokio::test]
async fn basic_credentials_are_known_too() {
    let app = app().await;
    // bob, colons in the password
    let answer = Asked::by("nginx")
        .header("authorization", "Basic Ym9iOmJvYjpwYXNzOjI=")
        .of(&app)
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-hallpass-auth"), Some("basic"));
}

/// Groups are remembered as users are: only while it is proven that nobody changed them.
#[tokio::test]
async fn a_change_of_groups_is_seen_at_once() {
    let bench = bench("").await;
    let app = on(&bench);
    let asked = Asked::by("caddy").header("authorization", CAROL);
    for (sql, groups) in [
        ("SELECT 1", "editors"),
        (
            "UPDATE auth_group SET name = 'authors' WHERE name = 'editors'",
            "authors",
        ),
        ("DELETE FROM auth_user_groups WHERE user_id = 3", "-"),
    ] {
        bench.database().execute_batch(sql).unwrap();
        for _ in 0..2 {
            let answer = asked.of(&app).await;
            assert_eq!(answer.header("remote-groups"), Some(groups), "{sql}");
        }
    }
}
