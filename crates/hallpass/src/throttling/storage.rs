//! Where histories are kept: DRF's `SimpleRateThrottle.cache`, which is Django's default cache.

use std::sync::Arc;

use super::history::History;
use super::key::{Ident, cache_key};
use super::memory::Memory;
use super::{Rate, Throttled, shared};
use crate::cache::RedisCache;
use crate::rejection::Rejection;
use crate::settings::{CacheBackend, Settings};

/// The histories of one Hallpass.
pub(crate) struct Storage(Kept);

enum Kept {
    /// In this process.
    Memory(Memory),
    /// In a Redis that processes share.
    Shared(Arc<RedisCache>),
    /// Nowhere: Django's `DummyCache` keeps nothing, so that every request is the first.
    Nowhere,
}

impl Storage {
    pub(crate) fn of(settings: &Settings, cache: Option<Arc<RedisCache>>) -> Self {
        Self(match (cache, settings.caches_default.backend) {
            (Some(cache), _) => Kept::Shared(cache),
            (None, CacheBackend::Dummy) => Kept::Nowhere,
            (None, CacheBackend::LocalMemory | CacheBackend::Redis) => {
                Kept::Memory(Memory::new(settings.throttle_memory))
            }
        })
    }

    /// Judges a request at `now`, and remembers it if it is let through.
    pub(super) async fn count(
        &self,
        scope: &str,
        ident: &Ident,
        rate: Rate,
        now: f64,
    ) -> Result<Throttled, Rejection> {
        let key = cache_key(scope, ident);
        match &self.0 {
            Kept::Memory(memory) => Ok(memory.count(key, ident.is_user(), rate, now)),
            // A cache's futures are deep: boxed, they do not weigh on every caller's type.
            Kept::Shared(cache) => Box::pin(shared::count(cache, &key, rate, now)).await,
            Kept::Nowhere => Ok(History::default().count(rate, now)),
        }
    }
}
