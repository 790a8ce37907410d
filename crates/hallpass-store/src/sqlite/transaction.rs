//! A transaction on one connection.

use rusqlite::Connection;

use crate::error::StoreError;

/// A transaction, rolled back unless committed, also when a receiver of the application
/// panics in it.
pub(super) struct Begun<'c> {
    pub(super) connection: &'c mut Connection,
}

impl<'c> Begun<'c> {
    pub(super) fn new(connection: &'c mut Connection, begin: &str) -> Result<Self, StoreError> {
        connection.prepare_cached(begin)?.execute([])?;
        Ok(Self { connection })
    }

    pub(super) fn commit(self) -> Result<(), StoreError> {
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        // SQLite rolls back by itself after some errors; then there is nothing to do.
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}
