//! A session's values as they were read, shared by all requests that carry its key.

use hallpass_formats::secret::SecretKeys;
use hallpass_formats::session::{AuthHashMatch, SessionData, USER_HASH, match_auth_hash};
use hallpass_formats::timestamp::Timestamp;
use parking_lot::Mutex;

use crate::identity::User;

/// How many bytes of text take as much room as one usual answer.
const USUAL: usize = 512;

/// What a row of `django_session` holds.
pub(crate) struct StoredSession {
    pub(crate) data: SessionData,
    pub(crate) expire_date: Timestamp,
    /// False when the text is not signed by us: the values are empty then, and the log says so each time.
    pub(crate) readable: bool,
    /// How long the text was.
    length: usize,
    /// Whose hash was compared last, and what came out of it.
    verdict: Mutex<Option<(User, AuthHashMatch)>>,
}

impl StoredSession {
    /// Of the text in the row; `data` is what could be read of it.
    pub(crate) fn new(data: Option<SessionData>, length: usize, expire_date: Timestamp) -> Self {
        Self {
            readable: data.is_some(),
            data: data.unwrap_or_default(),
            expire_date,
            length,
            verdict: Mutex::new(None),
        }
    }

    /// Compares the auth hash in it with the user's stored password: once for each row that was read.
    pub(crate) fn match_auth_hash(&self, user: &User, keys: &SecretKeys) -> AuthHashMatch {
        if let Some((known, verdict)) = &*self.verdict.lock()
            && known.is(user)
        {
            return *verdict;
        }
        let stored = self.data.get_str(USER_HASH).unwrap_or_default();
        let verdict = match_auth_hash(stored, &user.password(), keys);
        *self.verdict.lock() = Some((user.clone(), verdict));
        verdict
    }

    pub(super) fn weight(&self) -> u64 {
        (1 + self.length / USUAL) as u64
    }
}
