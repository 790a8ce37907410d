//! Look-ups whose answers may be kept for as long as they are proven to be true.
//!
//! SQLite shows a stamp that any commit moves. PostgreSQL tells of each changed row once
//! [`Store::make_triggers`] has made its triggers. Elsewhere nothing is proven, and nobody keeps an answer.

use hallpass_formats::timestamp::Timestamp;

use crate::error::StoreError;
use crate::operations::sessions::LiveUntil;
use crate::operations::users::{ById, ByUsername, GroupNames};
use crate::proof::{Proof, Proven};
use crate::rows::{SessionRow, TokenOwner};
use crate::store::Store;
use crate::subject::Subject;
use crate::user_id::UserId;
use crate::user_row::UserRow;

/// What became of [`Store::make_triggers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Triggers {
    /// They are there now.
    Made,
    /// This database tells of changes without.
    NotNeeded,
    /// On this database changes are not told of, and every request asks.
    NotSupported,
}

impl Store {
    /// Makes the triggers that tell of changes, where there must be some: on PostgreSQL two on each of the tables of users,
    /// tokens and sessions, and their functions, all named `hallpass_…`. They may be made again at any time.
    ///
    /// # Errors
    /// As any write; making a trigger needs the table's owner.
    pub async fn make_triggers(&self) -> Result<Triggers, StoreError> {
        self.backend().make_triggers().await
    }

    /// Whether nobody changed what was read under this proof: nanoseconds, and no waiting. False also when that cannot
    /// be told just now.
    #[must_use]
    pub fn holds(&self, proof: &Proof) -> bool {
        self.backend().holds(proof)
    }

    /// [`Store::token_owner`], with its proof.
    ///
    /// # Errors
    /// As [`Store::token_owner`].
    pub async fn proven_token_owner(
        &self,
        key: &str,
    ) -> Result<Proven<Option<TokenOwner>>, StoreError> {
        self.backend().proven_token_owner(key).await
    }

    /// [`Store::user_by_id`], with its proof.
    ///
    /// # Errors
    /// As any read.
    pub async fn proven_user_by_id(
        &self,
        id: &UserId,
    ) -> Result<Proven<Option<UserRow>>, StoreError> {
        self.backend()
            .proven_read("", ById(*id), |_| Some((Subject::User(*id), None)))
            .await
    }

    /// [`Store::user_by_username`], with its proof, if there is such a user.
    ///
    /// # Errors
    /// As any read.
    pub async fn proven_user_by_username(
        &self,
        username: &str,
    ) -> Result<Proven<Option<UserRow>>, StoreError> {
        self.backend()
            .proven_read(username, ByUsername, |found| {
                let user = found.as_ref()?;
                Some((Subject::User(*user.id()), None))
            })
            .await
    }

    /// [`Store::group_names`], with its proof. On PostgreSQL it has none: no trigger tells of groups.
    ///
    /// # Errors
    /// As any read.
    pub async fn proven_group_names(&self, id: &UserId) -> Result<Proven<Vec<String>>, StoreError> {
        self.backend()
            .proven_read("", GroupNames(*id), |_| None)
            .await
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
        let found = self
            .backend()
            .proven_read(key, LiveUntil(now), |_| Some((Subject::Session(key), None)))
            .await?;
        // A time that somebody wrote in another spelling is compared as text by the database, and by nobody else.
        let exact = found.answer.as_ref().is_none_or(|(_, exact)| *exact);
        Ok(Proven {
            answer: found.answer.map(|(row, _)| row),
            proof: found.proof.filter(|_| exact),
        })
    }
}
