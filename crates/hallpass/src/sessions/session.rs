//! One request's session as handlers see it: Django 5.2's `SessionBase`.
//!
//! Nothing is read until something is asked. A key that the engine does not know is never adopted: if data is
//! written, a fresh key is issued. Where the values are kept is the engine's business, see `engine.rs`.

use std::fmt;
use std::sync::Arc;

use hallpass_formats::json::Json;
use hallpass_formats::session::{self, Expiry, SessionData, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use http::StatusCode;
use tokio::sync::MutexGuard;

use super::engine::expiry;
use super::held::Held;
use super::slot::{Outcome, SessionSlot, State};
use crate::core::Core;
use crate::rejection::Rejection;

/// The session of one request. Cheap to clone; all clones are the same session.
///
/// Values are Django's JSON values. Changes are saved when the response is finished, unless its status is 500 or
/// above.
///
/// ```
/// use hallpass::{Rejection, Session};
///
/// async fn visits(session: Session) -> Result<String, Rejection> {
///     let before = session.get("visits").await?.and_then(|value| value.as_i64()).unwrap_or(0);
///     session.insert("visits", before + 1).await?;
///     Ok(format!("This is visit {}.", before + 1))
/// }
/// ```
#[derive(Clone)]
pub struct Session {
    keeper: Arc<dyn Keeper>,
}

/// Who keeps a session's state: a request's exchange, so that the session of a request is not an allocation of its own.
pub(crate) trait Keeper: Send + Sync {
    fn core(&self) -> &Core;
    fn slot(&self) -> &SessionSlot;
}

impl Session {
    /// The session that `keeper` keeps.
    pub(crate) fn kept_by(keeper: Arc<dyn Keeper>) -> Self {
        Self { keeper }
    }

    /// A session of no request.
    pub(super) fn new(core: Core) -> Self {
        struct Alone(Core, SessionSlot);

        impl Keeper for Alone {
            fn core(&self) -> &Core {
                &self.0
            }

            fn slot(&self) -> &SessionSlot {
                &self.1
            }
        }

        Self::kept_by(Arc::new(Alone(core, SessionSlot::new(None))))
    }

    /// The value under `name`.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn get(&self, name: &str) -> Result<Option<Json>, Rejection> {
        let mut state = self.loaded().await?;
        Ok(state.values().get(name).cloned())
    }

    /// The text under `name`; `None` also when the value is not text.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn get_str(&self, name: &str) -> Result<Option<String>, Rejection> {
        let mut state = self.loaded().await?;
        Ok(state.values().get_str(name).map(str::to_owned))
    }

    /// The key that the cookie carries; `None` until a new session is saved. Nothing is read from the store, so an
    /// unknown key still shows until something else is asked for. With `signed_cookies` it is the whole signed text.
    pub async fn key(&self) -> Option<SessionKey> {
        self.keeper.slot().key().await
    }

    /// Sets a value.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn insert(&self, name: &str, value: impl Into<Json>) -> Result<(), Rejection> {
        let mut state = self.loaded().await?;
        state.modified = true;
        state.values_mut().insert(name, value.into());
        Ok(())
    }

    /// Removes a value; `true` when it was there.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn remove(&self, name: &str) -> Result<bool, Rejection> {
        let mut state = self.loaded().await?;
        if state.values().get(name).is_none() {
            return Ok(false);
        }
        state.modified = true;
        Ok(state.values_mut().remove(name).is_some())
    }

    /// The whole content, as it stands now.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn data(&self) -> Result<SessionData, Rejection> {
        let mut state = self.loaded().await?;
        Ok(state.values().clone())
    }

    /// Removes every value; key, row and cookie stay (Django's `clear`).
    pub async fn clear(&self) {
        let mut state = self.keeper.slot().touched().await;
        state.held = Some(Held::default());
        state.modified = true;
    }

    /// Removes every value, the row and the cookie (Django's `flush`), at once.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn flush(&self) -> Result<(), Rejection> {
        let mut state = self.keeper.slot().touched().await;
        // Until it is gone, the cookie leads to it: a flush that failed can be tried again.
        if let Some(key) = &state.key {
            let core = self.keeper.core();
            core.session_engine().delete(core, key).await?;
        }
        state.key = None;
        state.held = Some(Held::default());
        state.modified = true;
        Ok(())
    }

    /// Gives the same data a new key and removes the old row (Django's `cycle_key`), at once: what a login does,
    /// so that a key planted before it is worthless.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn cycle_key(&self) -> Result<(), Rejection> {
        let mut state = self.loaded().await?;
        let old = state.key.clone();
        let core = self.keeper.core();
        state.create(core).await?;
        if let Some(old) = old {
            core.session_engine().delete(core, &old).await?;
        }
        Ok(())
    }

    /// Sets this session's own expiry, in seconds from each save; `0` means until the browser closes, `None` takes it
    /// back.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn set_expiry(&self, seconds: impl Into<Option<i64>>) -> Result<(), Rejection> {
        match seconds.into() {
            Some(seconds) => self.insert(session::EXPIRY, seconds).await,
            None => self.remove(session::EXPIRY).await.map(drop),
        }
    }

    /// Sets the instant at which this session ends (Django's `set_expiry` with a `datetime`); saving it later does not
    /// move it.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn set_expiry_date(&self, at: Timestamp) -> Result<(), Rejection> {
        self.insert(session::EXPIRY, at.to_iso8601()).await
    }

    /// When this session ends if it is saved now: Django's `get_expiry_age`, `get_expiry_date` and
    /// `get_expire_at_browser_close`.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn expiry(&self) -> Result<Expiry, Rejection> {
        let mut state = self.loaded().await?;
        Ok(expiry(self.keeper.core(), state.values(), Timestamp::now()))
    }

    /// Saves what has to be saved: [`SessionSlot::finish`].
    pub(super) async fn finish(&self, status: StatusCode) -> Result<Outcome, Rejection> {
        self.keeper.slot().finish(self.keeper.core(), status).await
    }

    async fn loaded(&self) -> Result<MutexGuard<'_, State>, Rejection> {
        self.keeper.slot().loaded(self.keeper.core()).await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
