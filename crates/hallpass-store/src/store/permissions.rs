//! Permissions of users and groups.

use crate::error::StoreError;
use crate::operations::permissions::{All, OfUser};
use crate::rows::PermissionRow;
use crate::store::Store;
use crate::user_id::UserId;

impl Store {
    /// The permissions that a user was granted, directly and through groups, in one statement; empty for a user model
    /// without permissions. Neither the superuser flag nor the active one is looked at.
    ///
    /// # Errors
    /// As any read.
    pub async fn permissions_of(&self, id: &UserId) -> Result<Vec<PermissionRow>, StoreError> {
        self.backend().point_read("", OfUser(*id)).await
    }

    /// Every permission there is.
    ///
    /// # Errors
    /// As any read.
    pub async fn all_permissions(&self) -> Result<Vec<PermissionRow>, StoreError> {
        self.backend().point_read("", All).await
    }
}
