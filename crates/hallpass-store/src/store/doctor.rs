//! What the doctor asks. Nothing here changes a row.

use hallpass_formats::timestamp::Timestamp;

use crate::error::StoreError;
use crate::examination::Examination;
use crate::inspect::Inspection;
use crate::operations::examine::{Examine, NewestSessions};
use crate::operations::inspect::Inspect;
use crate::operations::rights::MayDo;
use crate::statements::rights::Attempt;
use crate::store::Store;

impl Store {
    /// Looks at everything that a doctor wants to know. Missing tables are findings here,
    /// not errors; values of rows are never reported.
    ///
    /// # Errors
    /// As any read.
    pub async fn inspect(&self) -> Result<Inspection, StoreError> {
        let apps = self.inner.apps.clone();
        self.backend().scan(Inspect(apps)).await
    }

    /// Looks closer: rows, foreign keys, the server's clock.
    ///
    /// # Errors
    /// As any read.
    pub async fn examine(&self) -> Result<Examination, StoreError> {
        let apps = self.inner.apps.clone();
        self.backend().scan(Examine(apps)).await
    }

    /// The signed texts of up to `limit` live sessions, of those that end last; none without the table.
    ///
    /// # Errors
    /// As any read.
    pub async fn newest_sessions(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        self.backend().scan(NewestSessions { now, limit }).await
    }

    /// The rights that this account lacks on the tables that Hallpass writes, such as `UPDATE on auth_user`; a
    /// database that may not be written at all lacks all of them. Asked by statements that change no row.
    ///
    /// # Errors
    /// The database did not answer, or the user table is missing.
    pub async fn missing_rights(&self) -> Result<Vec<String>, StoreError> {
        let mut missing = Vec::new();
        for attempt in Attempt::ALL {
            match self.backend().write(MayDo(attempt)).await {
                Err(StoreError::Denied(_) | StoreError::ReadOnly) => {
                    missing.push(attempt.right(self.user_model()));
                }
                // A table that is not there is a finding of its own.
                Ok(()) | Err(StoreError::MissingTables(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(missing)
    }
}
