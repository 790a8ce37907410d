//! Look-ups whose answers may be kept for as long as they are proven to be true.
//!
//! SQLite shows a stamp that any commit moves. Elsewhere nothing is proven, and nobody keeps an answer.

use hallpass_formats::timestamp::Timestamp;

use crate::error::StoreError;
use crate::operations::sessions::LiveUntil;
use crate::operations::users::{ById, ByToken, ByUsername};
use crate::proof::{Proof, Proven};
use crate::rows::{SessionRow, TokenRow, UserRow};
use crate::store::Store;
use crate::user_id::UserId;

impl Store {
    /// Whether nobody changed what was read under this proof: nanoseconds, and no waiting. False also when that cannot
    /// be told just now.
    #[must_use]
    pub fn holds(&self, proof: &Proof) -> bool {
        self.backend().holds(proof)
    }

    /// [`Store::user_by_token`], with its proof.
    ///
    /// # Errors
    /// As [`Store::user_by_token`].
    pub async fn proven_user_by_token(
        &self,
        key: &str,
    ) -> Result<Proven<Option<(TokenRow, UserRow)>>, StoreError> {
        self.backend().proven_read(key, ByToken).await
    }

    /// [`Store::user_by_id`], with its proof.
    ///
    /// # Errors
    /// As any read.
    pub async fn proven_user_by_id(
        &self,
        id: &UserId,
    ) -> Result<Proven<Option<UserRow>>, StoreError> {
        self.backend().proven_read("", ById(*id)).await
    }

    /// [`Store::user_by_username`], with its proof.
    ///
    /// # Errors
    /// As any read.
    pub async fn proven_user_by_username(
        &self,
        username: &str,
    ) -> Result<Proven<Option<UserRow>>, StoreError> {
        self.backend().proven_read(username, ByUsername).await
    }

    /// [`Store::session`], with its proof. The answer is true for every moment from `now` until the row's
    /// `expire_date`, or, without a row, for every moment from `now` on.
    ///
    /// # Errors
    /// As any read.
    pub async fn proven_session(
        &self,
        key: &str,
        now: Timestamp,
    ) -> Result<Proven<Option<SessionRow>>, StoreError> {
        let found = self.backend().proven_read(key, LiveUntil(now)).await?;
        // A time that somebody wrote in another spelling is compared as text by the database, and by nobody else.
        let exact = found.answer.as_ref().is_none_or(|(_, exact)| *exact);
        Ok(Proven {
            answer: found.answer.map(|(row, _)| row),
            proof: found.proof.filter(|_| exact),
        })
    }
}
