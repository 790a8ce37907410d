//! Django's cache: what several processes share and may forget, `CACHES["default"]`.
//!
//! Sessions and the counts of throttles are kept in it, under Django's keys and in Django's form, so that a Django with
//! the same `CACHES` sees the same.

#[cfg(feature = "redis")]
mod redis;
#[cfg(not(feature = "redis"))]
#[path = "without_redis.rs"]
mod redis;

use std::sync::Arc;

use crate::diagnostics::{Cause, Reason};
use crate::rejection::Rejection;
use crate::settings::{CacheBackend, CacheSettings};

pub(crate) use redis::{CacheFault, RedisCache};

/// Why there is no such cache as the settings say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCache {
    /// Redis without a location.
    #[error(
        "caches.default.location is empty: set it to the server's URL, such as \"redis://127.0.0.1:6379/0\""
    )]
    NoLocation,
    /// The location is no URL of a Redis server; the URL itself may hold a password and is not shown.
    #[error("caches.default.location is no URL of a Redis server: {0}")]
    Location(String),
    /// The library was built without its feature `redis`.
    #[error("this build has no Redis: enable the feature `redis` of the crate `hallpass`")]
    NotBuilt,
}

/// Under which condition an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    Absent,
    Present,
}

/// The cache that processes share, if the settings name one. Connections are made when they are first needed: a
/// Redis that is down keeps nothing from starting.
pub(crate) fn shared(settings: &CacheSettings) -> Result<Option<Arc<RedisCache>>, InvalidCache> {
    match settings.backend {
        CacheBackend::Redis => RedisCache::new(settings).map(|cache| Some(Arc::new(cache))),
        CacheBackend::LocalMemory | CacheBackend::Dummy => Ok(None),
    }
}

/// A cache that does not answer is 503 and a log line, never a verdict about the caller.
impl From<CacheFault> for Rejection {
    fn from(fault: CacheFault) -> Self {
        tracing::error!(%fault, "the cache cannot answer");
        Self::unavailable().with_reason(Reason::new(Cause::Database, fault.to_string()))
    }
}
