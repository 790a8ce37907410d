//! Finding users and checking passwords: what credential backends are made of.

use hallpass_formats::password::{EncodedPassword, Verdict};
use hallpass_store::{StoreError, UserId};

use super::Accounts;
use crate::identity::User;
use crate::rejection::Rejection;

impl Accounts<'_> {
    /// The user whose login column is exactly this text. A row that cannot be read is no user; the log says why.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn find_by_username(&self, name: &str) -> Result<Option<User>, Rejection> {
        readable(self.identities.user_by_username(self.store, name).await)
    }

    /// The user with this key. A row that cannot be read is no user; the log says why.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn find_by_id(&self, id: &UserId) -> Result<Option<User>, Rejection> {
        readable(self.identities.user_by_id(self.store, id).await)
    }

    /// The same, where it is remembered and proven; `None` says nothing.
    pub(crate) fn at_hand(&self, id: &UserId) -> Option<User> {
        self.identities.user_at_hand(self.store, id)
    }

    /// Whether the password is the user's, without upgrading its hash.
    ///
    /// # Errors
    /// 503 when the hashing queue is full.
    pub async fn check_password(&self, user: &User, password: &str) -> Result<bool, Rejection> {
        let verdict = self
            .hashing
            .verify(self.client, password, &user.password())
            .await?;
        Ok(matches!(verdict, Verdict::Correct { .. }))
    }

    /// The user if the password is its own. A hash that is out of date is replaced, as Django 5.2 does in every
    /// password check; that ends the user's sessions, because the session auth hash covers the column.
    ///
    /// # Errors
    /// 503 when the hashing queue is full.
    pub async fn check_and_upgrade(
        &self,
        user: User,
        password: &str,
    ) -> Result<Option<User>, Rejection> {
        self.verify(user, password, false).await
    }

    /// The same, believing for a short while what a check of the same password found. Of an inactive user nothing is
    /// remembered: a quick refusal would tell that the password is right.
    pub(crate) async fn check_or_recall(
        &self,
        user: User,
        password: &str,
    ) -> Result<Option<User>, Rejection> {
        if user.is_active() && self.identities.recalls(&user, password) {
            return Ok(Some(user));
        }
        let remember = user.is_active();
        self.verify(user, password, remember).await
    }

    async fn verify(
        &self,
        user: User,
        password: &str,
        remember: bool,
    ) -> Result<Option<User>, Rejection> {
        match self
            .hashing
            .verify(self.client, password, &user.password())
            .await?
        {
            Verdict::Correct { must_update: false } => {
                if remember {
                    self.identities.remember(&user, password);
                }
                Ok(Some(user))
            }
            Verdict::Correct { must_update: true } => Ok(Some(self.upgrade(user, password).await?)),
            Verdict::UnknownAlgorithm(algorithm) => {
                let algorithm = described(&algorithm);
                tracing::warn!(user = %user.id(), algorithm, "the stored password's algorithm is not in password_hashers");
                Ok(None)
            }
            Verdict::Malformed(reason) => {
                tracing::warn!(user = %user.id(), reason, "the stored password cannot be read");
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// The work of one hash, for a name that nobody has: time must not tell who exists.
    ///
    /// # Errors
    /// 503 when the hashing queue is full.
    pub async fn spend_a_hash(&self, password: &str) -> Result<(), Rejection> {
        self.hashing.dummy(self.client, password).await
    }

    /// Replaces an out-of-date hash, unless somebody else changed the password meanwhile.
    async fn upgrade(&self, user: User, password: &str) -> Result<User, Rejection> {
        let fresh = match self.hashing.make(self.client, Some(password)).await? {
            Ok(fresh) => fresh,
            Err(refused) => {
                tracing::warn!(%refused, user = %user.id(), "the password hash could not be upgraded");
                return Ok(user);
            }
        };
        match self.write_upgrade(&user, &fresh).await {
            Ok(true) => Ok(user.with_password(&fresh)),
            Ok(false) => Ok(user),
            // The login itself is right: a database that cannot be written costs the upgrade, not the answer.
            Err(fault) => {
                tracing::warn!(%fault, user = %user.id(), "the password hash could not be upgraded");
                Ok(user)
            }
        }
    }

    async fn write_upgrade(
        &self,
        user: &User,
        fresh: &EncodedPassword,
    ) -> Result<bool, StoreError> {
        self.store
            .upgrade_password(user.id(), &user.password(), fresh)
            .await
    }
}

fn readable(found: Result<Option<User>, StoreError>) -> Result<Option<User>, Rejection> {
    match found {
        Err(fault @ StoreError::Corrupt { .. }) => {
            tracing::error!(%fault, "a user row cannot be read");
            Ok(None)
        }
        found => Ok(found?),
    }
}

/// Every name that Django has given an algorithm. Other text before the first `$` may be a password that somebody
/// stored as it is, and stays out of the log.
const DJANGOS_ALGORITHMS: [&str; 11] = [
    "pbkdf2_sha256",
    "pbkdf2_sha1",
    "argon2",
    "bcrypt_sha256",
    "bcrypt",
    "scrypt",
    "md5",
    "sha1",
    "unsalted_md5",
    "unsalted_sha1",
    "crypt",
];

fn described(algorithm: &str) -> &str {
    let known = DJANGOS_ALGORITHMS.contains(&algorithm);
    if known { algorithm } else { "none of Django's" }
}

#[cfg(test)]
mod tests {
    use super::described;

    #[test]
    fn what_may_be_a_stored_password_is_not_logged() {
        assert_eq!(described("sha1"), "sha1");
        assert_eq!(described("hunter2"), "none of Django's");
    }
}
