//! Rows of `auth_permission`.

use crate::decode;
use crate::engine::{Connection, PointRead, Tables};
use crate::error::StoreError;
use crate::rows::PermissionRow;
use crate::user_id::UserId;

/// Those of this user, in one statement; none for a user model without permissions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OfUser(pub(crate) UserId);

impl PointRead for OfUser {
    type Output = Vec<PermissionRow>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        _: &str,
    ) -> Result<Self::Output, StoreError> {
        let id = tables.schema.key(self.0);
        let Some(id) = id.filter(|_| tables.schema.has_groups) else {
            return Ok(Vec::new());
        };
        let sql = &tables.schema.statements.permissions.of_user;
        tables.connection.all(sql, &[id], decode::permission).await
    }
}

/// All there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct All;

impl PointRead for All {
    type Output = Vec<PermissionRow>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        _: &str,
    ) -> Result<Self::Output, StoreError> {
        let sql = &tables.schema.statements.permissions.all;
        tables.connection.all(sql, &[], decode::permission).await
    }
}
