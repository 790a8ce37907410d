//! The values of one request's session: those that all requests with its key share, until this one changes them.

use std::sync::Arc;

use hallpass_formats::secret::SecretKeys;
use hallpass_formats::session::{AuthHashMatch, SessionData, USER_HASH, match_auth_hash};

use crate::identity::User;
use crate::identity_cache::StoredSession;

pub(crate) enum Held {
    /// As they were read, unchanged.
    Stored(Arc<StoredSession>),
    Own(SessionData),
}

impl Held {
    pub(crate) fn values(&self) -> &SessionData {
        match self {
            Self::Stored(stored) => &stored.data,
            Self::Own(data) => data,
        }
    }

    /// Copies what is shared.
    pub(super) fn values_mut(&mut self) -> &mut SessionData {
        loop {
            match self {
                Self::Own(data) => return data,
                Self::Stored(stored) => *self = Self::Own(stored.data.clone()),
            }
        }
    }

    /// Whether the auth hash among the values is of the user's stored password.
    pub(crate) fn match_auth_hash(&self, user: &User, keys: &SecretKeys) -> AuthHashMatch {
        match self {
            Self::Stored(stored) => stored.match_auth_hash(user, keys),
            Self::Own(data) => {
                let stored = data.get_str(USER_HASH).unwrap_or_default();
                match_auth_hash(stored, &user.password(), keys)
            }
        }
    }
}

impl Default for Held {
    fn default() -> Self {
        Self::Own(SessionData::default())
    }
}
