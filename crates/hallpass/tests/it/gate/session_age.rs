//! When sessions end, and what other applications keep in them.

use axum::Router;
use axum::routing::any;
use hallpass::formats::json::{self, Json};
use hallpass::formats::session::{DB_SALT, SessionData};
use hallpass::formats::timestamp::Timestamp;
use hallpass::settings::SessionEngine;
use hallpass::{Rejection, Session};

use super::bench::{ANONYMOUS, Bench, get};
use super::session::app;

const END: &str = "SELECT expire_date FROM django_session WHERE session_key LIKE 'sanon0%'";
const ROWS: &str = "SELECT count(*) FROM django_session";

/// Seconds from now to the end of the anonymous session, give or take a slow machine.
fn seconds_left(bench: &Bench) -> i64 {
    let text: String = bench
        .database()
        .query_row(END, [], |row| row.get(0))
        .unwrap();
    let end = Timestamp::parse_django_text(&text).unwrap();
    end.unix_seconds() - Timestamp::now().unix_seconds()
}

fn about(seconds: i64, wanted: i64) -> bool {
    (wanted - 30..=wanted + 1).contains(&seconds)
}

#[tokio::test]
async fn a_session_may_have_an_end_of_its_own() {
    let bench = Bench::new().await;
    let date = Timestamp::now().add_seconds(5_000);
    let handler = move |path: axum::extract::Path<String>, session: Session| async move {
        match path.as_str() {
            "seconds" => session.set_expiry(300).await?,
            "close" => session.set_expiry(0).await?,
            "date" => session.set_expiry_date(date).await?,
            _ => session.set_expiry(None).await?,
        }
        Ok::<_, Rejection>(session.expiry().await?.age_seconds.to_string())
    };
    let app: Router = bench
        .hallpass
        .router()
        .plain("/{how}/", any(handler))
        .into_router();
    for (path, seconds, max_age) in [
        ("/seconds/", 300, Some("Max-Age=300;")),
        ("/date/", 5_000, Some("Max-Age=4")),
        ("/close/", 1_209_600, None),
        ("/none/", 1_209_600, Some("Max-Age=1209600;")),
    ] {
        let answer = get(&app, path, &[("cookie", ANONYMOUS)]).await;
        assert!(about(answer.body.parse().unwrap(), seconds), "{path}");
        assert!(about(seconds_left(&bench), seconds), "{path}");
        let cookie = answer.cookie("sessionid").unwrap();
        match max_age {
            Some(text) => assert!(cookie.contains(text), "{cookie}"),
            None => assert!(
                !cookie.contains("Max-Age") && !cookie.contains("expires"),
                "{cookie}"
            ),
        }
    }
}

#[tokio::test]
async fn saving_on_every_request_makes_no_sessions() {
    let bench = Bench::with_settings(|settings| {
        settings.session_save_every_request = true;
        settings.session_cookie_age = 100;
        settings.session_expire_at_browser_close = true;
    })
    .await;
    let app = app(&bench);
    let rows = bench.count(ROWS);
    let renewed = get(&app, "/untouched/", &[("cookie", ANONYMOUS)]).await;
    let cookie = renewed.cookie("sessionid").unwrap();
    assert!(
        cookie.starts_with("sanon0") && !cookie.contains("Max-Age"),
        "{cookie}"
    );
    assert!(about(seconds_left(&bench), 100));
    for path in ["/untouched/", "/names/"] {
        assert_eq!(get(&app, path, &[]).await.cookie("sessionid"), None);
        let unknown = "sessionid=unknownunknownunknownunknownunkn";
        let answer = get(&app, path, &[("cookie", unknown)]).await;
        assert_eq!(answer.status, 200);
        assert!(
            answer.cookie("sessionid").unwrap().starts_with("\"\";"),
            "{path}"
        );
    }
    assert_eq!(bench.count(ROWS), rows);
}

/// Django's default cache belongs to one process: the row is what counts.
#[tokio::test]
async fn cached_db_without_a_shared_cache_reads_the_row() {
    let bench =
        Bench::with_settings(|settings| settings.session_engine = SessionEngine::CachedDb).await;
    let app = app(&bench);
    get(&app, "/insert/", &[("cookie", ANONYMOUS)]).await;
    assert_eq!(
        get(&app, "/names/", &[("cookie", ANONYMOUS)]).await.body,
        "cart,a"
    );
    bench
        .database()
        .execute(
            "DELETE FROM django_session WHERE session_key LIKE 'sanon0%'",
            [],
        )
        .unwrap();
    assert_eq!(
        get(&app, "/names/", &[("cookie", ANONYMOUS)]).await.body,
        ""
    );
}

/// What another application keeps there comes back to it digit for digit, in its order.
#[tokio::test]
async fn values_of_others_survive_untouched() {
    let bench = Bench::new().await;
    let app = app(&bench);
    let theirs = "{\"z\":9007199254740993,\"big\":-123456789012345678901234567890,\"f\":[0.1,1e+16,-0.0,1e-07],\
                  \"\\u00e4\\ud83d\\ude00\":\"\\u2603\\ud800\",\"y\":{\"b\":null,\"a\":[[],{},[true,false]]},\"long\":\"LONG\"}"
        .replace("LONG", &"word ".repeat(200));
    let Ok(Json::Object(object)) = json::parse(&theirs) else {
        panic!("an object")
    };
    let keys = bench.hallpass.settings().secret_keys();
    let row = SessionData::from(object).encode(&keys, DB_SALT, Timestamp::now());
    let write = "UPDATE django_session SET session_data = ?1 WHERE session_key LIKE 'sanon0%'";
    bench.database().execute(write, [row]).unwrap();
    get(&app, "/insert/", &[("cookie", ANONYMOUS)]).await;
    let read = "SELECT session_data FROM django_session WHERE session_key LIKE 'sanon0%'";
    let row: String = bench
        .database()
        .query_row(read, [], |row| row.get(0))
        .unwrap();
    let value = hallpass::formats::signing::loads(&row, &keys, DB_SALT, 0, None).unwrap();
    let with_ours = format!("{},\"a\":1}}", theirs.strip_suffix('}').unwrap());
    assert_eq!(value.to_ascii(), with_ours);
}

#[tokio::test]
async fn expired_rows_go_in_batches_and_live_ones_stay() {
    let bench = Bench::new().await;
    bench
        .hallpass
        .sessions()
        .clear_expired(|_| ())
        .await
        .unwrap();
    let live = bench.count(ROWS);
    let mut database = bench.database();
    let transaction = database.transaction().unwrap();
    for number in 0..2_500 {
        let row = (format!("old{number:029}"), "x", "2020-01-01 00:00:00");
        let insert = "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (?1, ?2, ?3)";
        transaction.execute(insert, row).unwrap();
    }
    transaction.commit().unwrap();
    let mut told = Vec::new();
    let removed = bench
        .hallpass
        .sessions()
        .clear_expired(|count| told.push(count))
        .await;
    assert_eq!((removed, told), (Ok(2_500), vec![1_000, 2_000, 2_500]));
    assert_eq!(bench.count(ROWS), live);
}
