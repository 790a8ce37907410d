//! The cache of a build without the feature `redis`: there is none, and nothing can be asked of it.

use std::convert::Infallible;

use super::{InvalidCache, When};
use crate::settings::CacheSettings;

/// Cannot happen.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct CacheFault(Infallible);

/// A cache that nobody can have.
pub(crate) struct RedisCache(Infallible);

#[expect(
    clippy::unused_async,
    reason = "the other build has something to wait for"
)]
impl RedisCache {
    pub(crate) fn new(_: &CacheSettings) -> Result<Self, InvalidCache> {
        Err(InvalidCache::NotBuilt)
    }

    pub(crate) async fn get(&self, _: &str) -> Result<Option<Vec<u8>>, CacheFault> {
        match self.0 {}
    }

    pub(crate) async fn set(&self, _: &str, _: &[u8], _: i64, _: When) -> Result<bool, CacheFault> {
        match self.0 {}
    }

    pub(crate) async fn delete(&self, _: &str) -> Result<(), CacheFault> {
        match self.0 {}
    }

    pub(crate) async fn run_script(
        &self,
        _: &str,
        _: &str,
        _: &[&[u8]],
    ) -> Result<Vec<Vec<u8>>, CacheFault> {
        match self.0 {}
    }
}
