//! One exchange: what a request's layers, schemes and handler share until its response is finished.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use hallpass_formats::csrf::CsrfSecret;
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

/// The shared state of one request and its response. Cheap to clone, and cheap to make: what most requests never need
/// is made when it is needed.
#[derive(Clone)]
pub(crate) struct Exchange(Arc<Inner>);

struct Inner {
    core: Core,
    /// The request's cookies, as they were sent.
    cookies: Option<HeaderValue>,
    client: OnceLock<Box<ClientState>>,
    /// Whether somebody saw without a look at any values that there is no session.
    asked_for_session: AtomicBool,
    /// Whom the guard that opened the exchange let in; the second is for one that was not alone with it any more.
    caller: Option<Caller>,
    late_caller: OnceLock<Box<Caller>>,
    body: OnceLock<Box<BodySlot>>,
    /// How many spaces the client wants JSON indented by; 0 for none.
    indent: AtomicU8,
    renderer: AtomicUsize,
}

/// What the client's cookies stand for.
struct ClientState {
    session: SessionSlot,
    session_user: SessionUser,
    csrf: CsrfState,
}

impl Inner {
    fn client(&self) -> &ClientState {
        let make = || Box::new(ClientState::of(&self.core, self.cookies.as_ref()));
        self.client.get_or_init(make)
    }

    /// What there is of it; nothing while it would be that of a client without cookies.
    fn client_if_any(&self) -> Option<&ClientState> {
        match self.cookies {
            Some(_) => Some(self.client()),
            None => self.client.get().map(|client| &**client),
        }
    }
}

impl ClientState {
    /// Reads the two cookies.
    fn of(core: &Core, cookies: Option<&HeaderValue>) -> Self {
        let settings = core.settings();
        let cookies = cookies.map(|sent| Cookies::parse([sent.as_bytes()]));
        let [session, csrf] = match &cookies {
            None => [None, None],
            Some(cookies) => cookies.find_each([
                settings.session_cookie_name.as_str(),
                settings.csrf_cookie_name.as_str(),
            ]),
        };
        Self {
            session: SessionSlot::new(session.as_deref()),
            session_user: SessionUser::default(),
            csrf: match settings.csrf_use_sessions {
                true => CsrfState::of_session(),
                false => CsrfState::of_cookie(csrf.map(Cow::into_owned)),
            },
        }
    }
}

impl Keeper for Inner {
    fn core(&self) -> &Core {
        &self.core
    }

    fn slot(&self) -> &SessionSlot {
        &self.client().session
    }
}

impl Exchange {
    /// Nothing but the cookies is looked at.
    pub(crate) fn new(core: &Core, headers: &HeaderMap, usual: &UsualHeaders<'_>) -> Self {
        Self(Arc::new(Inner {
            cookies: usual.cookies(headers),
            client: OnceLock::new(),
            asked_for_session: AtomicBool::new(false),
            caller: None,
            late_caller: OnceLock::new(),
            body: OnceLock::new(),
            indent: AtomicU8::new(0),
            renderer: AtomicUsize::new(0),
            core: core.clone(),
        }))
    }

    pub(crate) fn core(&self) -> &Core {
        &self.0.core
    }

    /// Whether it is that of a request with these headers. Extensions can be copied from one request to another, and with
    /// them its exchange, which would say who sent the first one's cookies.
    pub(crate) fn is_of(&self, headers: &HeaderMap, usual: &UsualHeaders<'_>) -> bool {
        self.0.cookies == usual.cookies(headers)
    }

    pub(crate) fn session(&self) -> Session {
        Session::kept_by(Arc::clone(&self.0) as _)
    }

    /// The same for those who only look.
    pub(crate) fn session_slot(&self) -> &SessionSlot {
        &self.0.client().session
    }

    /// True where the request brought no session and none was made since; whoever asks has looked at it.
    pub(crate) fn looks_and_finds_no_session(&self) -> bool {
        let client = self.0.client_if_any();
        let none = client.is_none_or(|client| client.session.has_none());
        if none {
            self.0.asked_for_session.store(true, Ordering::Relaxed);
        }
        none
    }

    /// Whether anybody has looked at the session so far: the response will say so, whatever becomes of it.
    pub(crate) fn session_was_looked_at(&self) -> bool {
        self.0.asked_for_session.load(Ordering::Relaxed)
            || (self.0.client_if_any()).is_some_and(|client| client.session.was_looked_at())
    }

    pub(crate) fn session_user(&self) -> &SessionUser {
        &self.0.client().session_user
    }

    /// What the response must say about the session, where nothing has to be saved for that.
    pub(crate) fn finish_session_now(&self) -> Option<Outcome> {
        let outcome = match self.0.client_if_any() {
            Some(client) => client.session.finish_now(&self.0.core)?,
            None => Outcome::Untouched,
        };
        Some(self.as_asked(outcome))
    }

    /// What the response must say about the session.
    pub(crate) async fn finish_session(&self, status: StatusCode) -> Result<Outcome, Rejection> {
        let session = &self.0.client().session;
        let outcome = session.finish(&self.0.core, status).await?;
        Ok(self.as_asked(outcome))
    }

    fn as_asked(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Untouched if self.session_was_looked_at() => Outcome::Read,
            outcome => outcome,
        }
    }

    pub(crate) fn csrf(&self) -> &CsrfState {
        &self.0.client().csrf
    }

    /// The CSRF secret that the response must send, or the session must keep.
    pub(crate) fn csrf_secret_to_keep(&self) -> Option<CsrfSecret> {
        self.0.client_if_any()?.csrf.to_keep()
    }

    /// Reads the CSRF secret where sessions keep it. As Django's middleware does, on every request, so that every answer
    /// varies with the cookie.
    pub(crate) async fn read_csrf_secret(&self) -> Result<(), Rejection> {
        if self.csrf_secret_is_at_hand() {
            return Ok(());
        }
        let secret = Box::pin(self.session().get_str(CSRF_SESSION_KEY)).await?;
        self.csrf().read(secret);
        Ok(())
    }

    /// The same where nothing has to be waited for: false says nothing.
    pub(crate) fn csrf_secret_is_at_hand(&self) -> bool {
        if !self.core().settings().csrf_use_sessions {
            return true;
        }
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
    pub(crate) fn caller(&self) -> Option<&Caller> {
        let late = || self.0.late_caller.get().map(|caller| &**caller);
        self.0.caller.as_ref().or_else(late)
    }

    /// That guard lets somebody in once; nobody else has the exchange yet, as a rule.
    pub(crate) fn set_caller(&mut self, caller: Caller) {
        match Arc::get_mut(&mut self.0) {
            Some(own) => own.caller = Some(caller),
            None => drop(self.0.late_caller.set(Box::new(caller))),
        }
    }

    pub(crate) fn body(&self) -> &BodySlot {
        self.0.body.get_or_init(Box::default)
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
