//! One exchange: what a request's layers, schemes and handler share until its response is finished.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use hallpass_formats::csrf::CsrfSecret;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::body::BodySlot;
use super::caller::Caller;
use super::csrf_secret::CsrfState;
use super::session_user::SessionUser;
use super::usual::UsualHeaders;
use crate::core::Core;
use crate::rejection::Rejection;
use crate::sessions::{Keeper, Outcome, Session, SessionSlot};
use crate::wire::cookies::Cookies;
use crate::wire::negotiation::Accepted;

/// Django's name for the secret in a session.
const CSRF_SESSION_KEY: &str = "_csrftoken";

/// The shared state of one request and its response. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Exchange(Arc<Inner>);

struct Inner {
    core: Core,
    /// The request's cookies, as they were sent.
    cookies: Option<HeaderValue>,
    session: SessionSlot,
    session_user: SessionUser,
    csrf: CsrfState,
    caller: OnceLock<Caller>,
    body: BodySlot,
    /// How many spaces the client wants JSON indented by; 0 for none.
    indent: AtomicU8,
    renderer: AtomicUsize,
}

impl Keeper for Inner {
    fn core(&self) -> &Core {
        &self.core
    }

    fn slot(&self) -> &SessionSlot {
        &self.session
    }
}

impl Exchange {
    /// Reads the two cookies; nothing else of the request is looked at.
    pub(crate) fn new(core: &Core, headers: &HeaderMap, usual: &UsualHeaders<'_>) -> Self {
        let settings = core.settings();
        let cookies = (!usual.cookie.is_absent()).then(|| {
            let sent = headers.get_all(COOKIE).iter();
            Cookies::parse(sent.map(HeaderValue::as_bytes))
        });
        let [session, csrf] = match &cookies {
            None => [None, None],
            Some(cookies) => cookies.find_each([
                settings.session_cookie_name.as_str(),
                settings.csrf_cookie_name.as_str(),
            ]),
        };
        Self(Arc::new(Inner {
            cookies: usual.cookie.value(headers, &COOKIE),
            session: SessionSlot::new(session.as_deref()),
            session_user: SessionUser::default(),
            csrf: match settings.csrf_use_sessions {
                true => CsrfState::of_session(),
                false => CsrfState::of_cookie(csrf.map(Cow::into_owned)),
            },
            body: BodySlot::default(),
            indent: AtomicU8::new(0),
            renderer: AtomicUsize::new(0),
            caller: OnceLock::new(),
            core: core.clone(),
        }))
    }

    pub(crate) fn core(&self) -> &Core {
        &self.0.core
    }

    /// Whether it is that of a request with these headers. Extensions can be copied from one request to another, and with
    /// them its exchange, which would say who sent the first one's cookies.
    pub(crate) fn is_of(&self, headers: &HeaderMap, usual: &UsualHeaders<'_>) -> bool {
        self.0.cookies == usual.cookie.value(headers, &COOKIE)
    }

    pub(crate) fn session(&self) -> Session {
        Session::kept_by(Arc::clone(&self.0) as _)
    }

    /// The same for those who only look.
    pub(crate) fn session_slot(&self) -> &SessionSlot {
        &self.0.session
    }

    pub(crate) fn session_user(&self) -> &SessionUser {
        &self.0.session_user
    }

    /// What the response must say about the session, where nothing has to be saved for that.
    pub(crate) fn finish_session_now(&self) -> Option<Outcome> {
        self.0.session.finish_now(&self.0.core)
    }

    /// What the response must say about the session.
    pub(crate) async fn finish_session(&self, status: StatusCode) -> Result<Outcome, Rejection> {
        self.0.session.finish(&self.0.core, status).await
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
        let secret = match self.0.session.looks_and_finds_none() {
            true => None,
            false => Box::pin(self.session().get_str(CSRF_SESSION_KEY)).await?,
        };
        self.csrf().read(secret);
        Ok(())
    }

    /// The same where nothing has to be waited for: false says nothing.
    pub(crate) fn csrf_secret_is_at_hand(&self) -> bool {
        if self.csrf().is_unread() && self.0.session.looks_and_finds_none() {
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
    pub(crate) fn caller(&self) -> Option<&Caller> {
        self.0.caller.get()
    }

    /// That guard lets somebody in once.
    pub(crate) fn set_caller(&self, caller: Caller) {
        let _ = self.0.caller.set(caller);
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
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}
