//! Tokens: at most one for a user.

use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;

use crate::error::StoreError;
use crate::operations::tokens::{GetOrCreate, OfUser, Replace};
use crate::rows::TokenRow;
use crate::store::Store;
use crate::subject::Subject;
use crate::user_id::UserId;

/// How often another writer may be faster between our DELETE and our INSERT.
const RACES: u32 = 3;

impl Store {
    /// The user's token.
    ///
    /// # Errors
    /// As any read.
    pub async fn token_of(&self, id: &UserId) -> Result<Option<TokenRow>, StoreError> {
        self.backend().point_read("", OfUser(*id)).await
    }

    /// The user's token; without one, `candidate` is stored and returned. Of several
    /// callers at once all get the same token.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is no such user, [`StoreError::Duplicate`]
    /// (`key`) when another user has this key.
    pub async fn get_or_create_token(
        &self,
        id: &UserId,
        candidate: TokenKey,
        created: Timestamp,
    ) -> Result<TokenRow, StoreError> {
        // Most callers have a token already: no need to queue for a write.
        if let Some(token) = self.token_of(id).await? {
            return Ok(token);
        }
        let candidate = TokenRow {
            key: candidate,
            user_id: *id,
            created,
        };
        self.backend()
            .write_to(Subject::User(*id), GetOrCreate(candidate))
            .await
    }

    /// Removes the user's token, if any, and stores `key` instead, in one transaction.
    ///
    /// # Errors
    /// As [`Store::get_or_create_token`].
    pub async fn replace_token(
        &self,
        id: &UserId,
        key: TokenKey,
        created: Timestamp,
    ) -> Result<TokenRow, StoreError> {
        let token = TokenRow {
            key,
            user_id: *id,
            created,
        };
        for _ in 0..RACES {
            let replace = Replace(token.clone());
            match self.backend().write_to(Subject::User(*id), replace).await {
                // Somebody else, Django most likely, made one in between.
                Err(StoreError::Duplicate { column }) if column == "user_id" => {}
                answer => return answer,
            }
        }
        self.backend()
            .write_to(Subject::User(*id), Replace(token))
            .await
    }
}
