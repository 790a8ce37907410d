//! The engines `cached_db` and `cache`: Django's entries in Redis, and a Redis that fails.

use std::time::{Duration, Instant};

use axum::Router;
use hallpass::formats::json;
use hallpass::formats::pickle;
use hallpass::formats::session::SessionKey;
use hallpass::settings::{CacheBackend, SessionEngine};
use hallpass::{Hallpass, InvalidCache, InvalidEngine, StartError};

use super::bench::{ANONYMOUS, Answer, BOBS_SESSION, Bench, get};
use super::session::app;
use crate::fake_redis::FakeRedis;

const ROWS: &str = "SELECT count(*) FROM django_session";
const ANONYMOUS_ROW: &str = "SELECT count(*) FROM django_session WHERE session_key LIKE 'sanon0%'";

async fn bench(engine: SessionEngine, redis: &FakeRedis) -> Bench {
    Bench::with_settings(|settings| {
        settings.session_engine = engine;
        settings.caches_default.backend = CacheBackend::Redis;
        settings.caches_default.location = redis.url();
    })
    .await
}

fn anonymous() -> &'static str {
    ANONYMOUS.strip_prefix("sessionid=").unwrap()
}

fn db_copy(key: &str) -> String {
    format!(":1:django.contrib.sessions.cached_db{key}")
}

fn cached(key: &str) -> String {
    format!(":1:django.contrib.sessions.cache{key}")
}

/// What Django would unpickle.
fn content(redis: &FakeRedis, key: &str) -> Option<String> {
    let entry = redis.entry(key)?;
    Some(pickle::loads(&entry.value).unwrap().to_ascii())
}

fn put(redis: &FakeRedis, key: &str, json: &str) {
    redis.put(key, &pickle::dumps(&json::parse(json).unwrap()));
}

fn key(answer: &Answer) -> String {
    let (key, _) = answer.cookie("sessionid").unwrap().split_once(';').unwrap();
    key.to_owned()
}

async fn names(app: &Router, key: &str) -> String {
    let cookie = format!("sessionid={key}");
    get(app, "/names/", &[("cookie", &cookie)]).await.body
}

