//! What DRF's throttles were seen to do: `throttling.json`.

use std::sync::{Arc, Mutex};

use hallpass::{
    Hallpass, Ident, Identity, Limit, Rate, Rejection, RequestContext, SimpleRateThrottle,
    Throttle, Throttled,
};
use serde_json::Value;

use super::{app, clock, from, send};
use crate::gate::bench::Bench;
use crate::vectors;

const FILE: &str = "throttling.json";

/// What a throttle made of the last request.
type Seen = Arc<Mutex<Option<(Ident, Throttled)>>>;

/// Counts every client, and keeps what it saw.
struct Watched(SimpleRateThrottle, Seen);

impl Throttle for Watched {
    async fn allow_request(
        &self,
        request: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<Throttled, Rejection> {
        let ident = self.0.ident(request)?;
        let verdict = self.0.allow(request, ident.clone()).await?;
        *self.1.lock().unwrap() = Some((ident, verdict));
        Ok(verdict)
    }
}

fn rate(row: &Value) -> Rate {
    row["rate"].as_str().unwrap().parse().unwrap()
}

#[test]
fn rates_are_read_as_drf_reads_them() {
    for row in vectors::rows(FILE, "rates") {
        let Some(text) = row["rate"].as_str() else {
            continue;
        };
        let read = text.parse::<Rate>().ok();
        let read = read.map(|rate| [rate.requests(), i64::from(rate.seconds())]);
        let recorded = row["parsed"].as_array();
        let recorded = recorded.map(|pair| [pair[0].as_i64().unwrap(), pair[1].as_i64().unwrap()]);
        assert_eq!(read, recorded, "{text:?}");
    }
}

/// Sends one request at each time of a simulation.
async fn simulate(hallpass: &Hallpass, scope: String, row: &Value) {
    let seen = Seen::default();
    let throttle = SimpleRateThrottle::new(scope).rate(rate(row)).clock(clock);
    let app = app(hallpass, [Limit::new(Watched(throttle, seen.clone()))]);
    for step in row["steps"].as_array().unwrap() {
        let at = step["at"].as_f64().unwrap();
        let answer = send(&app, from(Some([9, 9, 9, 9]), &[], at)).await;
        let (_, verdict) = seen.lock().unwrap().take().unwrap();
        let (wait, status) = match verdict {
            Throttled::Allow => (None, 200),
            Throttled::Refuse(wait) => (wait, 429),
        };
        assert_eq!(answer.status, status);
        assert_eq!(
            status == 200,
            step["allowed"].as_bool().unwrap(),
            "{row} at {at}"
        );
        let recorded = step["wait"].as_f64();
        let apart = (wait.unwrap_or(-1.0) - recorded.unwrap_or(-1.0)).abs();
        assert!(apart < 1e-9, "{row} at {at}: {wait:?}");
        let retry_after = step["wait"].as_f64().map(|wait| wait.ceil().to_string());
        assert_eq!(answer.header("retry-after"), retry_after.as_deref());
    }
}

#[tokio::test]
async fn simulations_end_as_drf_ended_them() {
    let bench = Bench::new().await;
    for (number, row) in vectors::rows(FILE, "simulations").iter().enumerate() {
        simulate(&bench.hallpass, format!("simulation-{number}"), row).await;
    }
}

#[cfg(feature = "redis")]
#[tokio::test]
async fn simulations_end_the_same_in_redis() {
    let Some(redis) = super::shared::Redis::start() else {
        return;
    };
    let bench = redis.bench().await;
    for (number, row) in vectors::rows(FILE, "simulations").iter().enumerate() {
        simulate(&bench.hallpass, format!("simulation-{number}"), row).await;
    }
}

/// More is remembered than a lowered rate allows: nobody knows how long to wait.
#[tokio::test]
async fn a_lowered_rate_tells_no_wait() {
    let row = &vectors::load(FILE)["rate_lowered"];
    let bench = Bench::new().await;
    let counted = SimpleRateThrottle::new("lowered").clock(clock);
    let seen = Seen::default();
    let before = counted.clone().rate("5/min".parse().unwrap());
    let before = app(&bench.hallpass, [Limit::new(Watched(before, seen.clone()))]);
    for at in row["history"].as_array().unwrap().iter().rev() {
        let request = from(Some([9, 9, 9, 9]), &[], at.as_f64().unwrap());
        assert_eq!(send(&before, request).await.status, 200);
    }
    let after = counted.rate(rate(row));
    let after = app(&bench.hallpass, [Limit::new(Watched(after, seen.clone()))]);
    let request = from(Some([9, 9, 9, 9]), &[], row["at"].as_f64().unwrap());
    let answer = send(&after, request).await;
    assert_eq!(answer.body, r#"{"detail":"Request was throttled."}"#);
    assert_eq!(answer.header("retry-after"), None);
}

#[tokio::test]
async fn clients_are_told_apart_as_drf_does() {
    let bench = Bench::new().await;
    for row in vectors::rows(FILE, "ident") {
        let proxies = row["num_proxies"].as_u64();
        let proxies = proxies.map(|proxies| u32::try_from(proxies).unwrap());
        let seen = Seen::default();
        let throttle = SimpleRateThrottle::new("ident").rate(Rate::per_day(1000));
        let throttle = throttle.num_proxies(proxies).clock(clock);
        let app = app(
            &bench.hallpass,
            [Limit::new(Watched(throttle, seen.clone()))],
        );
        let forwarded = row["x_forwarded_for"].as_str();
        let headers: Vec<(&str, &str)> = forwarded
            .map(|value| ("x-forwarded-for", value))
            .into_iter()
            .collect();
        assert_eq!(row["remote_addr"], "9.9.9.9");
        assert_eq!(
            send(&app, from(Some([9, 9, 9, 9]), &headers, 0.0))
                .await
                .status,
            200
        );
        let (ident, _) = seen.lock().unwrap().take().unwrap();
        let recorded = row["ident"].as_str().unwrap().to_owned();
        assert_eq!(ident, Ident::Client(recorded), "{row}");
    }
}
