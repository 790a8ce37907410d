//! Rows of `django_session`.

use hallpass_formats::session::SessionKey;
use hallpass_formats::timestamp::Timestamp;

use crate::decode;
use crate::engine::{Columns, Connection, Job, Parameter, PointRead, Statement, Tables, Write};
use crate::error::StoreError;
use crate::rows::{SessionPage, SessionRow};
use crate::statements::sessions as sql;
use crate::user_model::UserModel;

/// The session whose key is the text, unless it expired at this time or before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Live(pub(crate) Timestamp);

impl PointRead for Live {
    type Output = Option<SessionRow>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        key: &str,
    ) -> Result<Self::Output, StoreError> {
        // What no cookie may carry is no session, even if such a row exists.
        if SessionKey::from_cookie(key).is_none() {
            return Ok(None);
        }
        let sql = &tables.schema.statements.sessions.live;
        let parameters = [Parameter::Text(key), Parameter::Time(self.0)];
        tables
            .connection
            .one(sql, &parameters, decode::session)
            .await
    }
}

/// The same, and whether its expiry is written as Django writes it: as exact as it was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveUntil(pub(crate) Timestamp);

impl PointRead for LiveUntil {
    type Output = Option<(SessionRow, bool)>;

    async fn read<C: Connection>(
        self,
        tables: Tables<'_, C>,
        key: &str,
    ) -> Result<Self::Output, StoreError> {
        if SessionKey::from_cookie(key).is_none() {
            return Ok(None);
        }
        let sql = &tables.schema.statements.sessions.live;
        let parameters = [Parameter::Text(key), Parameter::Time(self.0)];
        let read = |row: &dyn Columns| {
            let session = decode::session(row)?;
            // Where times are no texts there is only one way to write them.
            let exact = match row.text(2) {
                Ok(text) => text == Some(session.expire_date.to_django_text().as_str()),
                Err(_) => true,
            };
            Ok((session, exact))
        };
        tables.connection.one(sql, &parameters, read).await
    }
}

/// Live sessions after a key, in the order of the keys.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) after: String,
    pub(crate) now: Timestamp,
    pub(crate) limit: u32,
}

impl Job for Page {
    type Output = SessionPage;

    async fn run<C: Connection>(
        self,
        connection: &mut C,
        _: &UserModel,
    ) -> Result<SessionPage, StoreError> {
        let parameters = [
            Parameter::Text(&self.after),
            Parameter::Time(self.now),
            Parameter::Integer(i64::from(self.limit)),
        ];
        let found = connection
            .all(&C::DIALECT.statement(sql::PAGE), &parameters, |row| {
                let key = row.text(0).ok().flatten().map(str::to_owned);
                Ok((key, decode::session(row).ok()))
            })
            .await?;
        let is_full = u32::try_from(found.len()).is_ok_and(|count| count >= self.limit);
        // A key that is no text comes after all those that are: nothing can be asked for after it.
        let next = found.last().and_then(|(key, _)| key.clone());
        Ok(SessionPage {
            next: next.filter(|_| is_full),
            rows: found.into_iter().filter_map(|(_, row)| row).collect(),
        })
    }
}

/// A new session.
#[derive(Debug)]
pub(crate) struct Insert(pub(crate) SessionRow);

impl Write for Insert {
    type Output = ();

    const ONE_STATEMENT: bool = true;

    async fn write<C: Connection>(self, tables: Tables<'_, C>) -> Result<(), StoreError> {
        let sql = &tables.schema.statements.sessions.insert;
        save(tables.connection, sql, &self.0).await.map(|_| ())
    }
}

/// Data and expiry of an existing session. False when it has meanwhile been deleted.
#[derive(Debug)]
pub(crate) struct Update(pub(crate) SessionRow);

impl Write for Update {
    type Output = bool;

    const ONE_STATEMENT: bool = true;

    async fn write<C: Connection>(self, tables: Tables<'_, C>) -> Result<bool, StoreError> {
        let sql = &tables.schema.statements.sessions.update;
        Ok(save(tables.connection, sql, &self.0).await? > 0)
    }
}

async fn save<C: Connection>(
    connection: &mut C,
    sql: &Statement,
    row: &SessionRow,
) -> Result<u64, StoreError> {
    let parameters = [
        Parameter::Text(row.key.as_str()),
        Parameter::Text(&row.data),
        Parameter::Time(row.expire_date),
    ];
    connection.execute(sql, &parameters).await
}

/// Removes the session with this key. False when there was none.
#[derive(Debug)]
pub(crate) struct Delete(pub(crate) String);

impl Write for Delete {
    type Output = bool;

    const ONE_STATEMENT: bool = true;

    async fn write<C: Connection>(self, tables: Tables<'_, C>) -> Result<bool, StoreError> {
        let sql = &tables.schema.statements.sessions.delete;
        let parameters = [Parameter::Text(&self.0)];
        Ok(tables.connection.execute(sql, &parameters).await? > 0)
    }
}

/// Removes at most `batch` expired rows, so that no lock is held for long.
#[derive(Debug)]
pub(crate) struct ClearExpired {
    pub(crate) now: Timestamp,
    pub(crate) batch: u32,
}

impl Write for ClearExpired {
    type Output = u64;

    const ONE_STATEMENT: bool = true;

    async fn write<C: Connection>(self, tables: Tables<'_, C>) -> Result<u64, StoreError> {
        let sql = &tables.schema.statements.sessions.clear_expired;
        let batch = i64::from(self.batch);
        let parameters = [Parameter::Time(self.now), Parameter::Integer(batch)];
        tables.connection.execute(sql, &parameters).await
    }
}
