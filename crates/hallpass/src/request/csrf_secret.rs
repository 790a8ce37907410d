//! The CSRF secret of one exchange: the cookie as sent, and the one to send.

use hallpass_formats::csrf::CsrfSecret;
use parking_lot::Mutex;

/// The CSRF secret of one exchange.
#[derive(Debug)]
pub(crate) struct CsrfState {
    /// The cookie as sent.
    cookie: Option<String>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    secret: Option<CsrfSecret>,
    /// Whether the response sends the cookie.
    send: bool,
}

impl CsrfState {
    /// A cookie that is not one is replaced, whatever is asked of it.
    pub(crate) fn new(cookie: Option<String>) -> Self {
        let state = match cookie.as_deref().map(CsrfSecret::parse) {
            None => State {
                secret: None,
                send: false,
            },
            Some(Ok(secret)) => State {
                secret: Some(secret),
                send: false,
            },
            Some(Err(_)) => State {
                secret: Some(CsrfSecret::generate()),
                send: true,
            },
        };
        Self {
            cookie,
            state: Mutex::new(state),
        }
    }

    /// The cookie as the client sent it.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Django's `get_token`: a masked token for a page. The response then sends the cookie.
    pub(crate) fn token(&self) -> String {
        let mut state = self.state.lock();
        state.send = true;
        state.secret.get_or_insert_with(CsrfSecret::generate).mask()
    }

    /// Django's `rotate_token`: a new secret, so that tokens given out before a login are dead.
    pub(crate) fn rotate(&self) {
        *self.state.lock() = State {
            secret: Some(CsrfSecret::generate()),
            send: true,
        };
    }

    /// The secret that the response must send.
    pub(crate) fn to_send(&self) -> Option<CsrfSecret> {
        let state = self.state.lock();
        if state.send {
            state.secret.clone()
        } else {
            None
        }
    }
}
