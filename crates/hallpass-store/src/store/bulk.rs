//! Work on many rows at once, for commands: in batches, so that nobody else waits long for the database.

use hallpass_formats::timestamp::Timestamp;

use crate::error::StoreError;
use crate::operations::sessions::Page;
use crate::operations::tokens::CreateMissing;
use crate::rows::{SessionPage, TokenRow};
use crate::store::Store;

impl Store {
    /// Stores each token whose user has none, all in one transaction, and says how many were stored.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when one of the users is gone; then nothing is stored.
    pub async fn create_missing_tokens(&self, wanted: Vec<TokenRow>) -> Result<u64, StoreError> {
        self.backend().write(CreateMissing(wanted)).await
    }

    /// Up to `limit` live sessions in the order of their keys, from the first one after the key `after`. Rows that
    /// cannot be read are left out.
    ///
    /// # Errors
    /// As any read.
    pub async fn sessions_after(
        &self,
        after: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<SessionPage, StoreError> {
        let after = after.to_owned();
        self.backend().scan(Page { after, now, limit }).await
    }
}
