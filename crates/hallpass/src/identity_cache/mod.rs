//! The identity cache: who a token, a session or a name belongs to, remembered for as long as it is proven.
//!
//! Django and DRF ask the database on every request. So do we, unless an earlier answer is proven to be what the
//! database would say now: nothing is served on the strength of its age. What proves it is the store's business (see
//! `hallpass_store::Proof`); where it proves nothing, everything is asked anew and nothing is kept.
//!
//! An entry whose proof no longer holds is asked anew, alone: the others stay, and prove themselves when they are
//! needed. Absence is remembered like presence. Rows that cannot be read are not remembered, so that they are logged
//! each time. What people send (keys, names, passwords) is never kept, only its [`Tag`].

mod remembered;
mod shelf;
mod stored_session;
mod tag;

use std::fmt;
use std::sync::Arc;

use hallpass_formats::session::{SessionData, SessionKey};
use hallpass_formats::timestamp::Timestamp;
use hallpass_store::{Proven, Store, StoreError, TokenOwner, UserId};

use crate::identity::User;
use crate::metrics::head;
use crate::settings::IdentityCacheSettings;
use remembered::Remembered;
use shelf::{Shelf, Weight};
use tag::{Tag, TagKeys};

pub(crate) use stored_session::StoredSession;

/// What was found out, and is remembered.
pub(crate) struct IdentityCache {
    tags: TagKeys,
    shelves: Option<Shelves>,
    remembered: Option<Remembered>,
}

/// One for each kind of question.
struct Shelves {
    tokens: Shelf<Tag, Option<TokenOwner>>,
    sessions: Shelf<Tag, FoundSession>,
    users: Shelf<UserId, Option<User>>,
    names: Shelf<Tag, User>,
    groups: Shelf<UserId, Arc<[String]>>,
}

/// A session, or its absence, from this time on.
#[derive(Clone)]
struct FoundSession {
    since: Timestamp,
    session: Option<Arc<StoredSession>>,
}

impl FoundSession {
    /// The database compares with the clock, which may also be set back.
    fn is_true_at(&self, now: Timestamp) -> bool {
        let live = |session: &Arc<StoredSession>| now < session.expire_date;
        self.since <= now && self.session.as_ref().is_none_or(live)
    }
}

impl IdentityCache {
    pub(crate) fn new(settings: &IdentityCacheSettings) -> Self {
        let size = settings.size;
        let shelves = || Shelves {
            tokens: Shelf::new(size),
            sessions: Shelf::new(size),
            users: Shelf::new(size),
            names: Shelf::new(size),
            groups: Shelf::new(size),
        };
        Self {
            tags: TagKeys::generate(),
            shelves: (size > 0).then(shelves),
            remembered: Remembered::new(settings.remember_basic),
        }
    }

    /// Adds to the metrics how often each kind of question was answered from memory.
    pub(crate) fn render(&self, text: &mut String) {
        let Some(shelves) = &self.shelves else {
            return;
        };
        let kinds = [
            ("token", shelves.tokens.hits_and_misses()),
            ("session", shelves.sessions.hits_and_misses()),
            ("user", shelves.users.hits_and_misses()),
            ("name", shelves.names.hits_and_misses()),
            ("groups", shelves.groups.hits_and_misses()),
        ];
        let name = "hallpass_cache_lookups_total";
        head(
            text,
            name,
            "counter",
            "Questions to the identity cache; a miss was asked of the database.",
        );
        for (kind, (hits, misses)) in kinds {
            for (outcome, count) in [("hit", hits), ("miss", misses)] {
                text.push_str(&format!(
                    "{name}{{kind=\"{kind}\",outcome=\"{outcome}\"}} {count}\n"
                ));
            }
        }
    }

    /// Whose token has this key.
    pub(crate) async fn token(
        &self,
        store: &Store,
        key: &str,
    ) -> Result<Option<TokenOwner>, StoreError> {
        let Some(shelves) = &self.shelves else {
            return store.token_owner(key).await;
        };
        let tag = self.tags.of_token(key);
        let read = store.proven_token_owner(key);
        shelves.tokens.get(tag, store, |_| true, read).await
    }

    /// The same where nothing has to be waited for: it is remembered, or nothing is and the database is at hand. `None`
    /// says nothing.
    pub(crate) fn token_now(
        &self,
        store: &Store,
        key: &str,
    ) -> Option<Result<Option<TokenOwner>, StoreError>> {
        let Some(shelves) = &self.shelves else {
            return store.token_owner_now(key);
        };
        let tag = self.tags.of_token(key);
        shelves.tokens.at_hand(&tag, store, Option::is_some).map(Ok)
    }

