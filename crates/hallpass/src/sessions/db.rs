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
    readable(core, &row.data).unwrap_or_default()
}

/// `None` when the text is not signed by us; the session counts as empty then.
fn readable(core: &Core, text: &str) -> Option<SessionData> {
    SessionData::decode(text, core.secret_keys(), session::DB_SALT)
        .inspect_err(|error| {
            tracing::warn!(%error, "session data corrupted: the session counts as empty");
        })
        .ok()
}

pub(super) fn encode(core: &Core, key: &SessionKey, data: &SessionData) -> SessionRow {
    let now = Timestamp::now();
    SessionRow {
        key: key.clone(),
        data: data.encode(core.secret_keys(), session::DB_SALT, now),
        expire_date: expiry(core, data, now).expire_date,
    }
}

/// From the identity cache while that is proven, else from the row.
pub(super) async fn load(core: &Core, key: &SessionKey) -> Result<Loaded, Rejection> {
    let decode = |text: &str| readable(core, text);
    match core.identities().session(core.store(), key, decode).await {
        Err(fault @ StoreError::Corrupt { .. }) => {
            tracing::error!(%fault, "a session row cannot be read");
            Ok(Loaded::Data(SessionData::default()))
        }
        found => Ok(found?.map_or(Loaded::Unknown, Loaded::Stored)),
    }
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
