//! Requests that credentials do not come with, or that no other request follows: preflights and WebSockets.

use super::asked::{Asked, PROXIES, app, app_with};
use crate::gate::bench::{BOB, BOBS_SESSION};

fn preflight(proxy: &'static str, announced: &str) -> Asked {
    Asked::by(proxy)
        .method("OPTIONS")
        .header("origin", "https://spa.example")
        .header("access-control-request-method", announced)
}

#[tokio::test]
async fn a_preflight_needs_a_rule() {
    let app = app().await;
    for proxy in PROXIES {
        assert_eq!(
            preflight(proxy, "GET").of(&app).await.status,
            403,
            "{proxy}"
        );
        let known = preflight(proxy, "GET").header("authorization", BOB);
        assert_eq!(known.of(&app).await.status, 403, "{proxy}");
    }
    // The permission lets OPTIONS of anybody pass, but a preflight is not asked for permissions.
    let open = "[[rule]]\npermissions = ['is_authenticated_or_read_only']";
    let app = app_with(open).await;
    assert_eq!(preflight("caddy", "GET").of(&app).await.status, 403);
    assert_eq!(
        Asked::by("caddy").method("OPTIONS").of(&app).await.status,
        200
    );
}

#[tokio::test]
async fn the_rule_of_the_announced_request_decides() {
    let app = app_with(
        "[[rule]]\nmethods = ['PUT', 'GET']\npath = '/api/'\npreflight = true\n[[rule]]\nmethods = ['OPTIONS']\npath = '/api/'",
    )
    .await;
    for proxy in PROXIES {
        let asked = |announced| preflight(proxy, announced).target("/api/x");
        let answer = asked("PUT").of(&app).await;
        assert_eq!(answer.status, 200, "{proxy}");
        assert_eq!(answer.header("remote-user"), Some("-"), "{proxy}");
        assert_eq!(asked("DELETE").of(&app).await.status, 403, "{proxy}");
        assert_eq!(
            preflight(proxy, "PUT").of(&app).await.status,
            403,
            "{proxy}"
        );
        // Only OPTIONS is a preflight, and only with both headers.
        let put = Asked::by(proxy)
            .method("PUT")
            .target("/api/x")
            .header("origin", "https://spa.example");
        let put = put.header("access-control-request-method", "PUT");
        assert_eq!(put.of(&app).await.status, 401, "{proxy}");
        let options = Asked::by(proxy).method("OPTIONS").target("/api/x");
        assert_eq!(options.of(&app).await.status, 401, "{proxy}");
        let garbled = if proxy == "nginx" { 403 } else { 400 };
        assert_eq!(asked("P UT").of(&app).await.status, garbled, "{proxy}");
    }
}

fn web_socket(proxy: &'static str) -> Asked {
    let asked = Asked::by(proxy)
        .target("/live/")
        .header("sec-websocket-version", "13");
    match proxy {
        "nginx" => asked.header("x-original-upgrade", "websocket"),
        "traefik" => asked.scheme("ws"),
        _ => asked
            .header("upgrade", "WebSocket")
            .header("connection", "Upgrade"),
    }
}

#[tokio::test]
async fn a_web_socket_needs_a_rule_and_a_page_of_the_site() {
    let closed = app().await;
    let open = app_with("[[rule]]\npath = '/live/'\nwebsocket = true").await;
    for proxy in PROXIES {
        let by_token = web_socket(proxy).header("authorization", BOB);
        assert_eq!(by_token.of(&closed).await.status, 403, "{proxy}");
        assert_eq!(by_token.of(&open).await.status, 200, "{proxy}");
        assert_eq!(web_socket(proxy).of(&open).await.status, 401, "{proxy}");
        let foreign = by_token.header("origin", "http://evil.example");
        assert_eq!(foreign.of(&open).await.status, 403, "{proxy}");
        let by_session = web_socket(proxy).header("cookie", BOBS_SESSION);
        assert_eq!(by_session.of(&open).await.status, 403, "{proxy}");
        for (origin, status) in [("http://app.example", 200), ("http://evil.example", 403)] {
            let asked = by_session.clone().header("origin", origin);
            assert_eq!(asked.of(&open).await.status, status, "{proxy} {origin}");
        }
    }
}

#[tokio::test]
async fn no_rule_lets_another_protocol_through() {
    let app = app_with("[[rule]]\nwebsocket = true\npermissions = ['allow_any']").await;
    for proxy in PROXIES {
        for (name, value) in [
            ("upgrade", "h2c"),
            ("upgrade", "websocket, h2c"),
            ("x-original-upgrade", "h2c"),
        ] {
            let asked = Asked::by(proxy).header(name, value);
            assert_eq!(asked.of(&app).await.status, 403, "{proxy} {name}: {value}");
        }
        assert_eq!(
            Asked::by(proxy).header("upgrade", "").of(&app).await.status,
            200
        );
    }
}

/// What follows a changed protocol nobody judges, so a preflight may not ask for one.
#[tokio::test]
async fn a_preflight_that_wants_another_protocol_is_refused() {
    let app = app_with("[[rule]]\npath = '/'\npreflight = true\nwebsocket = true").await;
    for proxy in PROXIES {
        assert_eq!(
            preflight(proxy, "GET").of(&app).await.status,
            200,
            "{proxy}"
        );
        for (name, value) in [
            ("upgrade", "websocket"),
            ("upgrade", "h2c"),
            ("x-original-upgrade", "h2c"),
        ] {
            let asked = preflight(proxy, "GET").header(name, value);
            assert_eq!(asked.of(&app).await.status, 403, "{proxy} {name}: {value}");
        }
    }
}

/// Django's middleware does not look at handshakes, so there is nobody to leave the check to.
#[tokio::test]
async fn the_origin_of_a_web_socket_is_checked_also_where_csrf_is_deferred() {
    let app = app_with("[[rule]]\npath = '/live/'\nwebsocket = true\ncsrf = 'defer'").await;
    for proxy in PROXIES {
        let by_session = web_socket(proxy).header("cookie", BOBS_SESSION);
        for (origin, status) in [("http://app.example", 200), ("http://evil.example", 403)] {
            let asked = by_session.clone().header("origin", origin);
            assert_eq!(asked.of(&app).await.status, status, "{proxy} {origin}");
        }
    }
}
