//! Tables of tokens that are the application's own.
//!
//! DRF's `TokenAuthentication` takes another model by its attribute `model`; what that model must have is a `key` and a
//! `user`. So must the table here: a unique text `key`, and `user_id`. A `created` is read where there is one.

use std::sync::Arc;

use crate::error::StoreError;
use crate::operations::token_table::{ByOwnToken, Find};
use crate::rows::OwnTokenRow;
use crate::store::Store;
use crate::user_row::UserRow;

/// A table of tokens that was looked at. Cheap to clone. Made by [`Store::token_table`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenTable {
    name: Arc<str>,
    has_created: bool,
}

impl TokenTable {
    pub(crate) fn new(name: String, has_created: bool) -> Self {
        Self {
            name: name.into(),
            has_created,
        }
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn has_created(&self) -> bool {
        self.has_created
    }
}

impl Store {
    /// Looks at a table of tokens. Do it before serving: what is wrong with it is told here, and not to the first caller.
    ///
    /// # Errors
    /// [`StoreError::MissingTables`], [`StoreError::TokenTable`] and [`StoreError::ColumnType`] when it cannot hold tokens,
    /// else as any read.
    pub async fn token_table(&self, name: &str) -> Result<TokenTable, StoreError> {
        self.backend().scan(Find(name.to_owned())).await
    }

    /// The token with exactly this key in that table, and its user (inactive ones too).
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the row cannot be read, else as any read.
    pub async fn user_by_own_token(
        &self,
        table: &TokenTable,
        key: &str,
    ) -> Result<Option<(OwnTokenRow, UserRow)>, StoreError> {
        let read = ByOwnToken(table.clone());
        self.backend().point_read(key, read).await
    }
}
