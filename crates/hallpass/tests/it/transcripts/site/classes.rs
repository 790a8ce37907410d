//! Schemes, permissions and backends of the application's own.

use hallpass::store::UserId;
use hallpass::{
    Accounts, Answer, Authentication, CredentialBackend, Credentials, Identity, Permission,
    Rejection, RequestContext, User,
};
use http::HeaderValue;

use super::api::object;
use hallpass::formats::json::Json;

/// A scheme under another name.
pub(super) struct Renamed<A> {
    inner: A,
    name: &'static str,
}

impl<A> Renamed<A> {
    pub(super) fn new(inner: A, name: &'static str) -> Self {
        Self { inner, name }
    }
}

impl<A: Authentication> Authentication for Renamed<A> {
    async fn authenticate(
        &self,
        request: &RequestContext<'_>,
    ) -> Result<Option<Identity>, Rejection> {
        let Some(identity) = self.inner.authenticate(request).await? else {
            return Ok(None);
        };
        let renamed = Identity::new(identity.user().clone(), self.name);
        Ok(Some(match identity.token() {
            Some(token) => renamed.with_token(token.clone()),
            None => renamed,
        }))
    }

    fn challenge(&self) -> Option<HeaderValue> {
        self.inner.challenge()
    }
}

/// Lets nobody in, and says so in words of its own.
pub(super) struct Custom;

impl Permission for Custom {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(false)
    }

    fn message(&self) -> Option<&str> {
        Some("Bring a hall pass.")
    }
}

/// Lets nobody in, with a structured message.
pub(super) struct CustomStructured;

impl Permission for CustomStructured {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        let body = object([
            ("reason", Json::from("structured")),
            ("list", Json::List(vec![Json::from("1"), Json::from("2")])),
        ]);
        Err(Rejection::permission_denied(None).with_body(body))
    }
}

/// Stops the chain for one name, passes on every other one.
pub(super) struct DenyBob;

impl CredentialBackend for DenyBob {
    fn path(&self) -> &str {
        "hpsite.backends.DenyBob"
    }

    async fn authenticate(
        &self,
        _: &Accounts<'_>,
        credentials: &Credentials,
    ) -> Result<Answer, Rejection> {
        Ok(if credentials.username() == "bob" {
            Answer::Deny
        } else {
            Answer::Pass
        })
    }

    async fn user(&self, _: &Accounts<'_>, _: &UserId) -> Result<Option<User>, Rejection> {
        Ok(None)
    }
}

/// Accepts any existing user with the password `magic`.
pub(super) struct MagicWord;

impl CredentialBackend for MagicWord {
    fn path(&self) -> &str {
        "hpsite.backends.MagicWord"
    }

    async fn authenticate(
        &self,
        accounts: &Accounts<'_>,
        credentials: &Credentials,
    ) -> Result<Answer, Rejection> {
        if credentials.password() != "magic" {
            return Ok(Answer::Pass);
        }
        let user = accounts.find_by_username(credentials.username()).await?;
        Ok(user.map_or(Answer::Pass, Answer::User))
    }

    async fn user(&self, accounts: &Accounts<'_>, id: &UserId) -> Result<Option<User>, Rejection> {
        accounts.find_by_id(id).await
    }
}
