//! Throttles that settings name, and what happens when they cannot count.

use hallpass::settings::{CacheBackend, Settings, Sources};
use hallpass::{
    AllowAny, AnonRateThrottle, ApiView, Hallpass, Rate, Requirement, ScopedRateThrottle,
    StartError, UserRateThrottle,
};

use super::{app, clock, from, send};
use crate::gate::bench::{BOB, Bench};

const HERE: Option<[u8; 4]> = Some([9, 9, 9, 9]);

fn rates(text: &str) -> Settings {
    Settings::from_toml(&format!("[rest_framework]\n{text}")).unwrap()
}

async fn bench(rest_framework: &str) -> Bench {
    let given = rates(rest_framework).rest_framework;
    Bench::with_settings(|settings| {
        settings.rest_framework.default_throttle_classes = given.default_throttle_classes;
        settings.rest_framework.default_throttle_rates = given.default_throttle_rates;
    })
    .await
}

#[tokio::test]
async fn default_classes_guard_every_view_that_says_nothing() {
    let bench = bench(
        "default_throttle_classes = ['rest_framework.throttling.AnonRateThrottle', 'user']\n\
         default_throttle_rates = { anon = '1/day', USER = '9/day', user = '2/d' }",
    )
    .await;
    let open = || {
        ApiView::new("Open")
            .permissions([AllowAny])
            .get(async || "ok")
    };
    let no_throttles = Vec::<hallpass::Limit>::new();
    let app = bench
        .hallpass
        .router()
        .route("/", open())
        .route("/free/", open().throttles(no_throttles))
        .into_router();
    assert_eq!(send(&app, from(HERE, &[], 0.0)).await.status, 200);
    let answer = send(&app, from(HERE, &[], 0.0)).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("86400"));
    let elsewhere = Some([8, 8, 8, 8]);
    assert_eq!(send(&app, from(elsewhere, &[], 0.0)).await.status, 200);
    let by_token = [("authorization", BOB)];
    for status in [200, 200, 429] {
        assert_eq!(send(&app, from(HERE, &by_token, 0.0)).await.status, status);
    }
    let mut free = from(HERE, &[], 0.0);
    *free.uri_mut() = "/free/".parse().unwrap();
    assert_eq!(send(&app, free).await.status, 200);
}

#[tokio::test]
async fn without_rates_nobody_is_throttled_and_no_address_is_needed() {
    let bench = bench("default_throttle_classes = ['anon', 'user', 'scoped']").await;
    let view = ApiView::new("Open")
        .permissions([AllowAny])
        .get(async || "ok");
    let app = bench.hallpass.router().route("/", view).into_router();
    for _ in 0..5 {
        assert_eq!(send(&app, from(None, &[], 0.0)).await.status, 200);
    }
}

#[tokio::test]
async fn a_default_class_without_a_rate_is_an_error_at_start() {
    let mut settings =
        rates("default_throttle_classes = ['anon']\ndefault_throttle_rates = { burst = '1/s' }");
    settings.secret_key = hallpass::formats::secret::SecretKey::new("k");
    let error = Hallpass::builder(settings).build().await.unwrap_err();
    assert!(
        matches!(error, StartError::NoThrottleRate("anon")),
        "{error}"
    );
}

#[tokio::test]
async fn a_scope_that_nobody_rated_is_a_loud_500() {
    let bench = Bench::new().await;
    let view = ApiView::new("Open")
        .permissions([AllowAny])
        .get(async || "ok");
    let view = view
        .throttles([ScopedRateThrottle::new()])
        .throttle_scope("unrated");
    let app = bench.hallpass.router().route("/", view).into_router();
    assert_eq!(send(&app, from(HERE, &[], 0.0)).await.status, 500);
}

/// One count for everybody whose address is unknown would let anybody lock out all others.
#[tokio::test]
async fn an_address_that_the_server_does_not_tell_is_a_loud_500() {
    let bench = Bench::new().await;
    let throttle = AnonRateThrottle::new()
        .rate(Rate::per_day(100))
        .clock(clock);
    let app = app(&bench.hallpass, [throttle.into()]);
    assert_eq!(send(&app, from(None, &[], 0.0)).await.status, 500);
    let forwarded = [("x-forwarded-for", "1.2.3.4")];
    assert_eq!(send(&app, from(None, &forwarded, 0.0)).await.status, 200);
}

#[tokio::test]
async fn an_ipv4_client_is_the_same_on_a_socket_of_both_families() {
    let bench = Bench::new().await;
    let throttle = AnonRateThrottle::new().rate(Rate::per_day(1)).clock(clock);
    let app = app(&bench.hallpass, [throttle.into()]);
    assert_eq!(send(&app, from(HERE, &[], 0.0)).await.status, 200);
    let mut mapped = from(None, &[], 0.0);
    let address: std::net::SocketAddr = "[::ffff:9.9.9.9]:4000".parse().unwrap();
    mapped
        .extensions_mut()
        .insert(axum::extract::ConnectInfo(address));
    assert_eq!(send(&app, mapped).await.status, 429);
}

