//! What is asked on a shared connection.

use std::future::Future;

use crate::engine::{PointRead, Tables};
use crate::error::StoreError;
use crate::postgres::client::Session;
use crate::schema::Schema;

/// A look-up, which may be asked a second time on another connection.
pub(super) trait Question: Sync {
    type Answer: Send;

    fn ask(
        &self,
        session: &mut Session<'_>,
        schema: &Schema,
    ) -> impl Future<Output = Result<Self::Answer, StoreError>> + Send;
}

/// One that every database answers.
pub(super) struct Usual<'a, R> {
    pub(super) text: &'a str,
    pub(super) read: R,
}

impl<R: PointRead> Question for Usual<'_, R> {
    type Answer = R::Output;

    async fn ask(
        &self,
        connection: &mut Session<'_>,
        schema: &Schema,
    ) -> Result<R::Output, StoreError> {
        let tables = Tables { connection, schema };
        self.read.clone().read(tables, self.text).await
    }
}
