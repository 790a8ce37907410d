//! One exchange: what a request's layers, schemes and handler share until its response is finished.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use hallpass_formats::csrf::CsrfSecret;
use http::header::COOKIE;
use http::{HeaderMap, StatusCode};
use tokio::sync::OnceCell;

use super::body::BodySlot;
use super::caller::Caller;
use super::csrf_secret::CsrfState;
use crate::core::Core;
use crate::identity::User;
use crate::rejection::Rejection;
use crate::sessions::{Outcome, Session};
use crate::wire::cookies::Cookies;
use crate::wire::negotiation::Accepted;

/// Django's name for the secret in a session.
const CSRF_SESSION_KEY: &str = "_csrftoken";

/// The shared state of one request and its response. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Exchange(Arc<Inner>);

struct Inner {
    core: Core,
    /// Made when it is first asked for: most requests of an API bring no cookie and want no session.
    session: OnceLock<Session>,
    session_cookie: Option<String>,
    /// Whether anybody wanted to know who is logged in: the response then carries `Vary: Cookie`.
    session_asked: AtomicBool,
    csrf: CsrfState,
    caller: parking_lot::Mutex<Option<Caller>>,
    body: BodySlot,
    /// How many spaces the client wants JSON indented by; 0 for none.
    indent: AtomicU8,
    renderer: AtomicUsize,
    /// Django's lazy `request.user`, resolved from the session at most once; login and logout replace it.
    session_user: parking_lot::Mutex<Option<Arc<OnceCell<Option<User>>>>>,
}

impl Exchange {
    /// Reads the two cookies; nothing else of the request is looked at.
    pub(crate) fn new(core: &Core, headers: &HeaderMap, body: Body) -> Self {
        let settings = core.settings();
        let (session_cookie, csrf_cookie) = if headers.contains_key(COOKIE) {
            let cookies = Cookies::parse(
                headers
                    .get_all(COOKIE)
                    .iter()
                    .map(http::HeaderValue::as_bytes),
            );
            let names = [
                settings.session_cookie_name.as_str(),
                settings.csrf_cookie_name.as_str(),
            ];
            let found = cookies.find_each(names);
            let [session, csrf] = found.map(|cookie| cookie.map(Cow::into_owned));
            (session, csrf)
        } else {
            (None, None)
        };
        Self(Arc::new(Inner {
            session: OnceLock::new(),
            session_cookie,
            session_asked: AtomicBool::new(false),
            csrf: match settings.csrf_use_sessions {
                true => CsrfState::of_session(),
                false => CsrfState::of_cookie(csrf_cookie),
            },
            body: BodySlot::new(body, headers),
            indent: AtomicU8::new(0),
            renderer: AtomicUsize::new(0),
            caller: parking_lot::Mutex::default(),
            session_user: parking_lot::Mutex::default(),
            core: core.clone(),
        }))
    }

    pub(crate) fn core(&self) -> &Core {
        &self.0.core
    }

    pub(crate) fn session(&self) -> &Session {
        self.0.session.get_or_init(|| {
            let cookie = self.0.session_cookie.as_deref();
            Session::new(self.0.core.clone(), cookie)
        })
    }

    /// True where the request brought no session and none was made since; whoever asks has looked at it.
    pub(crate) fn looks_and_finds_no_session(&self) -> bool {
        let none = self.0.session_cookie.is_none() && self.0.session.get().is_none();
        if none {
            self.0.session_asked.store(true, Ordering::Relaxed);
        }
        none
    }

    /// What the response must say about the session, where nothing has to be saved for that.
    pub(crate) fn finish_session_now(&self) -> Option<Outcome> {
        let outcome = match (self.0.session.get(), &self.0.session_cookie) {
            (None, None) => Outcome::Untouched,
            (None, Some(_)) => return None,
            (Some(session), _) => session.finish_now()?,
        };
        Some(self.as_asked(outcome))
    }

    /// What the response must say about the session.
    pub(crate) async fn finish_session(&self, status: StatusCode) -> Result<Outcome, Rejection> {
        let outcome = self.session().finish(status).await?;
        Ok(self.as_asked(outcome))
    }

    /// A session that nobody touched was read all the same where somebody wanted to know who is logged in.
    fn as_asked(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Untouched if self.0.session_asked.load(Ordering::Relaxed) => Outcome::Read,
            outcome => outcome,
        }
    }

    pub(crate) fn csrf(&self) -> &CsrfState {
        &self.0.csrf
    }

    /// Reads the CSRF secret where sessions keep it. As Django's middleware does, on every request, so that every answer
    /// varies with the cookie.
    pub(crate) async fn read_csrf_secret(&self) -> Result<(), Rejection> {
        if !self.csrf().is_unread() {
            return Ok(());
        }
        let secret = match self.looks_and_finds_no_session() {
            true => None,
            false => Box::pin(self.session().get_str(CSRF_SESSION_KEY)).await?,
        };
        self.csrf().read(secret);
        Ok(())
    }

    /// The same where nothing has to be waited for: false says nothing.
    pub(crate) fn csrf_secret_is_at_hand(&self) -> bool {
        if self.csrf().is_unread() && self.looks_and_finds_no_session() {
            self.csrf().read(None);
        }
        !self.csrf().is_unread()
    }

    /// Keeps a new CSRF secret in the session.
    pub(crate) async fn keep_csrf_secret(&self, secret: &CsrfSecret) -> Result<(), Rejection> {
        let kept = self.session().get_str(CSRF_SESSION_KEY).await?;
        if kept.as_deref() != Some(secret.as_str()) {
            let session = self.session();
            session.insert(CSRF_SESSION_KEY, secret.as_str()).await?;
        }
        Ok(())
    }

    /// Whom the guard that opened the exchange let in.
    pub(crate) fn caller(&self) -> Option<Caller> {
        self.0.caller.lock().clone()
    }

    pub(crate) fn set_caller(&self, caller: Caller) {
        *self.0.caller.lock() = Some(caller);
    }

    pub(crate) fn body(&self) -> &BodySlot {
        &self.0.body
    }

    /// What `Accept: application/json; indent=…` asks for.
    pub(crate) fn indent(&self) -> Option<u8> {
        Some(self.0.indent.load(Ordering::Relaxed)).filter(|spaces| *spaces > 0)
    }

    /// The place of the renderer that the content negotiation chose.
    pub(crate) fn renderer(&self) -> usize {
        self.0.renderer.load(Ordering::Relaxed)
    }

    /// Remembers what the content negotiation found.
    pub(crate) fn set_accepted(&self, accepted: &Accepted) {
        let spaces = accepted.indent().unwrap_or(0);
        self.0.indent.store(spaces, Ordering::Relaxed);
        self.0.renderer.store(accepted.renderer, Ordering::Relaxed);
    }

    /// The cell of the session's user.
    pub(crate) fn session_user(&self) -> Arc<OnceCell<Option<User>>> {
        Arc::clone(self.0.session_user.lock().get_or_insert_default())
    }

    /// What login and logout do to `request.user`.
    pub(crate) fn replace_session_user(&self, user: Option<User>) {
        *self.0.session_user.lock() = Some(Arc::new(OnceCell::new_with(Some(user))));
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}