/// Django's `DummyCache` keeps nothing, so that every request is the first.
#[tokio::test]
async fn nothing_is_counted_in_a_dummy_cache() {
    let bench = Bench::with_settings(|settings| {
        settings.caches_default.backend = CacheBackend::Dummy;
    })
    .await;
    let throttle = |requests| {
        UserRateThrottle::new()
            .rate(Rate::per_day(requests))
            .clock(clock)
    };
    let once = app(&bench.hallpass, [throttle(1).into()]);
    let never = app(&bench.hallpass, [throttle(0).into()]);
    for _ in 0..3 {
        assert_eq!(send(&once, from(HERE, &[], 0.0)).await.status, 200);
        assert_eq!(send(&never, from(HERE, &[], 0.0)).await.status, 429);
    }
}

#[tokio::test]
async fn an_identity_of_any_length_takes_bounded_memory_and_stays_one() {
    let bench = Bench::new().await;
    let throttle = AnonRateThrottle::new().rate(Rate::per_day(1)).clock(clock);
    let app = app(&bench.hallpass, [throttle.into()]);
    let long = "1".repeat(60_000);
    let other = format!("{long}2");
    for (forwarded, status) in [(&long, 200), (&long, 429), (&other, 200), (&other, 429)] {
        let headers = [("x-forwarded-for", forwarded.as_str())];
        assert_eq!(send(&app, from(HERE, &headers, 0.0)).await.status, status);
    }
}

#[test]
fn rates_are_read_from_file_and_environment() {
    let rates = |sources| {
        Settings::load(sources)
            .unwrap()
            .rest_framework
            .default_throttle_rates
    };
    let environment = |value: &str| Sources {
        environment: vec![(
            "HALLPASS_REST_FRAMEWORK__DEFAULT_THROTTLE_RATES".to_owned(),
            value.to_owned(),
        )],
        ..Sources::default()
    };
    let given = rates(environment("anon=5/min, burst = 2/s,free=none"));
    assert_eq!(given.get("anon"), Some(Some(Rate::per_minute(5))));
    assert_eq!(given.get("burst"), Some(Some(Rate::per_second(2))));
    assert_eq!(given.get("free"), Some(None));
    assert_eq!(given.get("user"), None);
    assert_eq!(rates(Sources::default()).get("user"), Some(None));
    let mut one_by_one = environment("anon=5/min,burst=2/s");
    let name = "HALLPASS_REST_FRAMEWORK__DEFAULT_THROTTLE_RATES__BURST".to_owned();
    one_by_one.environment.push((name, "9/s".to_owned()));
    let scope = "rest_framework.default_throttle_rates.anon".to_owned();
    one_by_one.overrides.push((scope, "none".to_owned()));
    let given = rates(one_by_one);
    assert_eq!(given.get("burst"), Some(Some(Rate::per_second(9))));
    assert_eq!(given.get("anon"), Some(None));
    for wrong in ["anon", "anon=5", "anon=5/x"] {
        let error = Settings::load(environment(wrong)).unwrap_err().to_string();
        assert!(error.contains("DEFAULT_THROTTLE_RATES"), "{error}");
    }
    let error =
        Settings::from_toml("[rest_framework.default_throttle_rates]\nanon = '5/fortnight'");
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("\"anon\": \"5/fortnight\": a rate is"),
        "{error}"
    );
    let error = Settings::from_toml("[rest_framework]\ndefault_throttle_classes = ['anno']");
    assert!(error.unwrap_err().to_string().contains("\"anon\""));
}

/// A class of the application's own, by the name that the settings use.
#[tokio::test]
async fn own_classes_go_by_their_names() {
    let sources = Sources {
        overrides: vec![
            ("secret_key".to_owned(), "k".to_owned()),
            (
                "rest_framework.default_throttle_classes".to_owned(),
                "app.Never".to_owned(),
            ),
        ],
        custom_classes: vec!["app.Never".to_owned()],
        ..Sources::default()
    };
    let settings = Settings::load(sources).unwrap();
    let error = Hallpass::builder(settings.clone())
        .build()
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::NotRegistered { .. }), "{error}");
    let bench = Bench::made(
        |own| own.rest_framework = settings.rest_framework,
        |builder| builder.throttle("app.Never", UserRateThrottle::new().rate(Rate::per_day(0))),
    )
    .await;
    let nobody = Vec::<Requirement>::new();
    let view = ApiView::new("Open").permissions(nobody).get(async || "ok");
    let app = bench.hallpass.router().route("/", view).into_router();
    assert_eq!(send(&app, from(HERE, &[], 0.0)).await.status, 429);
}
