//! The CSRF secret of one exchange: as the client's cookie or session has it, and as it is to be kept.

use std::sync::OnceLock;

use hallpass_formats::csrf::CsrfSecret;
use parking_lot::Mutex;

/// The CSRF secret of one exchange.
#[derive(Debug)]
pub(crate) struct CsrfState {
    stored: Stored,
    state: Mutex<State>,
}

/// The text that requests are measured by.
#[derive(Debug)]
enum Stored {
    OfCookie(Option<String>),
    /// Once it was looked at.
    OfSession(OnceLock<Option<String>>),
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
        Self {
            state: Mutex::new(State::of(cookie.as_deref())),
            stored: Stored::OfCookie(cookie),
        }
    }

    /// Of a client whose session has yet to be read.
    pub(crate) fn of_session() -> Self {
        Self {
            state: Mutex::default(),
            stored: Stored::OfSession(OnceLock::new()),
        }
    }

    /// Whether the secret has yet to be read from the session.
    pub(crate) fn is_unread(&self) -> bool {
        matches!(&self.stored, Stored::OfSession(read) if read.get().is_none())
    }

    /// Takes what the session has.
    pub(crate) fn read(&self, stored: Option<String>) {
        let Stored::OfSession(read) = &self.stored else {
            return;
        };
        let state = State::of(stored.as_deref());
        if read.set(stored).is_ok() {
            *self.state.lock() = state;
        }
    }

    /// The text that requests are measured by.
    pub(crate) fn stored(&self) -> Option<&str> {
        match &self.stored {
            Stored::OfCookie(cookie) => cookie.as_deref(),
            Stored::OfSession(read) => read.get()?.as_deref(),
        }
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

impl State {
    /// A text that is no secret is replaced, whatever is asked of it.
    fn of(stored: Option<&str>) -> Self {
        match stored.map(CsrfSecret::parse) {
            None => Self::default(),
            Some(Ok(secret)) => Self {
                secret: Some(secret),
                needs_update: false,
            },
            Some(Err(_)) => Self {
                secret: Some(CsrfSecret::generate()),
                needs_update: true,
            },
        }
    }
}
