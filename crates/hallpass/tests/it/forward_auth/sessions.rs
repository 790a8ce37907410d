//! Sessions are read and never written: the answer to a proxy cannot be relied on to bring the browser a cookie.

use super::asked::{Asked, app, bench, on};

#[tokio::test]
async fn nothing_is_written_and_no_cookie_is_set() {
    let bench = bench("").await;
    let app = on(&bench);
    let rows = "SELECT count(*) FROM django_session";
    let before = bench.count(rows);
    for (session, status) in [
        ("sbob0000000000000000000000000000", 200),
        // Its auth hash was made with a fallback key: a view of ours would cycle the key.
        ("sfallback00000000000000000000000", 200),
        ("ssignedfallback00000000000000000", 200),
        // It outlived a password change: a view of ours would delete it.
        ("sbadhash000000000000000000000000", 401),
        ("sexpired000000000000000000000000", 401),
        ("sdave000000000000000000000000000", 401),
        ("sanon000000000000000000000000000", 401),
        ("scorrupt000000000000000000000000", 401),
        ("unknown0000000000000000000000000", 401),
        ("short77", 401),
    ] {
        for _ in 0..2 {
            let asked = Asked::by("caddy").header("cookie", &format!("sessionid={session}"));
            let answer = asked.of(&app).await;
            assert_eq!(answer.status, status, "{session}");
            assert_eq!(answer.header("set-cookie"), None, "{session}");
        }
    }
    assert_eq!(bench.count(rows), before);
}

#[tokio::test]
async fn other_cookies_and_bad_ones_change_nothing() {
    let app = app().await;
    for cookie in ["", "a=b; sessionid=", "csrftoken=short", "sessionid"] {
        let answer = Asked::by("nginx").header("cookie", cookie).of(&app).await;
        assert_eq!(
            (answer.status, answer.header("set-cookie")),
            (401, None),
            "{cookie}"
        );
    }
}
