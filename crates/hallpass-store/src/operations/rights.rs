//! May this account change what Hallpass changes? Asked by statements that change no row.

use crate::engine::{Connection, Tables, Write};
use crate::error::StoreError;
use crate::statements::rights::Attempt;

/// True when the database lets us do it. Where it does not answer, the error says so.
#[derive(Debug)]
pub(crate) struct MayDo(pub(crate) Attempt);

impl Write for MayDo {
    type Output = ();

    async fn write<C: Connection>(self, tables: Tables<'_, C>) -> Result<(), StoreError> {
        let sql = self.0.sql(&tables.schema.model);
        let statement = C::DIALECT.statement(&sql);
        tables.connection.execute(&statement, &[]).await.map(|_| ())
    }
}
