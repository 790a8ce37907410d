//! Whose requests are counted together.

use std::fmt::Write as _;

use hallpass_formats::secret::SecretKey;
use hallpass_formats::signing::salted_hmac_sha256;

/// Longer keys are replaced by their digest: a client may choose its own identity (see
/// [`SimpleRateThrottle::ident`](super::SimpleRateThrottle::ident)), and must not choose what memory it takes.
const LONGEST_KEY: usize = 250;

/// The caller whose requests a throttle counts: the last part of DRF's cache key.
///
/// The two kinds are remembered apart, so that a flood of addresses makes no user's requests forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ident {
    /// An authenticated user, by primary key.
    User(String),
    /// A client, by address or by whatever a throttle of the application's own goes by.
    Client(String),
}

impl Ident {
    fn as_str(&self) -> &str {
        match self {
            Self::User(ident) | Self::Client(ident) => ident,
        }
    }

    pub(super) fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }
}

/// DRF's `cache_format`, `throttle_<scope>_<ident>`.
pub(super) fn cache_key(scope: &str, ident: &Ident) -> String {
    let key = format!("throttle_{scope}_{}", ident.as_str());
    if key.len() <= LONGEST_KEY {
        return key;
    }
    let digest = salted_hmac_sha256("hallpass.throttling", &key, &SecretKey::new(""));
    digest.iter().fold("throttle_".to_owned(), |mut key, byte| {
        // Writing to a String cannot fail.
        let _ = write!(key, "{byte:02x}");
        key
    })
}
