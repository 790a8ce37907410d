//! Whose requests are counted together.

use std::fmt::Write as _;

use hallpass_formats::secret::SecretKey;
use hallpass_formats::signing::salted_hmac_sha256;
use hallpass_store::UserId;

/// Longer keys are replaced by their digest: a client may choose its own identity (see
/// [`SimpleRateThrottle::ident`](super::SimpleRateThrottle::ident)), and must not choose what memory it takes.
const LONGEST_KEY: usize = 250;

/// The caller whose requests a throttle counts: the last part of DRF's cache key.
///
/// The two kinds are counted apart, so that a client who calls itself `7` is not user 7, and remembered apart, so that a
/// flood of addresses makes no user's requests forgotten.
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

/// DRF's `cache_format`, `throttle_<scope>_<ident>`; a client that could be taken for a user is marked.
///
/// In DRF whoever writes `X-Forwarded-For: 7` counts as user 7 where `NUM_PROXIES` is unset, and can spend what that
/// user may ask for. Addresses are never marked, so that a Django with the same cache counts them with us.
pub(super) fn cache_key(scope: &str, ident: &Ident) -> String {
    let mark = match ident {
        Ident::Client(client) if may_be_a_user(client) => "client:",
        _ => "",
    };
    let key = format!("throttle_{scope}_{mark}{}", ident.as_str());
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

/// Whether the key would be that of a user: of this scope, or of one that goes on where this one ends.
fn may_be_a_user(client: &str) -> bool {
    let last = client.rsplit('_').next().unwrap_or_default();
    last.parse::<UserId>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_client_has_the_key_of_a_user() {
        let uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
        let of_client =
            |scope: &str, client: &str| cache_key(scope, &Ident::Client(client.to_owned()));
        for (scope, user, spoofs) in [
            ("user", "7", [("user", "7"), ("user", "0_7")]),
            (
                "user_burst",
                "7",
                [("user", "burst_7"), ("user_burst", "7")],
            ),
            ("user", uuid, [("user", uuid), ("us", "er_7")]),
        ] {
            let key = cache_key(scope, &Ident::User(user.to_owned()));
            assert_eq!(key, format!("throttle_{scope}_{user}"), "DRF's");
            for (scope, client) in spoofs {
                assert_ne!(of_client(scope, client), key, "{scope} {client}");
                assert!(of_client(scope, client).contains("_client:"));
            }
        }
        assert_ne!(of_client("user", "7"), of_client("user", "8"));
    }

    #[test]
    fn addresses_have_drfs_keys() {
        for client in [
            "9.9.9.9",
            "2001:db8::7",
            "1.1.1.1,2.2.2.2",
            "junk,",
            "",
            "acme",
        ] {
            let key = cache_key("anon", &Ident::Client(client.to_owned()));
            assert_eq!(key, format!("throttle_anon_{client}"));
        }
    }
}
