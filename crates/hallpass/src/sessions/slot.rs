//! The state of one session, and what Django's middleware does with it when the response is there.

use std::sync::atomic::{AtomicBool, Ordering};

use hallpass_formats::session::{Expiry, SessionData, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use http::StatusCode;
use tokio::sync::{Mutex, MutexGuard};

use super::engine::{Loaded, expiry};
use super::held::Held;
use crate::core::Core;
use crate::rejection::Rejection;

/// The state of one session.
pub(crate) struct SessionSlot {
    had_cookie: bool,
    /// Whether anybody looked: the response then carries `Vary: Cookie`.
    accessed: AtomicBool,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) key: Option<SessionKey>,
    /// `None` until the engine has been asked.
    pub(super) held: Option<Held>,
    pub(super) modified: bool,
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

impl SessionSlot {
    /// Of a client whose cookie has this key.
    pub(crate) fn new(cookie: Option<&str>) -> Self {
        Self {
            had_cookie: cookie.is_some(),
            accessed: AtomicBool::new(false),
            state: Mutex::new(State {
                key: cookie.and_then(SessionKey::from_cookie),
                held: None,
                modified: false,
            }),
        }
    }

    /// True where the request brought no session and none was made since.
    pub(crate) fn has_none(&self) -> bool {
        !self.had_cookie && !self.accessed.load(Ordering::Relaxed)
    }

    /// Looks at the values where they are.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub(crate) async fn look<T>(
        &self,
        core: &Core,
        look: impl FnOnce(&Held) -> T,
    ) -> Result<T, Rejection> {
        let mut state = self.loaded(core).await?;
        Ok(look(state.held.get_or_insert_default()))
    }

    /// The same where nothing has to be waited for: the values are there, or the identity cache has them.
    pub(crate) fn look_now<T>(&self, core: &Core, look: impl FnOnce(&Held) -> T) -> Option<T> {
        let mut state = self.state.try_lock().ok()?;
        if state.held.is_none() {
            let stored = core.session_engine().at_hand(core, state.key.as_ref()?)?;
            state.held = Some(Held::Stored(stored));
        }
        self.accessed.store(true, Ordering::Relaxed);
        state.held.as_ref().map(look)
    }

    /// [`finish`](Self::finish), where nothing has to be saved.
    pub(crate) fn finish_now(&self, core: &Core) -> Option<Outcome> {
        if self.has_none() {
            return Some(Outcome::Untouched);
        }
        let state = self.state.try_lock().ok()?;
        let save = state.modified || core.settings().session_save_every_request;
        (!save).then(|| self.unsaved(&state))
    }

    /// Django's `SessionMiddleware.process_response`: saves what has to be saved.
    ///
    /// # Errors
    /// The store's fault, as 503; 400 when the session was deleted meanwhile.
    pub(crate) async fn finish(
        &self,
        core: &Core,
        status: StatusCode,
    ) -> Result<Outcome, Rejection> {
        let mut state = self.state.lock().await;
        let settings = core.settings();
        let save =
            (state.modified || settings.session_save_every_request) && !status.is_server_error();
        // An unknown key shows only now where nobody asked for anything: it must not become a row.
        if save {
            state.load(core).await?;
        }
        if save && !state.is_empty() {
            return state.save(core).await;
        }
        Ok(self.unsaved(&state))
    }

    /// The state with its data present.
    pub(super) async fn loaded(&self, core: &Core) -> Result<MutexGuard<'_, State>, Rejection> {
        let mut state = self.touched().await;
        state.load(core).await?;
        Ok(state)
    }

    /// The state as it stands.
    pub(super) async fn touched(&self) -> MutexGuard<'_, State> {
        let state = self.state.lock().await;
        self.accessed.store(true, Ordering::Relaxed);
        state
    }

    pub(super) async fn key(&self) -> Option<SessionKey> {
        self.state.lock().await.key.clone()
    }

    /// What the response says of a session that is not saved.
    fn unsaved(&self, state: &State) -> Outcome {
        match self.had_cookie && state.is_empty() {
            true => Outcome::Dead,
            false => self.as_looked_at(),
        }
    }

    /// Whether anybody has looked at the values so far.
    pub(crate) fn was_looked_at(&self) -> bool {
        self.accessed.load(Ordering::Relaxed)
    }

    fn as_looked_at(&self) -> Outcome {
        match self.was_looked_at() {
            true => Outcome::Read,
            false => Outcome::Untouched,
        }
    }
}

impl State {
    /// Asks the engine, once.
    async fn load(&mut self, core: &Core) -> Result<(), Rejection> {
        if self.held.is_some() {
            return Ok(());
        }
        let loaded = match &self.key {
            Some(key) => core.session_engine().load(core, key).await?,
            None => Loaded::Unknown,
        };
        self.held = Some(match loaded {
            Loaded::Data(data) => Held::Own(data),
            Loaded::Stored(stored) => Held::Stored(stored),
            Loaded::Unknown => {
                self.key = None;
                Held::default()
            }
            Loaded::Reset => {
                self.modified = true;
                Held::default()
            }
        });
        Ok(())
    }

    /// Keeps the values under their key, or under a fresh one when they have none.
    async fn save(&mut self, core: &Core) -> Result<Outcome, Rejection> {
        let key = match self.key.take() {
            None => self.create(core).await?,
            Some(key) => {
                let engine = core.session_engine();
                let Some(key) = engine.save(core, key, self.values()).await? else {
                    // Django's SessionInterrupted: somebody logged the session out while this request ran.
                    tracing::info!("the session was deleted before the request completed");
                    return Err(Rejection::bad_request_page());
                };
                self.key = Some(key.clone());
                key
            }
        };
        let expiry = expiry(core, self.values(), Timestamp::now());
        Ok(Outcome::Saved(key, expiry))
    }

    pub(super) async fn create(&mut self, core: &Core) -> Result<SessionKey, Rejection> {
        let key = core.session_engine().create(core, self.values()).await?;
        self.key = Some(key.clone());
        self.modified = true;
        Ok(key)
    }

    pub(super) fn values(&mut self) -> &SessionData {
        self.held.get_or_insert_default().values()
    }

    pub(super) fn values_mut(&mut self) -> &mut SessionData {
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
