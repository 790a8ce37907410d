//! The session engines: Django 5.2's `django.contrib.sessions.backends`.
//!
//! A [`Session`](super::Session) knows what a request did to its values; an engine knows where they are kept. What
//! is kept, and under which names, is Django's own in each of them, so that a Django on the same engine shares the
//! sessions.

use std::fmt;
use std::sync::Arc;

use hallpass_formats::session::{Expiry, SessionData, SessionKey};
use hallpass_formats::timestamp::Timestamp;

use super::{cache, cached_db, db, signed_cookies};
use crate::cache::RedisCache;
use crate::core::Core;
use crate::identity_cache::StoredSession;
use crate::rejection::Rejection;
use crate::settings::SessionEngine;

/// How often a fresh key is tried when it is already taken. One collision in 36^32 never comes twice.
const KEY_ATTEMPTS: usize = 3;

/// Why the sessions cannot be kept where the settings say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEngine {
    /// The engine `cache` on a cache that other processes do not see.
    #[error(
        "session_engine \"cache\" needs a cache that all processes share: set backend = \
         \"django.core.cache.backends.redis.RedisCache\" and location = \"redis://…\" under [caches.default]"
    )]
    NotShared,
}

/// Where the sessions are kept.
pub(crate) enum Engine {
    /// A row of `django_session`.
    Db,
    /// The row, and a copy in the cache. Without a shared cache the row alone.
    CachedDb(Option<Arc<RedisCache>>),
    /// The cache alone.
    Cache(Arc<RedisCache>),
    /// The cookie itself.
    SignedCookies,
}

/// What was found under a key.
pub(super) enum Loaded {
    /// The session, empty if it cannot be read.
    Data(SessionData),
    /// The session as it was read for whoever carries its key.
    Stored(Arc<StoredSession>),
    /// Nothing: the key is not to be used again.
    Unknown,
    /// Nothing, and the browser is to be told at once.
    Reset,
}

impl Engine {
    pub(crate) fn of(
        engine: SessionEngine,
        cache: Option<Arc<RedisCache>>,
    ) -> Result<Self, InvalidEngine> {
        Ok(match engine {
            SessionEngine::Db => Self::Db,
            SessionEngine::CachedDb => Self::CachedDb(cache),
            SessionEngine::Cache => Self::Cache(cache.ok_or(InvalidEngine::NotShared)?),
            SessionEngine::SignedCookies => Self::SignedCookies,
        })
    }

    /// Whether sessions are rows, which `clearsessions` removes.
    pub(super) fn has_rows(&self) -> bool {
        matches!(self, Self::Db | Self::CachedDb(_))
    }

    /// The session under this key, where the identity cache has it: nothing has to be waited for.
    pub(super) fn at_hand(&self, core: &Core, key: &SessionKey) -> Option<Arc<StoredSession>> {
        match self {
            Self::Db | Self::CachedDb(None) => core.identities().session_at_hand(core.store(), key),
            Self::CachedDb(Some(_)) | Self::Cache(_) | Self::SignedCookies => None,
        }
    }

    pub(super) async fn load(&self, core: &Core, key: &SessionKey) -> Result<Loaded, Rejection> {
        match self {
            Self::Db | Self::CachedDb(None) => db::load(core, key).await,
            // A cache's futures are deep: boxed, they do not weigh on every caller's type.
            Self::CachedDb(Some(cache)) => Box::pin(cached_db::load(core, cache, key)).await,
            Self::Cache(cache) => Box::pin(cache::load(cache, key)).await,
            Self::SignedCookies => Ok(signed_cookies::load(core, key)),
        }
    }

    /// Keeps the data under a fresh key.
    pub(super) async fn create(
        &self,
        core: &Core,
        data: &SessionData,
    ) -> Result<SessionKey, Rejection> {
        for _ in 0..KEY_ATTEMPTS {
            let key = SessionKey::generate();
            let added = match self {
                Self::Db | Self::CachedDb(None) => db::add(core, &key, data).await?,
                Self::CachedDb(Some(cache)) => {
                    Box::pin(cached_db::add(core, cache, &key, data)).await?
                }
                Self::Cache(cache) => Box::pin(cache::add(core, cache, &key, data)).await?,
                Self::SignedCookies => return signed_cookies::key(core, data),
            };
            if added {
                return Ok(key);
            }
        }
        tracing::error!("no free session key was found");
        Err(Rejection::unavailable())
    }

    /// Keeps the data under a key that exists. The key that leads to it from now on; `None` when the session has
    /// meanwhile been deleted: it must not come back.
    pub(super) async fn save(
        &self,
        core: &Core,
        key: SessionKey,
        data: &SessionData,
    ) -> Result<Option<SessionKey>, Rejection> {
        let saved = match self {
            Self::Db | Self::CachedDb(None) => db::update(core, &key, data).await?,
            Self::CachedDb(Some(cache)) => {
                Box::pin(cached_db::update(core, cache, &key, data)).await?
            }
            Self::Cache(cache) => Box::pin(cache::update(core, cache, &key, data)).await?,
            Self::SignedCookies => return signed_cookies::key(core, data).map(Some),
        };
        Ok(saved.then_some(key))
    }

    /// Removes what is kept under a key; no error when there is nothing.
    pub(super) async fn delete(&self, core: &Core, key: &SessionKey) -> Result<(), Rejection> {
        match self {
            Self::Db | Self::CachedDb(None) => db::delete(core, key).await,
            Self::CachedDb(Some(cache)) => Box::pin(cached_db::delete(core, cache, key)).await,
            Self::Cache(cache) => Box::pin(cache::delete(cache, key)).await,
            Self::SignedCookies => Ok(()),
        }
    }
}

/// When this session ends if it is saved now.
pub(super) fn expiry(core: &Core, data: &SessionData, now: Timestamp) -> Expiry {
    let settings = core.settings();
    data.expiry(
        now,
        settings.session_cookie_age,
        settings.session_expire_at_browser_close,
    )
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Db => "Db",
            Self::CachedDb(_) => "CachedDb",
            Self::Cache(_) => "Cache",
            Self::SignedCookies => "SignedCookies",
        })
    }
}
