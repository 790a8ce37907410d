//! Histories in a real Redis: two processes together let through what the rate says, and a Django reads them.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hallpass::formats::json::Json;
use hallpass::formats::pickle;
use hallpass::settings::CacheBackend;
use hallpass::{AnonRateThrottle, Rate, UserRateThrottle};
use tempfile::TempDir;

use super::{app, clock, from, send};
use crate::fake_redis::FakeRedis;
use crate::gate::bench::{BOB, Bench};

/// Set where a missing server is a failure.
const REQUIRED: &str = "TEST_REQUIRE_REDIS";

/// Set for the second process of a test.
const SECOND_PROCESS: &str = "TEST_THROTTLES_OF_REDIS";

const ANON: &str = ":1:throttle_anon_9.9.9.9";

/// A private server, gone with the value.
pub(super) struct Redis {
    process: Child,
    url: String,
    _folder: TempDir,
}

impl Redis {
    /// `None`, said on stderr, where there is no `redis-server`.
    pub(super) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let started = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--port",
                &port.to_string(),
            ])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set, but there is no redis-server"
            );
            eprintln!(
                "skipped: throttles in Redis: no redis-server (Debian: apt install redis-server)"
            );
            return None;
        };
        let server = Self {
            process,
            url: format!("redis://127.0.0.1:{port}/0"),
            _folder: folder,
        };
        let began = Instant::now();
        while redis::Client::open(server.url.as_str())
            .unwrap()
            .get_connection()
            .is_err()
        {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "redis-server does not answer"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(server)
    }

    pub(super) async fn bench(&self) -> Bench {
        bench(&self.url).await
    }

    fn run<T: redis::FromRedisValue>(&self, command: &[&[u8]]) -> T {
        let mut connection = redis::Client::open(self.url.as_str())
            .unwrap()
            .get_connection()
            .unwrap();
        let mut words = redis::Cmd::new();
        for word in command {
            words.arg(*word);
        }
        words.query(&mut connection).unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn bench(url: &str) -> Bench {
    Bench::with_settings(|settings| {
        settings.caches_default.backend = CacheBackend::Redis;
        settings.caches_default.location = url.to_owned();
    })
    .await
}

/// How many of `requests` sent at once are let through, 64 of them at any time.
async fn let_through(url: &str, rate: Rate, requests: usize) -> usize {
    let bench = bench(url).await;
    let app = app(&bench.hallpass, [AnonRateThrottle::new().rate(rate).into()]);
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let app = app.clone();
        workers.spawn(async move {
            let mut allowed = 0;
            for _ in 0..requests / 64 {
                let answer = send(&app, from(Some([9, 9, 9, 9]), &[], 0.0)).await;
                assert!([200, 429].contains(&answer.status), "{}", answer.status);
                allowed += usize::from(answer.status == 200);
            }
            allowed
        });
    }
    workers.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_let_through_no_more_than_the_rate() {
    let rate = Rate::per_day(777);
    if let Ok(url) = std::env::var(SECOND_PROCESS) {
        println!("let through: {}", let_through(&url, rate, 1_280).await);
        return;
    }
    let Some(redis) = Redis::start() else {
        return;
    };
    let this_test = "throttling::shared::two_processes_let_through_no_more_than_the_rate";
    let second = Command::new(std::env::current_exe().unwrap())
        .args([this_test, "--exact", "--nocapture"])
        .env(SECOND_PROCESS, &redis.url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let here = let_through(&redis.url, rate, 1_280).await;
    let output = String::from_utf8(second.wait_with_output().unwrap().stdout).unwrap();
    let there: usize = output
        .lines()
        .find_map(|line| line.split_once("let through: "))
        .unwrap_or_else(|| panic!("{output}"))
        .1
        .parse()
        .unwrap();
    assert_eq!(here + there, 777, "{here} here, {there} there");
}

fn history(redis: &Redis) -> Vec<f64> {
    let entry: Vec<u8> = redis.run(&[b"GET", ANON.as_bytes()]);
    let Json::List(times) = pickle::loads(&entry).unwrap() else {
        panic!("no list");
    };
    let times = times.into_iter().map(|time| match time {
        Json::Float(time) => time,
        other => panic!("{other:?}"),
    });
    times.collect()
}

#[tokio::test]
async fn the_entry_is_what_django_writes_and_reads() {
    let Some(redis) = Redis::start() else {
        return;
    };
    let bench = redis.bench().await;
    let throttle = AnonRateThrottle::new()
        .rate(Rate::per_minute(3))
        .clock(clock);
    let app = app(&bench.hallpass, [throttle.into()]);
    // pickle.dumps([1000.5, 999.25]) of Python 3.11.
    let of_django = b"\x80\x05\x95\x17\x00\x00\x00\x00\x00\x00\x00]\x94(\
                      G@\x8fD\x00\x00\x00\x00\x00G@\x8f:\x00\x00\x00\x00\x00e.";
    let _: () = redis.run(&[b"SET", ANON.as_bytes(), of_django]);
    assert_eq!(
        send(&app, from(Some([9, 9, 9, 9]), &[], 1010.0))
            .await
            .status,
        200
    );
    assert_eq!(history(&redis), [1010.0, 1000.5, 999.25]);
    let left: i64 = redis.run(&[b"TTL", ANON.as_bytes()]);
    assert!((59..=60).contains(&left), "{left}");
    let answer = send(&app, from(Some([9, 9, 9, 9]), &[], 1011.0)).await;
    assert_eq!(answer.header("retry-after"), Some("49"));
    // pickle.dumps([1059.0]) of Python 3.11: one item is appended by itself.
    let of_django =
        b"\x80\x05\x95\x0d\x00\x00\x00\x00\x00\x00\x00]\x94G@\x90\x8c\x00\x00\x00\x00\x00a.";
    let _: () = redis.run(&[b"SET", ANON.as_bytes(), of_django]);
    assert_eq!(
        send(&app, from(Some([9, 9, 9, 9]), &[], 1060.0))
            .await
            .status,
        200
    );
    assert_eq!(history(&redis), [1060.0, 1059.0]);
}

#[tokio::test]
async fn what_is_no_history_is_thrown_away() {
    let Some(redis) = Redis::start() else {
        return;
    };
    let bench = redis.bench().await;
    let throttle = AnonRateThrottle::new()
        .rate(Rate::per_minute(1))
        .clock(clock);
    let app = app(&bench.hallpass, [throttle.into()]);
    for junk in [
        &b"junk"[..],
        b"",
        b"\x80\x05]\x94(G@\x8f",
        b"\x80\x05cos\nsystem\n.",
    ] {
        let _: () = redis.run(&[b"SET", ANON.as_bytes(), junk]);
        assert_eq!(
            send(&app, from(Some([9, 9, 9, 9]), &[], 5.0)).await.status,
            200
        );
        assert_eq!(history(&redis), [5.0]);
    }
}

/// Who asks too often cannot be known: nobody is let through, and nobody is told that they ask too often.
#[tokio::test]
async fn a_redis_that_is_gone_is_503() {
    let mut redis = FakeRedis::start();
    let bench = bench(&redis.url()).await;
    redis.stop();
    let app = app(
        &bench.hallpass,
        [AnonRateThrottle::new().rate(Rate::per_day(1)).into()],
    );
    let answer = send(&app, from(Some([9, 9, 9, 9]), &[], 0.0)).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(
        send(&app, from(Some([9, 9, 9, 9]), &[], 0.0)).await.status,
        503
    );
}

/// `X-Forwarded-For` says who a client is while `num_proxies` is unset; it never says which user.
#[tokio::test]
async fn nobody_spends_what_a_user_may_ask_for() {
    let Some(redis) = Redis::start() else {
        return;
    };
    let bench = redis.bench().await;
    let throttle = UserRateThrottle::new().rate(Rate::per_day(1)).clock(clock);
    let app = app(&bench.hallpass, [throttle.into()]);
    let id = bench
        .count("SELECT id FROM auth_user WHERE username = 'bob'")
        .to_string();
    let spoof = [("x-forwarded-for", id.as_str())];
    let status = async |headers: &[(&str, &str)]| {
        let request = from(Some([9, 9, 9, 9]), headers, 0.0);
        send(&app, request).await.status
    };
    assert_eq!(status(&spoof).await, 200);
    assert_eq!(status(&spoof).await, 429, "it is counted as a client");
    assert_eq!(status(&[("authorization", BOB)]).await, 200);
    assert_eq!(status(&[("authorization", BOB)]).await, 429);
    let user: bool = redis.run(&[b"EXISTS", format!(":1:throttle_user_{id}").as_bytes()]);
    assert!(user, "the user's key is DRF's");
}
