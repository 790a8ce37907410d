//! A histogram of durations that many threads add to without waiting for each other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets, in seconds. One more bucket takes what is longer.
const BOUNDS: [(f64, &str); 14] = [
    (0.000_1, "0.0001"),
    (0.000_25, "0.00025"),
    (0.000_5, "0.0005"),
    (0.001, "0.001"),
    (0.002_5, "0.0025"),
    (0.005, "0.005"),
    (0.01, "0.01"),
    (0.025, "0.025"),
    (0.05, "0.05"),
    (0.1, "0.1"),
    (0.25, "0.25"),
    (0.5, "0.5"),
    (1.0, "1"),
    (5.0, "5"),
];

/// Durations in buckets, as Prometheus counts them.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// Adds one.
    pub fn observe(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = BOUNDS.partition_point(|(bound, _)| *bound < seconds);
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Writes the samples of `name` with these labels (`""`, or `method="GET"`).
    pub fn render(&self, text: &mut String, name: &str, labels: &str) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut count = 0;
        let bounds = BOUNDS.iter().map(|(_, shown)| *shown).chain(["+Inf"]);
        for (bucket, bound) in self.buckets.iter().zip(bounds) {
            count += bucket.load(Ordering::Relaxed);
            text.push_str(&format!(
                "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}\n"
            ));
        }
        let braces = match labels {
            "" => String::new(),
            _ => format!("{{{labels}}}"),
        };
        let seconds = Duration::from_micros(self.micros.load(Ordering::Relaxed)).as_secs_f64();
        text.push_str(&format!(
            "{name}_sum{braces} {seconds}\n{name}_count{braces} {count}\n"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative() {
        let histogram = Histogram::default();
        for millis in [0, 1, 3, 700, 60_000] {
            histogram.observe(Duration::from_millis(millis));
        }
        let mut text = String::new();
        histogram.render(&mut text, "t", "a=\"b\"");
        for line in [
            "t_bucket{a=\"b\",le=\"0.0001\"} 1\n",
            "t_bucket{a=\"b\",le=\"0.001\"} 2\n",
            "t_bucket{a=\"b\",le=\"0.005\"} 3\n",
            "t_bucket{a=\"b\",le=\"1\"} 4\n",
            "t_bucket{a=\"b\",le=\"5\"} 4\n",
            "t_bucket{a=\"b\",le=\"+Inf\"} 5\n",
            "t_sum{a=\"b\"} 60.704\n",
            "t_count{a=\"b\"} 5\n",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }
}
