//! Users and their groups.

use std::sync::Arc;

use hallpass_formats::password::EncodedPassword;
use hallpass_formats::timestamp::Timestamp;

use crate::error::StoreError;
use crate::operations::users::{
    ById, ByToken, ByUsername, Count, Create, GroupNames, OwnerOfToken, PasswordAlgorithms,
    SetLastLogin, SetPassword, UpgradePassword, WithoutToken,
};
use crate::receivers::UserCreated;
use crate::rows::{NewUser, TokenOwner, TokenRow};
use crate::store::Store;
use crate::subject::Subject;
use crate::user_id::UserId;
use crate::user_row::UserRow;

impl Store {
    /// The token with exactly this key, and its user (inactive ones too).
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the row cannot be read, else as any read.
    pub async fn user_by_token(
        &self,
        key: &str,
    ) -> Result<Option<(TokenRow, UserRow)>, StoreError> {
        self.backend().point_read(key, ByToken).await
    }

    /// Whose token has exactly this key: [`Store::user_by_token`] for those who need no second copy of the key.
    ///
    /// # Errors
    /// As [`Store::user_by_token`].
    pub async fn token_owner(&self, key: &str) -> Result<Option<TokenOwner>, StoreError> {
        self.backend().token_owner(key).await
    }

    /// [`Store::token_owner`] where nothing has to be waited for: on SQLite, unless the file is locked. `None` says
    /// nothing.
    ///
    /// # Errors
    /// As [`Store::user_by_token`].
    #[must_use]
    pub fn token_owner_now(&self, key: &str) -> Option<Result<Option<TokenOwner>, StoreError>> {
        self.backend().point_read_now(key, OwnerOfToken)
    }

    /// The user with this primary key.
    ///
    /// # Errors
    /// As any read.
    pub async fn user_by_id(&self, id: &UserId) -> Result<Option<UserRow>, StoreError> {
        self.backend().point_read("", ById(*id)).await
    }

    /// The user whose login column is exactly this text.
    ///
    /// # Errors
    /// As any read.
    pub async fn user_by_username(&self, username: &str) -> Result<Option<UserRow>, StoreError> {
        self.backend().point_read(username, ByUsername).await
    }

    /// The names of the user's groups; empty for a user model without groups.
    ///
    /// # Errors
    /// As any read.
    pub async fn group_names(&self, id: &UserId) -> Result<Vec<String>, StoreError> {
        self.backend().point_read("", GroupNames(*id)).await
    }

    /// Inserts a user and the rows that the receivers name: all of them or none.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when the login name is taken.
    pub async fn create_user(
        &self,
        user: NewUser,
        receivers: &[Arc<dyn UserCreated>],
    ) -> Result<UserRow, StoreError> {
        let receivers = receivers.to_vec();
        self.backend().write(Create { user, receivers }).await
    }

    /// Stores a password. False when the user is gone.
    ///
    /// # Errors
    /// As any write.
    pub async fn set_password(
        &self,
        id: &UserId,
        password: &EncodedPassword,
    ) -> Result<bool, StoreError> {
        self.backend()
            .write_to(Subject::User(*id), SetPassword(*id, password.clone()))
            .await
    }

    /// Replaces a password hash by a better one of the same password, unless it was
    /// changed since `old` was read. True when it was replaced.
    ///
    /// # Errors
    /// As any write.
    pub async fn upgrade_password(
        &self,
        id: &UserId,
        old: &EncodedPassword,
        new: &EncodedPassword,
    ) -> Result<bool, StoreError> {
        let upgrade = UpgradePassword {
            id: *id,
            old: old.clone(),
            new: new.clone(),
        };
        self.backend().write_to(Subject::User(*id), upgrade).await
    }

    /// Stores the time of a login, that column only. False when the user is gone or the
    /// table has no such column.
    ///
    /// # Errors
    /// As any write.
    pub async fn set_last_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        let set = SetLastLogin(*id, at);
        self.backend().write_to(Subject::User(*id), set).await
    }

    /// Every user without a token, by id: id and login name.
    ///
    /// # Errors
    /// As any read.
    pub async fn users_without_token(&self) -> Result<Vec<(UserId, String)>, StoreError> {
        self.backend().scan(WithoutToken).await
    }

    /// How many users there are.
    ///
    /// # Errors
    /// As any read.
    pub async fn count_users(&self) -> Result<u64, StoreError> {
        self.backend().scan(Count).await
    }

    /// How many users have a password of which algorithm, by name: `!` stands for
    /// unusable passwords, empty text for what names no algorithm.
    ///
    /// # Errors
    /// As any read.
    pub async fn password_algorithms(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.backend().scan(PasswordAlgorithms).await
    }
}
