//! One request's session: Django 5.2's `SessionBase`, and what its middleware does when the response is there.
//!
//! Nothing is read until something is asked. A key that the engine does not know is never adopted: if data is
//! written, a fresh key is issued. Where the values are kept is the engine's business, see `engine.rs`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hallpass_formats::json::Json;
use hallpass_formats::session::{self, Expiry, SessionData, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use tokio::sync::Mutex;

use super::engine::{Loaded, expiry};
use super::held::Held;
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
    inner: Arc<Inner>,
}

struct Inner {
    core: Core,
    had_cookie: bool,
    /// Whether anybody looked: the response then carries `Vary: Cookie`.
    accessed: AtomicBool,
    state: Mutex<State>,
}

struct State {
    key: Option<SessionKey>,
    /// `None` until the engine has been asked.
    held: Option<Held>,
    modified: bool,
}

/// What the response must say about the session.
pub(crate) enum Outcome {
    /// Nobody looked.
    Untouched,
    /// Somebody looked: `Vary: Cookie`.
    Read,
    /// Saved: send the cookie.
    Saved(SessionKey, Expiry),
    /// The browser's cookie leads nowhere: delete it.
    Dead,
}

impl Session {
    pub(crate) fn new(core: Core, cookie: Option<&str>) -> Self {
        let state = State {
            key: cookie.and_then(SessionKey::from_cookie),
            held: None,
            modified: false,
        };
        let inner = Inner {
            core,
            had_cookie: cookie.is_some(),
            accessed: AtomicBool::new(false),
            state: Mutex::new(state),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The value under `name`.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn get(&self, name: &str) -> Result<Option<Json>, Rejection> {
        let mut state = self.inner.loaded().await?;
        Ok(state.values().get(name).cloned())
    }

    /// The text under `name`; `None` also when the value is not text.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn get_str(&self, name: &str) -> Result<Option<String>, Rejection> {
        let mut state = self.inner.loaded().await?;
        Ok(state.values().get_str(name).map(str::to_owned))
    }

    /// Looks at the values where they are.
    pub(crate) async fn look<T>(&self, look: impl FnOnce(&Held) -> T) -> Result<T, Rejection> {
        let mut state = self.inner.loaded().await?;
        Ok(look(state.held.get_or_insert_default()))
    }

    /// The same where nothing has to be waited for: the values are there, or the identity cache has them.
    pub(crate) fn look_now<T>(&self, look: impl FnOnce(&Held) -> T) -> Option<T> {
        let mut state = self.inner.state.try_lock().ok()?;
        if state.held.is_none() {
            let core = &self.inner.core;
            let stored = core.session_engine().at_hand(core, state.key.as_ref()?)?;
            state.held = Some(Held::Stored(stored));
        }
        self.inner.accessed.store(true, Ordering::Relaxed);
        state.held.as_ref().map(look)
    }

    /// The key that the cookie carries; `None` until a new session is saved. Nothing is read from the store, so an
    /// unknown key still shows until something else is asked for. With `signed_cookies` it is the whole signed text.
    pub async fn key(&self) -> Option<SessionKey> {
        self.inner.state.lock().await.key.clone()
    }

    /// Sets a value.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn insert(&self, name: &str, value: impl Into<Json>) -> Result<(), Rejection> {
        let mut state = self.inner.loaded().await?;
        state.modified = true;
        state.values_mut().insert(name, value.into());
        Ok(())
    }