    /// The user with this primary key.
    pub(crate) async fn user_by_id(
        &self,
        store: &Store,
        id: &UserId,
    ) -> Result<Option<User>, StoreError> {
        let read = async {
            let found = store.proven_user_by_id(id).await?;
            Ok(Proven {
                answer: found.answer.map(User::from),
                proof: found.proof,
            })
        };
        match &self.shelves {
            Some(shelves) => shelves.users.get(*id, store, |_| true, read).await,
            None => Ok(read.await?.answer),
        }
    }

    /// The user with this login name. Nobody's names are not remembered: to find one costs a hash anyway.
    pub(crate) async fn user_by_username(
        &self,
        store: &Store,
        name: &str,
    ) -> Result<Option<User>, StoreError> {
        let Some(shelves) = &self.shelves else {
            return Ok(store.user_by_username(name).await?.map(User::from));
        };
        let tag = self.tags.of_name(name);
        if let Some(user) = shelves.names.fresh(&tag, store, |_| true) {
            return Ok(Some(user));
        }
        let found = store.proven_user_by_username(name).await?;
        let user = found.answer.map(User::from);
        if let Some(user) = &user {
            shelves.names.keep(tag, user, found.proof);
        }
        Ok(user)
    }

    /// The names of this user's groups.
    pub(crate) async fn group_names(
        &self,
        store: &Store,
        id: &UserId,
    ) -> Result<Arc<[String]>, StoreError> {
        let read = async {
            let found = store.proven_group_names(id).await?;
            Ok(Proven {
                answer: Arc::from(found.answer),
                proof: found.proof,
            })
        };
        match &self.shelves {
            Some(shelves) => shelves.groups.get(*id, store, |_| true, read).await,
            None => Ok(read.await?.answer),
        }
    }

    /// The live session with this key, where it is remembered.
    pub(crate) fn session_at_hand(
        &self,
        store: &Store,
        key: &SessionKey,
    ) -> Option<Arc<StoredSession>> {
        let sessions = &self.shelves.as_ref()?.sessions;
        let now = Timestamp::now();
        let valid = |found: &FoundSession| found.session.is_some() && found.is_true_at(now);
        let found = sessions.at_hand(&self.tags.of_session(key.as_str()), store, valid)?;
        found.session
    }

    /// The user with this primary key, where it is remembered.
    pub(crate) fn user_at_hand(&self, store: &Store, id: &UserId) -> Option<User> {
        let users = &self.shelves.as_ref()?.users;
        users.at_hand(id, store, Option::is_some)?
    }

    /// The live session with this key; `decode` reads its text, if it can.
    pub(crate) async fn session(
        &self,
        store: &Store,
        key: &SessionKey,
        decode: impl Fn(&str) -> Option<SessionData> + Send,
    ) -> Result<Option<Arc<StoredSession>>, StoreError> {
        let now = Timestamp::now();
        let read = async {
            let found = store.proven_session(key.as_str(), now).await?;
            let session = found
                .answer
                .map(|row| StoredSession::new(decode(&row.data), row.data.len(), row.expire_date));
            let readable = session.as_ref().is_none_or(|session| session.readable);
            Ok(Proven {
                answer: FoundSession {
                    since: now,
                    session: session.map(Arc::new),
                },
                proof: found.proof.filter(|_| readable),
            })
        };
        let found = match &self.shelves {
            Some(shelves) => {
                let tag = self.tags.of_session(key.as_str());
                let valid = |found: &FoundSession| found.is_true_at(now);
                shelves.sessions.get(tag, store, valid, read).await?
            }
            None => read.await?.answer,
        };
        Ok(found.session)
    }

    /// Whether this password was found to be the user's a short while ago, and the stored password is still the same.
    pub(crate) fn recalls(&self, user: &User, password: &str) -> bool {
        let recalls = |remembered: &Remembered| {
            remembered.recalls(&self.tags.of_password(user.password().as_str(), password))
        };
        self.remembered.as_ref().is_some_and(recalls)
    }

    /// Remembers that this password is the user's.
    pub(crate) fn remember(&self, user: &User, password: &str) {
        if let Some(remembered) = &self.remembered {
            remembered.remember(self.tags.of_password(user.password().as_str(), password));
        }
    }
}

impl Weight for Option<TokenOwner> {}

impl Weight for Option<User> {}

impl Weight for User {}

/// A list for each user, most of them short.
impl Weight for Arc<[String]> {
    fn weight(&self) -> u64 {
        1 + self.len() as u64 / 4
    }
}

impl Weight for FoundSession {
    fn weight(&self) -> u64 {
        self.session.as_ref().map_or(1, |session| session.weight())
    }
}

impl fmt::Debug for IdentityCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityCache").finish_non_exhaustive()
    }
}
