//! Refusals: what is wrong with the caller, what is wrong with us.

use super::asked::{Asked, HTML, PROXIES, app, app_with, bench, on};
use crate::gate::bench::{BOB, CAROL};

#[tokio::test]
async fn wrong_credentials_are_refused_even_where_everybody_may_pass() {
    let app = app_with("[[rule]]\npermissions = ['allow_any']").await;
    let inactive = "Token dafe000000000000000000000000000000000004";
    for proxy in PROXIES {
        for (credential, detail) in [
            ("Token wrong", "Invalid token."),
            (inactive, "User inactive or deleted."),
            ("Basic Ym9iOndyb25n", "Invalid username/password."),
            ("Token a b", "Token string should not contain spaces."),
        ] {
            let asked = Asked::by(proxy).header("authorization", credential);
            let answer = asked.of(&app).await;
            assert_eq!(answer.status, 401, "{proxy} {credential}");
            assert!(answer.body.contains(detail), "{}", answer.body);
            assert!(answer.header("www-authenticate").is_some());
            assert_eq!(answer.header("remote-user"), None);
        }
    }
}

#[tokio::test]
async fn who_is_known_and_not_allowed_is_not_sent_to_log_in() {
    let app = app_with("[[rule]]\npermissions = ['is_admin_user']").await;
    for proxy in PROXIES {
        let asked = Asked::by(proxy).header("cookie", "sessionid=sbob0000000000000000000000000000");
        let answer = asked.of(&app).await;
        assert_eq!(answer.status, 403, "{proxy}");
        assert_eq!(answer.header("x-hallpass-reason"), Some("denied"));
        let person = asked.header("accept", HTML).of(&app).await;
        assert_eq!((person.status, person.header("location")), (403, None));
        assert!(person.body.contains("<h1>Forbidden"), "{}", person.body);
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    for proxy in PROXIES {
        let app = app_with("[[rule]]\npath = '/slow/'\nthrottle = '2/hour'").await;
        let asked = Asked::by(proxy)
            .target("/slow/x")
            .header("authorization", BOB);
        for _ in 0..2 {
            assert_eq!(asked.of(&app).await.status, 200, "{proxy}");
        }
        let answer = asked.of(&app).await;
        // nginx would make 500 of 429.
        let status = if proxy == "nginx" { 403 } else { 429 };
        assert_eq!(answer.status, status, "{proxy}");
        assert_eq!(answer.header("x-hallpass-reason"), Some("throttled"));
        let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((3590..=3600).contains(&wait), "{wait}");
        // Another user, another path: counted apart.
        let carol = Asked::by(proxy)
            .target("/slow/x")
            .header("authorization", CAROL);
        assert_eq!(carol.of(&app).await.status, 200, "{proxy}");
        let elsewhere = Asked::by(proxy).header("authorization", BOB);
        assert_eq!(elsewhere.of(&app).await.status, 200, "{proxy}");
    }
}

#[tokio::test]
async fn strangers_are_counted_by_the_address_that_the_proxy_saw() {
    let rule = "[[rule]]\npermissions = ['allow_any']\nthrottle = '1/hour'";
    for (first, second, status) in [
        ("192.0.2.1", "192.0.2.1", 429),
        ("192.0.2.1", "192.0.2.2", 200),
        // What stands left of the address was said by the client.
        ("203.0.113.1, 192.0.2.1", "203.0.113.2, 192.0.2.1", 429),
        ("192.0.2.1", "192.0.2.1, 127.0.0.1", 429),
    ] {
        let app = app_with(rule).await;
        let ask = |client| Asked::by("caddy").client(client);
        assert_eq!(ask(first).of(&app).await.status, 200, "{first}");
        assert_eq!(ask(second).of(&app).await.status, status, "{second}");
    }
}

/// nginx makes 500 of 503, which is a refusal as well.
#[tokio::test]
async fn a_store_that_cannot_answer_lets_nobody_in() {
    let bench = bench("").await;
    bench
        .database()
        .execute_batch("DROP TABLE authtoken_token; DROP TABLE django_session;")
        .unwrap();
    let app = on(&bench);
    for proxy in PROXIES {
        for (name, value) in [
            ("authorization", BOB),
            ("cookie", "sessionid=sbob0000000000000000000000000000"),
        ] {
            let answer = Asked::by(proxy).header(name, value).of(&app).await;
            assert_eq!(answer.status, 503, "{proxy} {name}");
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert_eq!(answer.header("x-hallpass-reason"), Some("unavailable"));
            assert_eq!(answer.header("remote-user"), None);
        }
    }
}

#[tokio::test]
async fn other_paths_below_lead_nowhere() {
    let app = app().await;
    for proxy in ["nginx/", "nginx/x", "apache", "", "envoyx"] {
        let request = crate::gate::bench::get(&app, &format!("/forward-auth/{proxy}"), &[]).await;
        assert_eq!(request.status, 404, "{proxy}");
    }
}
