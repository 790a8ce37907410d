//! The CSRF secret of one exchange: as the client's cookie or session has it, and as it is to be kept.

use std::sync::OnceLock;

use hallpass_formats::csrf::CsrfSecret;
use parking_lot::Mutex;

/// The CSRF secret of one exchange.
#[derive(Debug, Default)]
pub(crate) struct CsrfState {
    /// The text that requests are measured by, once it was looked at.
    stored: OnceLock<Option<String>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    secret: Option<CsrfSecret>,
    /// Whether the response sends the cookie, or the session keeps the secret.
    needs_update: bool,
}

impl CsrfState {
    /// Of a client with this cookie.
    pub(crate) fn of_cookie(cookie: Option<String>) -> Self {
        let state = Self::default();
        state.read(cookie);
        state
    }

    /// Of a client whose session has yet to be read.
    pub(crate) fn of_session() -> Self {
        Self::default()
    }

    /// Whether the secret has yet to be read from the session.
    pub(crate) fn is_unread(&self) -> bool {
        self.stored.get().is_none()
    }

    /// Takes what is stored; a text that is no secret is replaced, whatever is asked of it.
    pub(crate) fn read(&self, stored: Option<String>) {
        let parsed = stored.as_deref().map(CsrfSecret::parse);
        if self.stored.set(stored).is_err() {
            return;
        }
        *self.state.lock() = match parsed {
            None => State::default(),
            Some(Ok(secret)) => State {
                secret: Some(secret),
                needs_update: false,
            },
            Some(Err(_)) => State {
                secret: Some(CsrfSecret::generate()),
                needs_update: true,
            },
        };
    }

    /// The text that requests are measured by.
    pub(crate) fn stored(&self) -> Option<&str> {
        self.stored.get()?.as_deref()
    }

    /// Django's `get_token`: a masked token for a page. The secret behind it is then kept.
    pub(crate) fn token(&self) -> String {
        let mut state = self.state.lock();
        state.needs_update = true;
        state.secret.get_or_insert_with(CsrfSecret::generate).mask()
    }

    /// Django's `rotate_token`: a new secret, so that tokens given out before a login are dead.
    pub(crate) fn rotate(&self) {
        *self.state.lock() = State {
            secret: Some(CsrfSecret::generate()),
            needs_update: true,
        };
    }

    /// The secret that the response must send, or the session must keep.
    pub(crate) fn to_keep(&self) -> Option<CsrfSecret> {
        let state = self.state.lock();
        if state.needs_update {
            state.secret.clone()
        } else {
            None
        }
    }
}
