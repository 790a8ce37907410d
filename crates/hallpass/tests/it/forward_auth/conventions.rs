//! Where each proxy puts the original request, and what it gets for a request that it did not describe.

use super::asked::{Asked, HTML, PROXIES, app, app_with};
use crate::gate::bench::BOB;

#[tokio::test]
async fn every_proxy_is_told_that_the_request_may_go_on_and_who_it_is() {
    let app = app().await;
    for proxy in PROXIES {
        for method in ["GET", "HEAD", "POST", "DELETE"] {
            let asked = Asked::by(proxy).method(method).target("/a/b/?c=d");
            let answer = asked.header("authorization", BOB).of(&app).await;
            assert_eq!(answer.status, 200, "{proxy} {method}");
            assert_eq!(answer.header("remote-user"), Some("bob"), "{proxy}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("vary"), Some("Authorization, Cookie"));
        }
    }
}

#[tokio::test]
async fn programs_are_shown_every_challenge() {
    let app = app().await;
    for proxy in PROXIES {
        let answer = Asked::by(proxy).of(&app).await;
        assert_eq!(answer.status, 401, "{proxy}");
        assert_eq!(answer.header("location"), None);
        assert_eq!(answer.header("x-hallpass-reason"), Some("unauthenticated"));
        assert!(answer.body.contains("credentials were not provided"));
        let challenges: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
        match proxy {
            "nginx" => assert_eq!(challenges, ["Token, Basic realm=\"api\""]),
            _ => assert_eq!(challenges, ["Token", "Basic realm=\"api\""], "{proxy}"),
        }
    }
}

#[tokio::test]
async fn browsers_are_sent_to_the_login_page_with_the_way_back() {
    let app = app_with("login_url = 'https://auth.example/login/?theme=dark'").await;
    for proxy in PROXIES {
        let asked = Asked::by(proxy).scheme("https").host("app.example:8443");
        let asked = asked.target("/a/?b=c&d=%20").header("accept", HTML);
        let answer = asked.of(&app).await;
        let status = if proxy == "nginx" { 401 } else { 302 };
        assert_eq!(answer.status, status, "{proxy}");
        let location = "https://auth.example/login/?theme=dark&next=https%3A//app.example%3A8443/a/%3Fb%3Dc%26d%3D%2520";
        assert_eq!(answer.header("location"), Some(location), "{proxy}");
        assert_eq!(answer.header("www-authenticate"), None, "{proxy}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        // A form that was sent is lost on the way through the login page, so it is told.
        assert_eq!(asked.clone().method("POST").of(&app).await.status, 401);
        let wrong = asked.header("authorization", "Token wrong").of(&app).await;
        assert_eq!((wrong.status, wrong.header("location")), (401, None));
    }
}

#[tokio::test]
async fn the_login_page_does_not_lead_to_itself() {
    let app = app().await;
    let asked = Asked::by("caddy")
        .target("/api-auth/login/?next=/x")
        .header("accept", HTML);
    let answer = asked.of(&app).await;
    assert_eq!((answer.status, answer.header("location")), (401, None));
}

#[tokio::test]
async fn only_trusted_proxies_are_believed() {
    let app = app_with("trusted_proxies = ['10.0.0.0/8']").await;
    for proxy in PROXIES {
        let asked = Asked::by(proxy).header("authorization", BOB);
        for peer in [
            Some("127.0.0.1:1"),
            Some("[::1]:1"),
            Some("192.0.2.7:1"),
            None,
        ] {
            let answer = asked.clone().peer(peer).of(&app).await;
            assert_eq!(answer.status, 403, "{proxy} {peer:?}");
            assert_eq!(answer.header("remote-user"), None, "{proxy} {peer:?}");
        }
        for peer in ["10.1.2.3:1", "[::ffff:10.1.2.3]:1"] {
            let answer = asked.clone().peer(Some(peer)).of(&app).await;
            assert_eq!(answer.status, 200, "{proxy} {peer}");
        }
    }
}

/// The headers that each proxy has to send.
fn required(proxy: &str) -> &'static [&'static str] {
    match proxy {
        "nginx" => &["x-original-method", "x-original-url", "x-forwarded-for"],
        "envoy" => &["host", "x-forwarded-proto", "x-forwarded-for"],
        _ => &[
            "x-forwarded-method",
            "x-forwarded-proto",
            "x-forwarded-host",
            "x-forwarded-uri",
            "x-forwarded-for",
        ],
    }
}

/// The status of a question that makes no sense.
fn senseless(proxy: &str) -> u16 {
    if proxy == "nginx" { 403 } else { 400 }
}

#[tokio::test]
async fn a_question_that_leaves_something_out_is_refused() {
    // Everybody may pass: what is refused here is refused for the question alone.
    let app = app_with("[[rule]]\npermissions = ['allow_any']").await;
    for proxy in PROXIES {
        assert_eq!(Asked::by(proxy).of(&app).await.status, 200, "{proxy}");
        for name in required(proxy) {
            let answer = Asked::by(proxy).without(name).of(&app).await;
            assert_eq!(answer.status, senseless(proxy), "{proxy} without {name}");
            assert_eq!(answer.header("remote-user"), None);
            let empty = Asked::by(proxy).without(name).header(name, "");
            assert_eq!(
                empty.of(&app).await.status,
                senseless(proxy),
                "{proxy} {name}"
            );
        }
    }
}

#[tokio::test]
async fn a_question_that_says_something_twice_is_refused() {
    let app = app_with("[[rule]]\npermissions = ['allow_any']").await;
    for proxy in PROXIES {
        for name in required(proxy)
            .iter()
            .filter(|name| **name != "x-forwarded-for")
        {
            let value = match *name {
                "x-original-url" => "http://app.example/",
                "x-original-method" | "x-forwarded-method" => "GET",
                "x-forwarded-proto" => "http",
                "x-forwarded-uri" => "/",
                _ => "app.example",
            };
            // The client's stands first, as a proxy that adds instead of replacing leaves it.
            let answer = Asked::by(proxy).header(name, value).of(&app).await;
            assert_eq!(answer.status, senseless(proxy), "{proxy} with two {name}");
        }
    }
}

#[tokio::test]
async fn a_question_of_another_form_is_refused() {
    let app = app_with("[[rule]]\npermissions = ['allow_any']").await;
    for proxy in PROXIES {
        let good = Asked::by(proxy);
        let mut bad = vec![
            good.clone().scheme("ftp"),
            good.clone().scheme("HTTP"),
            good.clone().scheme("http, https"),
            good.clone().host("user@app.example"),
            good.clone().host("app.example, evil.example"),
            good.clone().host("app.example:x"),
            good.clone().host("app_1.example"),
            good.clone().client("unknown"),
            good.clone().client("192.0.2.7:80"),
            good.clone().client("192.0.2.7, "),
        ];
        // Envoy's are parts of the request line, which the server itself reads.
        if proxy != "envoy" {
            bad.extend([
                good.clone().host(""),
                good.clone().method("get"),
                good.clone().method("G ET"),
                good.clone().method("GET, POST"),
                good.clone().method("X_Y"),
                good.clone().target("no-slash"),
                good.clone().target("*"),
                good.clone().target("/a b"),
                good.clone().target("/a, /b"),
                good.clone().target("/caf\u{e9}"),
                good.clone().target("/a#b"),
                good.clone().target(&format!("/{}", "a".repeat(17 * 1024))),
            ]);
        }
        bad.extend([good.clone().method("TRACE")]);
        for asked in bad {
            let answer = asked.of(&app).await;
            assert_eq!(answer.status, senseless(proxy), "{proxy}: {asked:?}");
        }
    }
}

/// `GET http://other.example/ HTTP/1.1` is legal; nginx gives the path of it, others refuse or do the same. None hands a
/// whole URL on.
#[tokio::test]
async fn a_whole_url_in_place_of_a_path_is_refused() {
    let app = app_with("[[rule]]\npermissions = ['allow_any']").await;
    for proxy in ["traefik", "caddy", "haproxy"] {
        let asked = Asked::by(proxy).target("http://other.example/");
        assert_eq!(asked.of(&app).await.status, 400, "{proxy}");
    }
}

#[tokio::test]
async fn envoy_asks_with_the_original_request_line() {
    let app = app_with("[[rule]]\npath = '/open/'\npermissions = ['allow_any']").await;
    for (target, status) in [
        ("/open/", 200),
        ("/open/a/b?c=/../d", 200),
        ("/closed/", 401),
        ("/", 401),
        ("", 400),
        ("/open//a", 400),
    ] {
        for method in ["GET", "PUT", "PROPFIND"] {
            let answer = Asked::by("envoy")
                .method(method)
                .target(target)
                .of(&app)
                .await;
            assert_eq!(answer.status, status, "{method} {target}");
        }
    }
}
