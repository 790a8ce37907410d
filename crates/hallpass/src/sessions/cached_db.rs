//! The engine `cached_db`: the row of `db`, and a copy of its values in the cache.
//!
//! The copy is Django's own entry (see `cache`), so whoever changes the session on either side changes it for both.
//! As in Django a copy that is there is believed, and the row is read only when it is not. Different from Django, a
//! copy is taken back when the row changed or went away while it was being written: a session that somebody ended
//! does not live on in the cache. A copy that is more than JSON is passed over, because the row holds the same values.

use hallpass_formats::session::{SessionData, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use hallpass_store::SessionRow;

use super::cache::{decode, encode, entry};
use super::db::{self, Row};
use super::engine::{Loaded, expiry};
use crate::cache::{RedisCache, When};
use crate::core::Core;
use crate::rejection::Rejection;

/// Django's `KEY_PREFIX` of this engine.
const PREFIX: &str = "django.contrib.sessions.cached_db";

pub(super) async fn load(
    core: &Core,
    cache: &RedisCache,
    key: &SessionKey,
) -> Result<Loaded, Rejection> {
    if let Some(bytes) = cache.get(&entry(PREFIX, key)).await? {
        match decode(&bytes) {
            Ok(data) => return Ok(Loaded::Data(data)),
            Err(error) => {
                tracing::warn!(%error, "a cached session cannot be read: its row is read instead");
            }
        }
    }
    let row = match db::row(core, key).await? {
        Row::Live(row) => row,
        Row::Unreadable => return Ok(Loaded::Data(SessionData::default())),
        Row::Absent => return Ok(Loaded::Unknown),
    };
    let data = db::decode(core, &row);
    let left = row.expire_date.unix_micros() - Timestamp::now().unix_micros();
    copy(core, cache, &row, &data, left.div_euclid(1_000_000)).await?;
    Ok(Loaded::Data(data))
}

/// False when the key is taken.
pub(super) async fn add(
    core: &Core,
    cache: &RedisCache,
    key: &SessionKey,
    data: &SessionData,
) -> Result<bool, Rejection> {
    let row = db::encode(core, key, data);
    let added = db::insert(core, row.clone()).await?;
    if added {
        copy_saved(core, cache, &row, data).await;
    }
    Ok(added)
}

/// False when the row is gone.
pub(super) async fn update(
    core: &Core,
    cache: &RedisCache,
    key: &SessionKey,
    data: &SessionData,
) -> Result<bool, Rejection> {
    let row = db::encode(core, key, data);
    let updated = core.store().update_session(row.clone()).await?;
    if updated {
        copy_saved(core, cache, &row, data).await;
    }
    Ok(updated)
}

/// The row first: whoever copies it meanwhile looks again, see [`copy`].
pub(super) async fn delete(
    core: &Core,
    cache: &RedisCache,
    key: &SessionKey,
) -> Result<(), Rejection> {
    db::delete(core, key).await?;
    Ok(cache.delete(&entry(PREFIX, key)).await?)
}

/// As in Django, what is saved in the row stays saved when the cache does not answer.
async fn copy_saved(core: &Core, cache: &RedisCache, row: &SessionRow, data: &SessionData) {
    let age = expiry(core, data, Timestamp::now()).age_seconds;
    // The fault has been logged where it became a rejection.
    let _ = copy(core, cache, row, data, age).await;
}

/// Puts a copy of the row into the cache, and takes it away again if the row is no longer the same.
async fn copy(
    core: &Core,
    cache: &RedisCache,
    row: &SessionRow,
    data: &SessionData,
    age: i64,
) -> Result<(), Rejection> {
    let key = &row.key;
    let entry = entry(PREFIX, key);
    cache.set(&entry, &encode(data), age, When::Always).await?;
    let unchanged = match db::row(core, key).await {
        Ok(Row::Live(now)) => now.data == row.data,
        Ok(Row::Unreadable | Row::Absent) | Err(_) => false,
    };
    if !unchanged {
        cache.delete(&entry).await?;
    }
    Ok(())
}
