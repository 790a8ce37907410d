//! Django's lazy `request.user`: resolved from the session at most once; login and logout replace it.

use std::future::Future;

use parking_lot::Mutex;

use crate::identity::User;

/// Who is logged in, once somebody wanted to know.
#[derive(Debug, Default)]
pub(crate) struct SessionUser {
    known: Mutex<Known>,
    /// Held by whoever is finding out.
    finding_out: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug, Default)]
enum Known {
    #[default]
    Nothing,
    Nobody,
    User(User),
}

impl From<Option<User>> for Known {
    fn from(user: Option<User>) -> Self {
        user.map_or(Self::Nobody, Self::User)
    }
}

impl SessionUser {
    /// The user that is known, or the one that `find` finds at once.
    pub(crate) fn or_find_now(&self, find: impl FnOnce() -> Option<User>) -> Option<User> {
        let mut known = self.known.lock();
        match &*known {
            Known::User(user) => return Some(user.clone()),
            Known::Nobody => return None,
            Known::Nothing => {}
        }
        let user = find()?;
        *known = Known::User(user.clone());
        Some(user)
    }

    /// Who is known to be logged in, or what `resolve` finds; whoever comes meanwhile waits for that.
    pub(crate) async fn or_resolve<E>(
        &self,
        resolve: impl Future<Output = Result<Option<User>, E>>,
    ) -> Result<Option<User>, E> {
        let _turn = self.finding_out.lock().await;
        match self.known.lock().clone() {
            Known::User(user) => return Ok(Some(user)),
            Known::Nobody => return Ok(None),
            Known::Nothing => {}
        }
        let user = resolve.await?;
        let mut known = self.known.lock();
        // A login meanwhile knows better.
        if matches!(*known, Known::Nothing) {
            *known = user.clone().into();
        }
        Ok(user)
    }

    /// What login and logout do.
    pub(crate) fn replace(&self, user: Option<User>) {
        *self.known.lock() = user.into();
    }
}
