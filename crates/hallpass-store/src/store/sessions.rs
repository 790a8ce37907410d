//! Sessions as signed text under a key.

use hallpass_formats::timestamp::Timestamp;

use crate::error::StoreError;
use crate::operations::sessions::{ClearExpired, Delete, Insert, Live, Update};
use crate::rows::SessionRow;
use crate::store::Store;
use crate::subject::Subject;

impl Store {
    /// The session with exactly this key, unless it expired at `now` or before.
    ///
    /// # Errors
    /// As any read.
    pub async fn session(
        &self,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        self.backend().point_read(key, Live(now)).await
    }

    /// Stores a new session.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when the key is taken: try another.
    pub async fn insert_session(&self, row: SessionRow) -> Result<(), StoreError> {
        let key = row.key.clone();
        let session = Subject::Session(key.as_str());
        self.backend().write_to(session, Insert(row)).await
    }

    /// Stores data and expiry of an existing session. False when it has meanwhile been
    /// deleted: it must not come back.
    ///
    /// # Errors
    /// As any write.
    pub async fn update_session(&self, row: SessionRow) -> Result<bool, StoreError> {
        let key = row.key.clone();
        let session = Subject::Session(key.as_str());
        self.backend().write_to(session, Update(row)).await
    }

    /// Removes a session. False when there was none.
    ///
    /// # Errors
    /// As any write.
    pub async fn delete_session(&self, key: &str) -> Result<bool, StoreError> {
        let delete = Delete(key.to_owned());
        self.backend().write_to(Subject::Session(key), delete).await
    }

    /// Removes up to `batch` sessions that expired before `now` and says how many; call it
    /// until it removes fewer than `batch`.
    ///
    /// # Errors
    /// As any write.
    pub async fn clear_expired_sessions(
        &self,
        now: Timestamp,
        batch: u32,
    ) -> Result<u64, StoreError> {
        self.backend().write(ClearExpired { now, batch }).await
    }
}
