//! The engine `cache`: a session is an entry of the cache and nowhere else.
//!
//! The entry is Django's: the pickle of a dictionary, under Django's key, so that a Django with the same `CACHES` and
//! engine shares it. Django keeps any Python object so; one that is more than JSON cannot be read here, and the
//! session counts as empty.

use hallpass_formats::json::{Json, Object};
use hallpass_formats::pickle::{self, PickleError};
use hallpass_formats::session::{SessionData, SessionKey};
use hallpass_formats::timestamp::Timestamp;

use super::engine::{Loaded, expiry};
use crate::cache::{RedisCache, When};
use crate::core::Core;
use crate::rejection::Rejection;

/// Django's `KEY_PREFIX` of this engine.
const PREFIX: &str = "django.contrib.sessions.cache";

pub(super) async fn load(cache: &RedisCache, key: &SessionKey) -> Result<Loaded, Rejection> {
    let Some(bytes) = cache.get(&entry(PREFIX, key)).await? else {
        return Ok(Loaded::Unknown);
    };
    Ok(Loaded::Data(decode(&bytes).unwrap_or_else(|error| {
        tracing::warn!(%error, "a cached session cannot be read: it counts as empty");
        SessionData::default()
    })))
}

/// False when the key is taken.
pub(super) async fn add(
    core: &Core,
    cache: &RedisCache,
    key: &SessionKey,
    data: &SessionData,
) -> Result<bool, Rejection> {
    write(core, cache, key, data, When::Absent).await
}

/// False when the entry is gone.
pub(super) async fn update(
    core: &Core,
    cache: &RedisCache,
    key: &SessionKey,
    data: &SessionData,
) -> Result<bool, Rejection> {
    write(core, cache, key, data, When::Present).await
}

pub(super) async fn delete(cache: &RedisCache, key: &SessionKey) -> Result<(), Rejection> {
    Ok(cache.delete(&entry(PREFIX, key)).await?)
}

async fn write(
    core: &Core,
    cache: &RedisCache,
    key: &SessionKey,
    data: &SessionData,
    when: When,
) -> Result<bool, Rejection> {
    let age = expiry(core, data, Timestamp::now()).age_seconds;
    let entry = entry(PREFIX, key);
    Ok(cache.set(&entry, &encode(data), age, when).await?)
}

/// What Django's `RedisCache` would unpickle.
pub(super) fn decode(bytes: &[u8]) -> Result<SessionData, PickleError> {
    match pickle::loads(bytes)? {
        Json::Object(object) => Ok(SessionData::from(object)),
        _ => Err(PickleError::Malformed("a session is a dictionary")),
    }
}

pub(super) fn encode(data: &SessionData) -> Vec<u8> {
    let mut object = Object::new();
    for (name, value) in data.iter() {
        object.insert(name.clone(), value.clone());
    }
    pickle::dumps(&Json::Object(object))
}

/// The name of a session's entry.
pub(super) fn entry(prefix: &str, key: &SessionKey) -> String {
    format!("{prefix}{}", key.as_str())
}
