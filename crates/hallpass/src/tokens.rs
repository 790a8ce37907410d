//! Tokens: DRF 3.16's `authtoken_token`, one key a user.

use hallpass_formats::timestamp::Timestamp;
use hallpass_formats::token::TokenKey;
use hallpass_store::{Store, StoreError, TokenOwner, TokenRow, TokenTable, UserId};

use crate::identity::{Token, User};
use crate::identity_cache::IdentityCache;
use crate::rejection::Rejection;

/// Tokens made in one transaction by [`Tokens::create_missing`].
const BATCH: usize = 500;

/// The token table. See [`Core::tokens`](crate::Core::tokens).
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    store: &'a Store,
    identities: &'a IdentityCache,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(store: &'a Store, identities: &'a IdentityCache) -> Self {
        Self { store, identities }
    }

    /// The token with exactly this key, and its user.
    ///
    /// # Errors
    /// The store's fault, as 503. A row that cannot be read counts as absent and is logged.
    pub async fn find(&self, key: &str) -> Result<Option<(Token, User)>, Rejection> {
        let answer = self.identities.token(self.store, key).await;
        found(with_key(answer, key))
    }

    /// The same where nothing has to be waited for; `None` says nothing.
    pub(crate) fn find_now(&self, key: &str) -> Option<Result<Option<(Token, User)>, Rejection>> {
        let answer = self.identities.token_now(self.store, key)?;
        Some(found(with_key(answer, key)))
    }

    /// The same in a table of the application's own, which is asked every time.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub async fn find_in(
        &self,
        table: &TokenTable,
        key: &str,
    ) -> Result<Option<(Token, User)>, Rejection> {
        let answer = self.store.user_by_own_token(table, key).await;
        found(answer.map(|found| found.map(|(token, user)| (token.into(), user.into()))))
    }

    /// The user's token, made when there is none: what `POST /api-token-auth/` and `drf_create_token` do. However
    /// many ask at once, all get the same key.
    ///
    /// # Errors
    /// The store's fault.
    pub async fn get_or_create(&self, user: &User) -> Result<Token, StoreError> {
        let row = self
            .store
            .get_or_create_token(user.id(), TokenKey::generate(), Timestamp::now())
            .await?;
        Ok(row.into())
    }

    /// Gives a token to every user without one, in batches, so that nobody waits long for the database. `progress` is
    /// told the count so far. Returns the count.
    ///
    /// # Errors
    /// The store's fault; batches already made stay, and calling again goes on.
    pub async fn create_missing(&self, mut progress: impl FnMut(u64)) -> Result<u64, StoreError> {
        let users = self.store.users_without_token().await?;
        let mut created = 0;
        for batch in users.chunks(BATCH) {
            let tokens: Vec<TokenRow> = batch.iter().map(|(id, _)| fresh(*id)).collect();
            created += match self.store.create_missing_tokens(tokens).await {
                // One of the users was deleted meanwhile: the others get theirs one by one.
                Err(StoreError::Constraint(_)) => self.create_singly(batch).await?,
                made => made?,
            };
            progress(created);
        }
        Ok(created)
    }

    async fn create_singly(&self, users: &[(UserId, String)]) -> Result<u64, StoreError> {
        let mut created = 0;
        for (id, _) in users {
            created += match self.store.create_missing_tokens(vec![fresh(*id)]).await {
                Err(StoreError::Constraint(_)) => 0,
                made => made?,
            };
        }
        Ok(created)
    }

    /// A new key in place of the old one: `drf_create_token -r`.
    ///
    /// # Errors
    /// The store's fault; the old key then still works.
    pub async fn reset(&self, user: &User) -> Result<Token, StoreError> {
        let row = self
            .store
            .replace_token(user.id(), TokenKey::generate(), Timestamp::now())
            .await?;
        Ok(row.into())
    }
}

fn with_key(
    answer: Result<Option<TokenOwner>, StoreError>,
    key: &str,
) -> Result<Option<(Token, User)>, StoreError> {
    Ok(answer?.map(|owner| {
        let key = owner.other_key.map_or_else(|| key.into(), |other| *other);
        (Token::new(key, owner.created), owner.user.into())
    }))
}

fn found(
    answer: Result<Option<(Token, User)>, StoreError>,
) -> Result<Option<(Token, User)>, Rejection> {
    match answer {
        Err(fault @ StoreError::Corrupt { .. }) => {
            tracing::error!(%fault, "a token's row cannot be read: the credential is refused");
            Ok(None)
        }
        answer => Ok(answer?),
    }
}

fn fresh(user_id: UserId) -> TokenRow {
    TokenRow {
        key: TokenKey::generate(),
        user_id,
        created: Timestamp::now(),
    }
}