#[tokio::test]
async fn cached_db_keeps_row_and_copy_in_step() {
    let redis = FakeRedis::start();
    let bench = bench(SessionEngine::CachedDb, &redis).await;
    let app = app(&bench);
    let entry = db_copy(anonymous());
    // A row that has no copy gets one, for as long as the row lives.
    assert_eq!(names(&app, anonymous()).await, "cart");
    assert_eq!(content(&redis, &entry).unwrap(), r#"{"cart":[1,2]}"#);
    assert!(redis.entry(&entry).unwrap().age.unwrap() > 1_000);
    // A save goes to both.
    get(&app, "/insert/", &[("cookie", ANONYMOUS)]).await;
    assert_eq!(content(&redis, &entry).unwrap(), r#"{"cart":[1,2],"a":1}"#);
    assert_eq!(redis.entry(&entry).unwrap().age, Some(1_209_600));
    // What Django changed in the cache is believed.
    put(&redis, &entry, r#"{"theirs": 12345678901234567890}"#);
    assert_eq!(names(&app, anonymous()).await, "theirs");
    // What is more than data is not, and the row takes its place.
    redis.put(&entry, b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.");
    assert_eq!(names(&app, anonymous()).await, "cart,a");
    assert_eq!(content(&redis, &entry).unwrap(), r#"{"cart":[1,2],"a":1}"#);

    let cycled = get(&app, "/cycle/", &[("cookie", ANONYMOUS)]).await;
    assert_eq!((redis.entry(&entry), bench.count(ANONYMOUS_ROW)), (None, 0));
    let fresh = key(&cycled);
    assert!(redis.entry(&db_copy(&fresh)).is_some());
    let cookie = format!("sessionid={fresh}");
    get(&app, "/flush/", &[("cookie", &cookie)]).await;
    assert_eq!(redis.keys(), Vec::<String>::new());
    // A copy whose row is gone is served, as in Django, but cannot be saved.
    put(&redis, &entry, r#"{"ghost": 1}"#);
    assert_eq!(names(&app, anonymous()).await, "ghost");
    assert_eq!(
        get(&app, "/insert/", &[("cookie", ANONYMOUS)]).await.status,
        400
    );
    assert_eq!(bench.count(ANONYMOUS_ROW), 0);
}

/// A session that ends, or changes, between the look at its row and the writing of its copy.
#[tokio::test]
async fn a_copy_of_yesterday_is_taken_back() {
    for sql in [
        "UPDATE django_session SET session_data = 'changed' WHERE session_key LIKE 'sanon0%'",
        "DELETE FROM django_session WHERE session_key LIKE 'sanon0%'",
    ] {
        for path in ["/names/", "/clear/"] {
            let redis = FakeRedis::start();
            let bench = bench(SessionEngine::CachedDb, &redis).await;
            let database = bench.database();
            database.busy_timeout(Duration::from_secs(5)).unwrap();
            redis.before_next_set(move || {
                database.execute(sql, []).unwrap();
            });
            let answer = get(&app(&bench), path, &[("cookie", ANONYMOUS)]).await;
            assert_eq!(answer.status, 200);
            assert_eq!(redis.keys(), Vec::<String>::new(), "{path} {sql}");
        }
    }
}

#[tokio::test]
async fn a_key_that_nobody_knows_makes_neither_row_nor_entry() {
    let redis = FakeRedis::start();
    for engine in [SessionEngine::CachedDb, SessionEngine::Cache] {
        let bench = bench(engine, &redis).await;
        let (app, rows) = (app(&bench), bench.count(ROWS));
        for path in ["/names/", "/untouched/"] {
            get(&app, path, &[]).await;
            get(
                &app,
                path,
                &[("cookie", "sessionid=unknownunknownunknownunknownunkn")],
            )
            .await;
        }
        assert_eq!((redis.keys(), bench.count(ROWS)), (Vec::new(), rows));
    }
}

#[tokio::test]
async fn an_engine_in_the_cache_writes_no_rows() {
    let redis = FakeRedis::start();
    let bench = bench(SessionEngine::Cache, &redis).await;
    let (app, rows) = (app(&bench), bench.count(ROWS));
    let fresh = key(&get(&app, "/insert/", &[]).await);
    assert_eq!(content(&redis, &cached(&fresh)).unwrap(), r#"{"a":1}"#);
    assert_eq!(redis.entry(&cached(&fresh)).unwrap().age, Some(1_209_600));
    assert_eq!(names(&app, &fresh).await, "a");
    // Rows are not looked at.
    assert_eq!(names(&app, anonymous()).await, "");
    // An entry that cannot be read counts as empty and stays.
    redis.put(
        &cached("tupletupletuple"),
        b"\x80\x04}\x8c\x01aK\x01K\x02\x86s.",
    );
    assert_eq!(names(&app, "tupletupletuple").await, "");
    assert!(redis.entry(&cached("tupletupletuple")).is_some());

    let cookie = format!("sessionid={fresh}");
    let cycled = key(&get(&app, "/cycle/", &[("cookie", &cookie)]).await);
    assert_eq!(redis.entry(&cached(&fresh)), None);
    let session = SessionKey::from_cookie(&cycled).unwrap();
    bench.hallpass.sessions().delete(&session).await.unwrap();
    assert_eq!(redis.entry(&cached(&cycled)), None);
    assert_eq!(bench.hallpass.sessions().clear_expired(|_| ()).await, Ok(0));
    assert_eq!(bench.count(ROWS), rows);
}

#[tokio::test]
async fn keys_follow_prefix_and_version() {
    let redis = FakeRedis::start();
    let bench = Bench::with_settings(|settings| {
        settings.session_engine = SessionEngine::Cache;
        settings.caches_default.backend = CacheBackend::Redis;
        settings.caches_default.location = format!("{},redis://replica:6379", redis.url());
        settings.caches_default.key_prefix = "shop".to_owned();
        settings.caches_default.version = 7;
    })
    .await;
    let fresh = key(&get(&app(&bench), "/insert/", &[]).await);
    assert_eq!(
        redis.keys(),
        [format!("shop:7:django.contrib.sessions.cache{fresh}")]
    );
}

/// A Redis that is gone is 503, never "logged out", and comes back by itself.
#[tokio::test]
async fn without_redis_nobody_is_logged_out() {
    let mut redis = FakeRedis::start();
    for engine in [SessionEngine::Cache, SessionEngine::CachedDb] {
        let bench = bench(engine, &redis).await;
        let app = app(&bench);
        let fresh = key(&get(&app, "/insert/", &[]).await);
        let cookie = format!("sessionid={fresh}");
        redis.stop();
        for path in ["/names/", "/insert/", "/flush/"] {
            let answer = get(&app, path, &[("cookie", &cookie)]).await;
            assert_eq!(answer.status, 503, "{engine:?} {path}");
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert_eq!(answer.cookie("sessionid"), None, "{engine:?} {path}");
        }
        // Nothing was asked, so nothing is missing.
        assert_eq!(
            get(&app, "/untouched/", &[("cookie", &cookie)])
                .await
                .status,
            200
        );
        redis.restart();
        let again = key(&get(&app, "/insert/", &[]).await);
        assert_eq!(names(&app, &again).await, "a", "{engine:?}");
    }
}

#[tokio::test]
async fn a_redis_that_is_still_loading_is_asked_again() {
    let redis = FakeRedis::start();
    redis.load(true);
    let bench = bench(SessionEngine::Cache, &redis).await;
    let app = app(&bench);
    for _ in 0..2 {
        assert_eq!(get(&app, "/insert/", &[]).await.status, 503);
    }
    redis.load(false);
    let fresh = key(&get(&app, "/insert/", &[]).await);
    redis.load(true);
    let cookie = format!("sessionid={fresh}");
    assert_eq!(
        get(&app, "/names/", &[("cookie", &cookie)]).await.status,
        503
    );
    redis.load(false);
    assert_eq!(names(&app, &fresh).await, "a");
}

#[tokio::test]
async fn a_redis_that_is_silent_is_not_waited_for() {
    let redis = FakeRedis::start();
    let bench = bench(SessionEngine::CachedDb, &redis).await;
    let app = app(&bench);
    assert_eq!(names(&app, anonymous()).await, "cart");
    redis.stall(true);
    let began = Instant::now();
    let answer = get(&app, "/names/", &[("cookie", BOBS_SESSION)]).await;
    assert_eq!((answer.status, answer.cookie("sessionid")), (503, None));
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    redis.stall(false);
    assert_eq!(names(&app, anonymous()).await, "cart");
}

#[tokio::test]
async fn what_cannot_be_a_cache_is_said_at_start() {
    let start = async |backend, location: &str| {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:///{}", folder.path().join("db.sqlite3").display());
        let mut settings = hallpass::settings::Settings::from_toml("secret_key = 'x'").unwrap();
        settings.database_url = url;
        settings.session_engine = SessionEngine::Cache;
        settings.caches_default.backend = backend;
        settings.caches_default.location = location.to_owned();
        match Hallpass::builder(settings).migrate().build().await {
            Err(why @ (StartError::SessionEngine(_) | StartError::Cache(_))) => why,
            other => panic!("{other:?}"),
        }
    };
    for alone in [CacheBackend::LocalMemory, CacheBackend::Dummy] {
        let why = start(alone, "").await;
        assert!(
            matches!(why, StartError::SessionEngine(InvalidEngine::NotShared)),
            "{why}"
        );
    }
    let why = start(CacheBackend::Redis, "").await;
    assert!(
        matches!(why, StartError::Cache(InvalidCache::NoLocation)),
        "{why}"
    );
    for wrong in [
        "http://:hidden@localhost",
        "hidden",
        "redis://u:hidden@",
        "rediss://u:hidden@localhost",
    ] {
        let why = start(CacheBackend::Redis, wrong).await;
        assert!(
            matches!(why, StartError::Cache(InvalidCache::Location(_))),
            "{wrong}: {why}"
        );
        assert!(!why.to_string().contains("hidden"), "{why}");
    }
}
