//! CSRF of the original request: by header and origin, because its body is not there.

use axum::routing::any;
use hallpass::CsrfToken;

use super::asked::{Asked, PROXIES, app, app_with, on};
use crate::gate::bench::{BOB, BOBS_SESSION, Bench, SECRET, get};

fn posted(proxy: &'static str) -> Asked {
    let cookies = format!("{BOBS_SESSION}; csrftoken={SECRET}");
    Asked::by(proxy).method("POST").header("cookie", &cookies)
}

#[tokio::test]
async fn a_session_needs_the_token_in_the_header() {
    let app = app().await;
    for proxy in PROXIES {
        let refused = posted(proxy).of(&app).await;
        assert_eq!(refused.status, 403, "{proxy}");
        assert!(
            refused.body.contains("CSRF Failed: CSRF token missing."),
            "{}",
            refused.body
        );
        let form = "application/x-www-form-urlencoded";
        let form = posted(proxy).header("content-type", form).of(&app).await;
        assert_eq!(form.status, 403, "{proxy}: its body is elsewhere");
        let wrong = posted(proxy).header("x-csrftoken", &"x".repeat(32));
        assert_eq!(wrong.of(&app).await.status, 403, "{proxy}");
        let right = posted(proxy).header("x-csrftoken", SECRET);
        assert_eq!(right.of(&app).await.status, 200, "{proxy}");
        let token = Asked::by(proxy).method("POST").header("authorization", BOB);
        assert_eq!(token.of(&app).await.status, 200, "{proxy}");
    }
}

#[tokio::test]
async fn the_origin_is_the_host_that_the_proxy_was_asked_for() {
    let app = app().await;
    for proxy in PROXIES {
        let asked = posted(proxy)
            .host("app.example:8080")
            .header("x-csrftoken", SECRET);
        for (scheme, origin, status) in [
            ("http", "http://app.example:8080", 200),
            ("https", "https://app.example:8080", 200),
            ("https", "http://app.example:8080", 403),
            ("http", "http://app.example", 403),
            ("http", "http://evil.example", 403),
            ("http", "http://127.0.0.1:8000", 403),
            ("http", "null", 403),
            ("http", "https://trusted.example", 200),
        ] {
            let asked = asked.clone().scheme(scheme).header("origin", origin);
            assert_eq!(
                asked.of(&app).await.status,
                status,
                "{proxy} {scheme} {origin}"
            );
        }
        // HTTPS without Origin: the Referer must be the site's own.
        for (referer, status) in [
            (None, 403),
            (Some("https://app.example:8080/form/"), 200),
            (Some("https://evil.example/"), 403),
        ] {
            let mut asked = asked.clone().scheme("https");
            if let Some(referer) = referer {
                asked = asked.header("referer", referer);
            }
            assert_eq!(asked.of(&app).await.status, status, "{proxy} {referer:?}");
        }
    }
}

#[tokio::test]
async fn the_application_can_do_the_check_itself() {
    let app =
        app_with("[forward_auth]\ncsrf = 'defer'\n[[rule]]\npath = '/strict/'\ncsrf = 'enforce'")
            .await;
    for proxy in PROXIES {
        assert_eq!(posted(proxy).of(&app).await.status, 200, "{proxy}");
        let strict = posted(proxy).target("/strict/x");
        assert_eq!(strict.of(&app).await.status, 403, "{proxy}");
    }
    let app = app_with("[[rule]]\npath = '/django/'\ncsrf = 'defer'").await;
    assert_eq!(
        posted("nginx").target("/django/").of(&app).await.status,
        200
    );
    assert_eq!(posted("nginx").of(&app).await.status, 403);
}

/// `csrf_use_sessions`: the secret is an entry of the session, and the cookie of that name is nobody's.
#[tokio::test]
async fn the_secret_may_be_in_the_session() {
    let bench = Bench::with_settings(|settings| settings.csrf_use_sessions = true).await;
    let page = any(async |CsrfToken(token): CsrfToken| token);
    let pages = bench.hallpass.router().plain("/page/", page).into_router();
    let shown = get(&pages, "/page/", &[("cookie", BOBS_SESSION)]).await;
    assert_eq!(shown.status, 200);
    let app = on(&bench);
    for proxy in PROXIES {
        let asked = Asked::by(proxy)
            .method("POST")
            .header("cookie", &format!("{BOBS_SESSION}; csrftoken={SECRET}"));
        for (token, status) in [
            (None, 403),
            (Some(SECRET), 403),
            (Some(shown.body.as_str()), 200),
        ] {
            let mut asked = asked.clone();
            if let Some(token) = token {
                asked = asked.header("x-csrftoken", token);
            }
            let answer = asked.of(&app).await;
            assert_eq!(answer.status, status, "{proxy} {token:?}: {}", answer.body);
        }
        let token = Asked::by(proxy).method("POST").header("authorization", BOB);
        assert_eq!(token.of(&app).await.status, 200, "{proxy}");
    }
}
