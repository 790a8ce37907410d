//! What is counted, in the form that Prometheus reads.
//!
//! Labels come from lists that are known in advance, so that no client can make the metrics grow. One Hallpass has one
//! set of them; [`Core::metrics`](crate::Core::metrics) gives it, [`Metrics::render`] writes it.

mod histogram;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use hallpass_formats::password::argon2_memory;
use http::StatusCode;

use crate::diagnostics::{Cause, Decision};
use crate::rejection::Rejection;

pub use histogram::Histogram;

/// The schemes that are told apart; an application's own are `other`.
const SCHEMES: [&str; 6] = ["session", "token", "basic", "remote_user", "none", "other"];
const NO_SCHEME: usize = 4;
const OTHER_SCHEME: usize = 5;

/// What a policy decided: let in, refused, or could not tell.
const OUTCOMES: [&str; 3] = ["admitted", "refused", "failed"];
const ADMITTED: usize = 0;
const REFUSED: usize = 1;
const FAILED: usize = 2;

/// The counters of one Hallpass.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: [[AtomicU64; OUTCOMES.len()]; SCHEMES.len()],
    refusals: [AtomicU64; Cause::ALL.len()],
    hash_waiting: AtomicI64,
    hash_refused: AtomicU64,
    hash_wait: Histogram,
    hash_time: Histogram,
}

impl Metrics {
    /// A policy let somebody in; `None` is an anonymous caller.
    pub(crate) fn admitted(&self, scheme: Option<&str>) -> Decision {
        self.count(scheme, ADMITTED)
    }

    /// A policy refused, or could not decide.
    pub(crate) fn refused(&self, rejection: &Rejection) -> Decision {
        let outcome = match rejection.status() {
            status if status >= StatusCode::INTERNAL_SERVER_ERROR => FAILED,
            _ => REFUSED,
        };
        self.count(rejection.scheme(), outcome)
    }

    fn count(&self, scheme: Option<&str>, outcome: usize) -> Decision {
        let scheme = scheme.map_or(NO_SCHEME, |scheme| {
            let known = SCHEMES.iter().position(|known| *known == scheme);
            known.unwrap_or(OTHER_SCHEME)
        });
        let counter = self.requests.get(scheme).and_then(|row| row.get(outcome));
        if let Some(counter) = counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        let word = |words: &[&'static str], index: usize| words.get(index).copied();
        Decision::new(
            word(&SCHEMES, scheme).unwrap_or_default(),
            word(&OUTCOMES, outcome).unwrap_or_default(),
        )
    }

    /// An answer said no.
    pub(crate) fn count_refusal(&self, cause: Cause) {
        let counters = Cause::ALL.iter().zip(&self.refusals);
        for (_, counter) in counters.filter(|(known, _)| **known == cause) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A password check waits for a thread.
    pub(crate) fn hash_queued(&self) {
        self.hash_waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// It has its thread, after so long.
    pub(crate) fn hash_begun(&self, waited: Duration) {
        self.hash_waiting.fetch_sub(1, Ordering::Relaxed);
        self.hash_wait.observe(waited);
    }

    /// It is done, after so much work.
    pub(crate) fn hash_done(&self, worked: Duration) {
        self.hash_time.observe(worked);
    }

    /// Whoever waited for it went away before it had a thread.
    pub(crate) fn hash_given_up(&self) {
        self.hash_waiting.fetch_sub(1, Ordering::Relaxed);
    }

    /// There was no room for it.
    pub(crate) fn hash_refused(&self) {
        self.hash_waiting.fetch_sub(1, Ordering::Relaxed);
        self.hash_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything, in Prometheus's text format 0.0.4.
    ///
    /// ```
    /// let metrics = hallpass::metrics::Metrics::default();
    /// assert!(metrics.render().contains("hallpass_hash_queue_depth 0\n"));
    /// ```
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        head(
            &mut text,
            "hallpass_requests_total",
            "counter",
            "Decisions of a policy, by the scheme that recognised or refused the caller.",
        );
        for (scheme, row) in SCHEMES.iter().zip(&self.requests) {
            for (outcome, counter) in OUTCOMES.iter().zip(row) {
                let count = counter.load(Ordering::Relaxed);
                text.push_str(&format!(
                    "hallpass_requests_total{{scheme=\"{scheme}\",outcome=\"{outcome}\"}} {count}\n"
                ));
            }
        }
        head(
            &mut text,
            "hallpass_refusals_total",
            "counter",
            "Answers that refused, by reason.",
        );
        for (cause, counter) in Cause::ALL.iter().zip(&self.refusals) {
            let count = counter.load(Ordering::Relaxed);
            text.push_str(&format!(
                "hallpass_refusals_total{{reason=\"{cause}\"}} {count}\n"
            ));
        }
        let database = Cause::ALL.iter().zip(&self.refusals);
        let faults: u64 = database
            .filter(|(cause, _)| **cause == Cause::Database)
            .map(|(_, counter)| counter.load(Ordering::Relaxed))
            .sum();
        head(
            &mut text,
            "hallpass_database_errors_total",
            "counter",
            "Requests that the database did not answer.",
        );
        text.push_str(&format!("hallpass_database_errors_total {faults}\n"));
        self.render_hashing(&mut text);
        text
    }

    fn render_hashing(&self, text: &mut String) {
        head(
            text,
            "hallpass_hash_queue_depth",
            "gauge",
            "Password checks that wait for a thread.",
        );
        let waiting = self.hash_waiting.load(Ordering::Relaxed).max(0);
        text.push_str(&format!("hallpass_hash_queue_depth {waiting}\n"));
        head(
            text,
            "hallpass_hash_refused_total",
            "counter",
            "Password checks that found the queue full.",
        );
        let refused = self.hash_refused.load(Ordering::Relaxed);
        text.push_str(&format!("hallpass_hash_refused_total {refused}\n"));
        head(
            text,
            "hallpass_hash_wait_seconds",
            "histogram",
            "How long password checks waited for a thread.",
        );
        self.hash_wait
            .render(text, "hallpass_hash_wait_seconds", "");
        head(
            text,
            "hallpass_hash_seconds",
            "histogram",
            "How long password hashes took.",
        );
        self.hash_time.render(text, "hallpass_hash_seconds", "");
        head(
            text,
            "hallpass_argon2_memory_bytes",
            "gauge",
            "Memory that threads keep for argon2.",
        );
        let kept = argon2_memory();
        text.push_str(&format!("hallpass_argon2_memory_bytes {kept}\n"));
    }
}

/// The two lines before a metric's samples.
pub fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_that_nobody_knows_are_one() {
        let metrics = Metrics::default();
        metrics.admitted(Some("token"));
        for name in ["app.Door", "a\nb", "\"}"] {
            metrics.admitted(Some(name));
        }
        metrics.refused(&Rejection::not_authenticated());
        metrics.refused(&Rejection::unavailable());
        let text = metrics.render();
        for line in [
            "hallpass_requests_total{scheme=\"token\",outcome=\"admitted\"} 1\n",
            "hallpass_requests_total{scheme=\"other\",outcome=\"admitted\"} 3\n",
            "hallpass_requests_total{scheme=\"none\",outcome=\"refused\"} 1\n",
            "hallpass_requests_total{scheme=\"none\",outcome=\"failed\"} 1\n",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        assert!(!text.contains("Door"));
    }
}
