//! HTTP Basic: DRF 3.16's `BasicAuthentication`.

use http::HeaderValue;
use http::header::AUTHORIZATION;

use super::{Authentication, inactive};
use crate::backends::{Credentials, Verdict};
use crate::diagnostics::{Cause, Reason};
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::wire::authorization;

/// Recognises `Authorization: Basic <base64>` by asking the credential backends.
///
/// A request costs one password hash, unless the same credentials were right within the last `[identity_cache]
/// remember_basic` seconds and the stored password is still the same. A success may upgrade the stored hash; `last_login` stays.
#[derive(Clone, Debug)]
pub struct BasicAuthentication {
    realm: String,
}

impl BasicAuthentication {
    /// With DRF's realm, `api`.
    pub fn new() -> Self {
        Self::with_realm("api")
    }

    /// With another realm; it stands between the quotes as given.
    pub fn with_realm(realm: impl Into<String>) -> Self {
        Self {
            realm: realm.into(),
        }
    }
}

impl Default for BasicAuthentication {
    fn default() -> Self {
        Self::new()
    }
}

impl Authentication for BasicAuthentication {
    async fn authenticate(
        &self,
        request: &RequestContext<'_>,
    ) -> Result<Option<Identity>, Rejection> {
        let header = request.authorization();
        let Some(basic) = authorization::basic_credentials(&header).map_err(|error| {
            let malformed = Reason::new(Cause::MalformedCredential, error.to_string());
            Rejection::authentication_failed(error.to_string())
                .with_reason(malformed.of_scheme("basic"))
        })?
        else {
            return Ok(None);
        };
        let credentials = Credentials::new(basic.username, basic.password).repeated();
        match request.authenticate(&credentials).await? {
            Verdict::Accepted(accepted) if accepted.user.is_active() => {
                Ok(Some(Identity::new(accepted.user, "basic")))
            }
            Verdict::Accepted(accepted) => Err(inactive(&accepted.user, "basic")),
            Verdict::Refused => {
                let wrong =
                    Reason::new(Cause::WrongPassword, "no backend accepts name and password");
                Err(
                    Rejection::authentication_failed("Invalid username/password.")
                        .with_reason(wrong.of_scheme("basic")),
                )
            }
        }
    }

    fn authenticate_now(
        &self,
        request: &RequestContext<'_>,
    ) -> Option<Result<Option<Identity>, Rejection>> {
        let none = !request.headers().contains_key(AUTHORIZATION);
        none.then_some(Ok(None))
    }

    fn challenge(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("Basic realm=\"{}\"", self.realm)).ok()
    }
}