    /// Removes a value; `true` when it was there.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn remove(&self, name: &str) -> Result<bool, Rejection> {
        let mut state = self.inner.loaded().await?;
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
        let mut state = self.inner.loaded().await?;
        Ok(state.values().clone())
    }

    /// Removes every value; key, row and cookie stay (Django's `clear`).
    pub async fn clear(&self) {
        let mut state = self.inner.state.lock().await;
        self.inner.accessed.store(true, Ordering::Relaxed);
        state.held = Some(Held::default());
        state.modified = true;
    }

    /// Removes every value, the row and the cookie (Django's `flush`), at once.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn flush(&self) -> Result<(), Rejection> {
        let mut state = self.inner.state.lock().await;
        self.inner.accessed.store(true, Ordering::Relaxed);
        // Until it is gone, the cookie leads to it: a flush that failed can be tried again.
        if let Some(key) = &state.key {
            let core = &self.inner.core;
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
        let mut state = self.inner.loaded().await?;
        let old = state.key.clone();
        self.inner.create(&mut state).await?;
        if let Some(old) = old {
            let core = &self.inner.core;
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
        let mut state = self.inner.loaded().await?;
        Ok(expiry(&self.inner.core, state.values(), Timestamp::now()))
    }

    /// [`finish`](Self::finish), where nothing has to be saved.
    pub(crate) fn finish_now(&self) -> Option<Outcome> {
        let state = self.inner.state.try_lock().ok()?;
        let save = state.modified || self.inner.core.settings().session_save_every_request;
        (!save).then(|| self.inner.unsaved(&state))
    }

    /// Django's `SessionMiddleware.process_response`: saves what has to be saved.
    pub(crate) async fn finish(&self, status: http::StatusCode) -> Result<Outcome, Rejection> {
        let mut state = self.inner.state.lock().await;
        let settings = self.inner.core.settings();
        let save =
            (state.modified || settings.session_save_every_request) && !status.is_server_error();
        // An unknown key shows only now where nobody asked for anything: it must not become a row.
        if save {
            self.inner.load(&mut state).await?;
        }
        if save && !state.is_empty() {
            return self.inner.save(&mut state).await;
        }
        Ok(self.inner.unsaved(&state))
    }
}

impl Inner {
    /// The state with its data present.
    async fn loaded(&self) -> Result<tokio::sync::MutexGuard<'_, State>, Rejection> {
        let mut state = self.state.lock().await;
        self.accessed.store(true, Ordering::Relaxed);
        self.load(&mut state).await?;
        Ok(state)
    }

    /// What the response says of a session that is not saved.
    fn unsaved(&self, state: &State) -> Outcome {
        if self.had_cookie && state.is_empty() {
            return Outcome::Dead;
        }
        match self.accessed.load(Ordering::Relaxed) {
            true => Outcome::Read,
            false => Outcome::Untouched,
        }
    }

    /// Asks the engine, once.
    async fn load(&self, state: &mut State) -> Result<(), Rejection> {
        if state.held.is_some() {
            return Ok(());
        }
        let loaded = match &state.key {
            Some(key) => self.core.session_engine().load(&self.core, key).await?,
            None => Loaded::Unknown,
        };
        state.held = Some(match loaded {
            Loaded::Data(data) => Held::Own(data),
            Loaded::Stored(stored) => Held::Stored(stored),
            Loaded::Unknown => {
                state.key = None;
                Held::default()
            }
            Loaded::Reset => {
                state.modified = true;
                Held::default()
            }
        });
        Ok(())
    }

    /// Keeps the values under their key, or under a fresh one when they have none.
    async fn save(&self, state: &mut State) -> Result<Outcome, Rejection> {
        let key = match state.key.take() {
            None => self.create(state).await?,
            Some(key) => {
                let engine = self.core.session_engine();
                let Some(key) = engine.save(&self.core, key, state.values()).await? else {
                    // Django's SessionInterrupted: somebody logged the session out while this request ran.
                    tracing::info!("the session was deleted before the request completed");
                    return Err(Rejection::bad_request_page());
                };
                state.key = Some(key.clone());
                key
            }
        };
        let expiry = expiry(&self.core, state.values(), Timestamp::now());
        Ok(Outcome::Saved(key, expiry))
    }

    async fn create(&self, state: &mut State) -> Result<SessionKey, Rejection> {
        let engine = self.core.session_engine();
        let key = engine.create(&self.core, state.values()).await?;
        state.key = Some(key.clone());
        state.modified = true;
        Ok(key)
    }
}

impl State {
    fn values(&mut self) -> &SessionData {
        self.held.get_or_insert_default().values()
    }

    fn values_mut(&mut self) -> &mut SessionData {
        self.held.get_or_insert_default().values_mut()
    }

    /// Django's `is_empty`: neither a key nor data.
    fn is_empty(&self) -> bool {
        self.key.is_none()
            && self
                .held
                .as_ref()
                .is_none_or(|held| held.values().is_empty())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("had_cookie", &self.inner.had_cookie)
            .finish_non_exhaustive()
    }
}
