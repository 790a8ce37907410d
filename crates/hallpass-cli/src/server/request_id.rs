//! The id of a request: the proxy's in `X-Request-Id` if it is sane, else one of ours. It goes into every line that is
//! logged while the request is answered, and back in the answer.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use hallpass::formats::random::{ALPHANUMERIC, random_string};

pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id of a client that is taken over.
const LONGEST: usize = 128;

tokio::task_local! {
    /// The id of the request that this task answers.
    pub(super) static CURRENT: RequestId;
}

/// One id: letters, digits, `-`, `_`, `.` and `:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut sent = headers.get_all(HEADER).iter();
        match (sent.next(), sent.next()) {
            (Some(sent), None) if is_sane(sent.as_bytes()) => Self(sent.clone()),
            _ => Self::fresh(),
        }
    }

    /// A word that is random for each process, and a count: no request waits for randomness.
    fn fresh() -> Self {
        static PROCESS: LazyLock<String> = LazyLock::new(|| random_string(12, ALPHANUMERIC));
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let text = format!("{}-{count:x}", *PROCESS);
        Self(HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("-")))
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(super) fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// The id of the request that is being answered here, if one is.
pub(super) fn current() -> Option<RequestId> {
    CURRENT.try_with(Clone::clone).ok()
}

fn is_sane(id: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    (1..=LONGEST).contains(&id.len()) && id.iter().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_str(value).unwrap());
        }
        RequestId::of(&headers).as_str().to_owned()
    }

    #[test]
    fn a_sane_id_is_kept_and_any_other_replaced() {
        assert_eq!(
            of(&["0af7651916cd43dd:8448.eb-2_1"]),
            "0af7651916cd43dd:8448.eb-2_1"
        );
        let long = "a".repeat(LONGEST + 1);
        for odd in [
            &[][..],
            &[""],
            &["a b"],
            &["a\"b"],
            &["a", "b"],
            &[long.as_str()],
        ] {
            let made = of(odd);
            assert!(
                is_sane(made.as_bytes()) && !odd.contains(&made.as_str()),
                "{made}"
            );
        }
        assert_ne!(of(&[]), of(&[]));
    }
}
