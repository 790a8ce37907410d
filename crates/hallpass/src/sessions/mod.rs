//! Django's sessions: where they are kept, and the one that a request carries.

mod cache;
mod cached_db;
mod db;
mod engine;
mod held;
mod of_users;
mod session;
mod signed_cookies;
mod slot;

use hallpass_formats::session::SessionKey;
use hallpass_formats::timestamp::Timestamp;
use hallpass_store::StoreError;

use crate::core::Core;
use crate::rejection::Rejection;

pub use engine::InvalidEngine;
pub use of_users::{ListedSession, ListedSessions, SessionState, UserSessions};
pub use session::Session;

pub(crate) use engine::Engine;
pub(crate) use held::Held;
pub(crate) use session::Keeper;
pub(crate) use slot::{Outcome, SessionSlot};

/// Rows removed per transaction by [`Sessions::clear_expired`].
const CLEAR_BATCH: u32 = 1_000;

/// All sessions together. See [`Hallpass::sessions`](crate::Hallpass::sessions).
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a> {
    core: &'a Core,
}

impl<'a> Sessions<'a> {
    pub(crate) fn new(core: &'a Core) -> Self {
        Self { core }
    }

    /// Ends one session wherever it is kept, so that its cookie leads nowhere; no error when there is none. With
    /// `signed_cookies` there is nothing to end: the cookie is the session.
    ///
    /// # Errors
    /// A fault of the store or the cache, as 503.
    pub async fn delete(&self, key: &SessionKey) -> Result<(), Rejection> {
        self.core.session_engine().delete(self.core, key).await
    }

    /// Django's `clearsessions`: removes the rows whose `expire_date` has passed, in batches, so that nobody waits
    /// long for the database. `progress` is told the count so far. Returns the count.
    ///
    /// With the engines `cache` and `signed_cookies` there are no rows and it does nothing, as in Django.
    ///
    /// # Errors
    /// The store's fault; batches already removed stay removed.
    pub async fn clear_expired(&self, mut progress: impl FnMut(u64)) -> Result<u64, StoreError> {
        let now = Timestamp::now();
        let mut removed = 0;
        while self.core.session_engine().has_rows() {
            let store = self.core.store();
            let batch = store.clear_expired_sessions(now, CLEAR_BATCH).await?;
            removed += batch;
            progress(removed);
            if batch < u64::from(CLEAR_BATCH) {
                break;
            }
        }
        Ok(removed)
    }
}
