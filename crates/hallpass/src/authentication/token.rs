//! `Authorization: Token <key>`: DRF 3.16's `TokenAuthentication`.

use hallpass_store::TokenTable;
use http::HeaderValue;

use super::{Authentication, inactive};
use crate::diagnostics::{Cause, Reason};
use crate::identity::{Identity, Token, User};
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::wire::authorization;

/// Recognises the key in `Authorization: <keyword> <key>`, looked up in `authtoken_token` unless told otherwise.
///
/// It sets no cookie, never moves `last_login`, and is never subject to CSRF checks.
#[derive(Clone, Debug)]
pub struct TokenAuthentication {
    keyword: String,
    table: Option<TokenTable>,
}

impl TokenAuthentication {
    /// With DRF's keyword, `Token`.
    pub fn new() -> Self {
        Self::with_keyword("Token")
    }

    /// With another keyword, such as `Bearer`. Clients may write it in any letter case; the challenge repeats it
    /// as given.
    pub fn with_keyword(keyword: impl Into<String>) -> Self {
        Self {
            keyword: keyword.into(),
            table: None,
        }
    }

    /// Looks the key up in a table of the application's own: DRF's attribute `model`. The table has a unique text `key`
    /// and a `user_id`, and may have `created`; [`Store::token_table`](crate::store::Store::token_table) looks at it
    /// before anybody is served.
    ///
    /// ```
    /// # async fn run(hallpass: hallpass::Hallpass) -> Result<(), hallpass::store::StoreError> {
    /// use hallpass::{ApiView, TokenAuthentication};
    ///
    /// let table = hallpass.store().token_table("devices_devicetoken").await?;
    /// let readings: ApiView = ApiView::new("Readings")
    ///     .authentication([TokenAuthentication::with_keyword("Device").table(table)])
    ///     .post(async || "thanks");
    /// # let _ = readings;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn table(mut self, table: TokenTable) -> Self {
        self.table = Some(table);
        self
    }

    /// The key in the header; `None` where the header is not for this scheme.
    fn key<'a>(&self, header: &'a [u8]) -> Result<Option<&'a str>, Rejection> {
        authorization::token_credentials(header, &self.keyword).map_err(|error| {
            let malformed = Reason::new(Cause::MalformedCredential, error.to_string());
            Rejection::authentication_failed(error.to_string())
                .with_reason(malformed.of_scheme("token"))
        })
    }
}

impl Default for TokenAuthentication {
    fn default() -> Self {
        Self::new()
    }
}

impl Authentication for TokenAuthentication {
    async fn authenticate(
        &self,
        request: &RequestContext<'_>,
    ) -> Result<Option<Identity>, Rejection> {
        let header = request.authorization();
        let Some(key) = self.key(&header)? else {
            return Ok(None);
        };
        let tokens = request.core().tokens();
        let found = match &self.table {
            None => tokens.find(key).await?,
            Some(table) => tokens.find_in(table, key).await?,
        };
        identify(found).map(Some)
    }

    fn authenticate_now(
        &self,
        request: &RequestContext<'_>,
    ) -> Option<Result<Option<Identity>, Rejection>> {
        let header = request.authorization();
        match self.key(&header) {
            Ok(None) => Some(Ok(None)),
            Ok(Some(key)) if self.table.is_none() => {
                let found = request.core().tokens().find_now(key)?;
                Some(found.and_then(identify).map(Some))
            }
            Ok(Some(_)) => None,
            Err(malformed) => Some(Err(malformed)),
        }
    }

    fn challenge(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.keyword).ok()
    }
}

fn identify(found: Option<(Token, User)>) -> Result<Identity, Rejection> {
    let Some((token, user)) = found else {
        let unknown = Reason::new(Cause::UnknownToken, "no row has this key");
        return Err(Rejection::authentication_failed("Invalid token.")
            .with_reason(unknown.of_scheme("token")));
    };
    if !user.is_active() {
        return Err(inactive(&user, "token"));
    }
    Ok(Identity::new(user, "token").with_token(token))
}
