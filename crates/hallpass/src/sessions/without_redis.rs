//! The cache of a build without the feature `redis`: there is none, and nothing can be asked of it.

use std::convert::Infallible;

use hallpass_formats::session::SessionKey;

use super::engine::InvalidEngine;
use crate::settings::CacheSettings;

/// Cannot happen.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct CacheFault(Infallible);

/// Under which condition an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    Absent,
    Present,
}

/// A cache that nobody can have.
pub(crate) struct RedisCache(Infallible);

#[expect(
    clippy::unused_async,
    reason = "the other build has something to wait for"
)]
impl RedisCache {
    pub(super) fn new(_: &CacheSettings) -> Result<Self, InvalidEngine> {
        Err(InvalidEngine::NotBuilt)
    }

    pub(super) async fn get(&self, _: &str, _: &SessionKey) -> Result<Option<Vec<u8>>, CacheFault> {
        match self.0 {}
    }

    pub(super) async fn set(
        &self,
        _: &str,
        _: &SessionKey,
        _: &[u8],
        _: i64,
        _: When,
    ) -> Result<bool, CacheFault> {
        match self.0 {}
    }

    pub(super) async fn delete(&self, _: &str, _: &SessionKey) -> Result<(), CacheFault> {
        match self.0 {}
    }
}
