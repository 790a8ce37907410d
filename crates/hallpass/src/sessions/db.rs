//! The engine `db`, Django's default: a row of `django_session` with the values as signed text.
//!
//! A row whose data cannot be read counts as empty and stays where it is.

use hallpass_formats::session::{self, SessionData, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use hallpass_store::{SessionRow, StoreError};

use super::engine::{Loaded, expiry};
use crate::core::Core;
use crate::rejection::Rejection;

/// A look at the table.
pub(super) enum Row {
    Live(SessionRow),
    Unreadable,
    Absent,
}

pub(super) async fn row(core: &Core, key: &SessionKey) -> Result<Row, Rejection> {
    match core.store().session(key.as_str(), Timestamp::now()).await {
        Err(fault @ StoreError::Corrupt { .. }) => {
            tracing::error!(%fault, "a session row cannot be read");
            Ok(Row::Unreadable)
        }
        row => Ok(row?.map_or(Row::Absent, Row::Live)),
    }
}

pub(super) fn decode(core: &Core, row: &SessionRow) -> SessionData {
    SessionData::decode(&row.data, core.secret_keys(), session::DB_SALT).unwrap_or_else(|error| {
        tracing::warn!(%error, "session data corrupted: the session counts as empty");
        SessionData::default()
    })
}

pub(super) fn encode(core: &Core, key: &SessionKey, data: &SessionData) -> SessionRow {
    let now = Timestamp::now();
    SessionRow {
        key: key.clone(),
        data: data.encode(core.secret_keys(), session::DB_SALT, now),
        expire_date: expiry(core, data, now).expire_date,
    }
}

pub(super) async fn load(core: &Core, key: &SessionKey) -> Result<Loaded, Rejection> {
    Ok(match row(core, key).await? {
        Row::Live(row) => Loaded::Data(decode(core, &row)),
        Row::Unreadable => Loaded::Data(SessionData::default()),
        Row::Absent => Loaded::Unknown,
    })
}

/// False when the key is taken.
pub(super) async fn insert(core: &Core, row: SessionRow) -> Result<bool, Rejection> {
    match core.store().insert_session(row).await {
        Err(StoreError::Duplicate { .. }) => Ok(false),
        inserted => Ok(inserted.map(|()| true)?),
    }
}

pub(super) async fn add(
    core: &Core,
    key: &SessionKey,
    data: &SessionData,
) -> Result<bool, Rejection> {
    insert(core, encode(core, key, data)).await
}

/// False when the row is gone.
pub(super) async fn update(
    core: &Core,
    key: &SessionKey,
    data: &SessionData,
) -> Result<bool, Rejection> {
    Ok(core.store().update_session(encode(core, key, data)).await?)
}

pub(super) async fn delete(core: &Core, key: &SessionKey) -> Result<(), Rejection> {
    core.store().delete_session(key.as_str()).await?;
    Ok(())
}
