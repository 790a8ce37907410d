//! Sessions of users, for commands and administration: making one without a login, listing, ending.

use hallpass_formats::session::{
    AuthHashMatch, BACKEND, SessionData, SessionKey, USER_HASH, USER_ID, match_auth_hash,
    session_auth_hash,
};
use hallpass_formats::session::{DB_SALT, Expiry};
use hallpass_formats::timestamp::Timestamp;
use hallpass_store::UserId;
use http::StatusCode;

use super::{Outcome, Session};
use crate::core::Core;
use crate::identity::User;
use crate::rejection::Rejection;

/// Sessions read at once by [`UserSessions::page`].
const PAGE: u32 = 500;

/// The sessions of users. See [`Core::user_sessions`].
#[derive(Clone, Copy, Debug)]
pub struct UserSessions<'a> {
    core: &'a Core,
}

/// A session as it is listed. `Debug` hides the key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListedSession {
    /// The key that the cookie carries: whoever has it is the user.
    pub key: SessionKey,
    /// When it ends.
    pub expire_date: Timestamp,
    /// Whose it is.
    pub state: SessionState,
}

/// Whose a session is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionState {
    /// Nobody is logged in.
    Anonymous,
    /// This user is.
    LoggedIn(User),
    /// Somebody was: the password has changed since, or the user is gone or inactive. The next request ends it.
    Stale,
    /// The data is not signed with one of our keys.
    Unreadable,
}

/// Some sessions, and where the next ones begin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListedSessions {
    /// The sessions, in the order of their keys.
    pub sessions: Vec<ListedSession>,
    /// What [`UserSessions::page`] wants for the next ones; `None` at the end.
    pub next: Option<String>,
}

impl Core {
    /// Sessions of users.
    pub fn user_sessions(&self) -> UserSessions<'_> {
        UserSessions { core: self }
    }
}

impl UserSessions<'_> {
    /// A new session in which the user is logged in, as Django's `login` would leave it: user, first credential
    /// backend, auth hash. `last_login` stays, because nobody logged in.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn create(&self, user: &User) -> Result<(SessionKey, Expiry), Rejection> {
        let session = Session::new(self.core.clone());
        let backend = self.core.backends().first();
        let backend = backend.ok_or_else(Rejection::server_error)?;
        let hash = session_auth_hash(&user.password(), &self.core.secret_keys().current);
        session.insert(USER_ID, user.id().to_string()).await?;
        session.insert(BACKEND, backend.path()).await?;
        session.insert(USER_HASH, hash.as_str()).await?;
        match session.finish(StatusCode::OK).await? {
            Outcome::Saved(key, expiry) => Ok((key, expiry)),
            _ => Err(Rejection::server_error()),
        }
    }

    /// Live sessions in the order of their keys: the first ones, or those after `next` of the page before. They are
    /// rows; see [`can_be_listed`](Self::can_be_listed).
    ///
    /// # Errors
    /// The store's fault.
    pub async fn page(&self, next: Option<&str>) -> Result<ListedSessions, Rejection> {
        let after = next.unwrap_or_default();
        let store = self.core.store();
        let page = store.sessions_after(after, Timestamp::now(), PAGE).await?;
        let mut sessions = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            sessions.push(ListedSession {
                state: self.state(&row.data).await?,
                key: row.key,
                expire_date: row.expire_date,
            });
        }
        Ok(ListedSessions {
            sessions,
            next: page.next,
        })
    }

    /// Whether there is a list to be had: not with the engines `cache` and `signed_cookies`, which keep no rows.
    pub fn can_be_listed(&self) -> bool {
        self.core.session_engine().has_rows()
    }

    async fn state(&self, text: &str) -> Result<SessionState, Rejection> {
        let keys = self.core.secret_keys();
        let Ok(data) = SessionData::decode(text, keys, DB_SALT) else {
            return Ok(SessionState::Unreadable);
        };
        let (Some(id), Some(path)) = (data.get_str(USER_ID), data.get_str(BACKEND)) else {
            return Ok(SessionState::Anonymous);
        };
        let backend = self.core.backends().iter().find(|b| b.path() == path);
        let (Some(backend), Ok(id)) = (backend, id.parse::<UserId>()) else {
            return Ok(SessionState::Stale);
        };
        let user = backend.user(&self.core.accounts(), &id).await?;
        let hash = data.get_str(USER_HASH).unwrap_or_default();
        let logged_in = user
            .filter(|user| match_auth_hash(hash, &user.password(), keys) != AuthHashMatch::None);
        Ok(logged_in.map_or(SessionState::Stale, SessionState::LoggedIn))
    }
}
