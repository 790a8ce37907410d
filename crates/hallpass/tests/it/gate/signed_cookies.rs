//! The engine `signed_cookies`: the cookie is the session.

use hallpass::formats::json::Json;
use hallpass::formats::secret::SecretKey;
use hallpass::formats::session::SIGNED_COOKIE_SALT;
use hallpass::formats::signing;
use hallpass::formats::timestamp::Timestamp;
use hallpass::settings::SessionEngine;

use super::bench::{ANONYMOUS, Answer, Bench, get};
use super::session::app;

const ROWS: &str = "SELECT count(*) FROM django_session";

async fn bench() -> Bench {
    Bench::with_settings(|settings| settings.session_engine = SessionEngine::SignedCookies).await
}

fn value(answer: &Answer) -> &str {
    answer
        .cookie("sessionid")
        .unwrap()
        .split_once(';')
        .unwrap()
        .0
}

fn content(bench: &Bench, cookie: &str) -> String {
    let keys = bench.hallpass.settings().secret_keys();
    let now = Timestamp::now().unix_seconds();
    signing::loads(cookie, &keys, SIGNED_COOKIE_SALT, now, Some(60))
        .unwrap()
        .to_ascii()
}

#[tokio::test]
async fn values_travel_in_the_cookie_and_nowhere_else() {
    let bench = bench().await;
    let (app, rows) = (app(&bench), bench.count(ROWS));
    let first = get(&app, "/insert/", &[]).await;
    assert_eq!(content(&bench, value(&first)), r#"{"a":1}"#);
    let cookie = format!("sessionid={}", value(&first));
    let read = get(&app, "/names/", &[("cookie", &cookie)]).await;
    assert_eq!((read.body.as_str(), read.cookie("sessionid")), ("a", None));

    let cycled = get(&app, "/cycle/", &[("cookie", &cookie)]).await;
    assert_eq!(content(&bench, value(&cycled)), r#"{"a":1}"#);
    let cleared = get(&app, "/clear/", &[("cookie", &cookie)]).await;
    assert_eq!(content(&bench, value(&cleared)), "{}");
    let flushed = get(&app, "/flush/", &[("cookie", &cookie)]).await;
    assert!(
        flushed
            .cookie("sessionid")
            .unwrap()
            .starts_with("\"\"; expires=Thu, 01 Jan 1970")
    );
    let failed = get(&app, "/fail/", &[("cookie", &cookie)]).await;
    assert_eq!(failed.cookie("sessionid"), None);
    assert_eq!(bench.count(ROWS), rows);
    assert_eq!(bench.hallpass.sessions().clear_expired(|_| ()).await, Ok(0));
}

#[tokio::test]
async fn what_was_tampered_with_or_is_too_old_is_replaced() {
    let bench = bench().await;
    let app = app(&bench);
    let keys = bench.hallpass.settings().secret_keys();
    let now = Timestamp::now().unix_seconds();
    let mut data = hallpass::formats::json::Object::new();
    data.insert("cart", 1);
    let data = Json::Object(data);
    let age = bench.hallpass.settings().session_cookie_age;
    let signed = |at: i64, salt: &str| signing::dumps(&data, &keys, salt, at, true);

    let good = format!("sessionid={}", signed(now - age + 60, SIGNED_COOKIE_SALT));
    assert_eq!(
        get(&app, "/names/", &[("cookie", &good)]).await.body,
        "cart"
    );
    let list = signing::dumps(&vec![1].into(), &keys, SIGNED_COOKIE_SALT, now, true);
    for bad in [
        signed(now - age - 60, SIGNED_COOKIE_SALT),
        signed(now, "django.contrib.sessions.SessionStore"),
        signed(now, SIGNED_COOKIE_SALT).replace(':', "x:"),
        list,
        "not signed at all".to_owned(),
        "x".repeat(20_000),
    ] {
        let cookie = format!("sessionid={bad}");
        let answer = get(&app, "/names/", &[("cookie", &cookie)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{bad}");
        assert_eq!(content(&bench, value(&answer)), "{}", "{bad}");
    }
    // A key of another engine is no signed text; one that is too short for any key is gone at once.
    let foreign = get(&app, "/names/", &[("cookie", ANONYMOUS)]).await;
    assert_eq!(content(&bench, value(&foreign)), "{}");
    let short = get(&app, "/untouched/", &[("cookie", "sessionid=short")]).await;
    assert!(short.cookie("sessionid").unwrap().starts_with("\"\";"));
}

#[tokio::test]
async fn a_fallback_key_still_opens_and_the_current_one_signs() {
    let bench = bench().await;
    let app = app(&bench);
    let retired = bench.hallpass.settings().secret_key_fallbacks[0].clone();
    let retired = hallpass::formats::secret::SecretKeys::new(retired, Vec::new());
    let mut data = hallpass::formats::json::Object::new();
    data.insert("cart", 1);
    let now = Timestamp::now().unix_seconds();
    let old = signing::dumps(&data.into(), &retired, SIGNED_COOKIE_SALT, now, true);
    let cookie = format!("sessionid={old}");
    let answer = get(&app, "/insert/", &[("cookie", &cookie)]).await;
    let current: SecretKey = bench.hallpass.settings().secret_key.clone();
    let current = hallpass::formats::secret::SecretKeys::new(current, Vec::new());
    let signed = signing::loads(value(&answer), &current, SIGNED_COOKIE_SALT, now, None);
    assert_eq!(signed.unwrap().to_ascii(), r#"{"cart":1,"a":1}"#);
}
