//! The session cookie: DRF 3.16's `SessionAuthentication`.

use super::Authentication;
use crate::csrf;
use crate::diagnostics::{Cause, Reason};
use crate::identity::Identity;
use crate::login;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// Recognises the user of a Django session, and enforces CSRF on every unsafe method, because a browser sends the
/// cookie by itself.
///
/// It has no challenge, so a list that begins with it answers 403 instead of 401.
#[derive(Clone, Debug, Default)]
pub struct SessionAuthentication {
    csrf_exempt: bool,
}

impl SessionAuthentication {
    /// The scheme with Django's session cookie.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same without the CSRF check: in DRF, a subclass whose `enforce_csrf` does nothing. Any page that a user
    /// visits can then send requests in that user's name; only for views that do nothing which matters, or that no
    /// browser can reach.
    pub fn csrf_exempt() -> Self {
        Self { csrf_exempt: true }
    }
}

impl Authentication for SessionAuthentication {
    async fn authenticate(
        &self,
        request: &RequestContext<'_>,
    ) -> Result<Option<Identity>, Rejection> {
        let user = login::user(request).await?;
        let Some(user) = user.filter(crate::User::is_active) else {
            return Ok(None);
        };
        if !self.csrf_exempt {
            enforce_csrf(request).await?;
        }
        Ok(Some(Identity::new(user, "session")))
    }

    fn authenticate_now(
        &self,
        request: &RequestContext<'_>,
    ) -> Option<Result<Option<Identity>, Rejection>> {
        if request.exchange().looks_and_finds_no_session() {
            return Some(Ok(None));
        }
        let user = login::user_now(request)?;
        if !user.is_active() {
            return Some(Ok(None));
        }
        // The CSRF check of an unsafe method may have to wait for the body.
        let unchecked = self.csrf_exempt || csrf::is_safe(request.method());
        unchecked.then(|| Ok(Some(Identity::new(user, "session"))))
    }
}

async fn enforce_csrf(request: &RequestContext<'_>) -> Result<(), Rejection> {
    csrf::enforce(request)
        .await
        .map_err(|failure| match failure {
            csrf::Failure::Reason(reason) => {
                Rejection::permission_denied(Some(&format!("CSRF Failed: {reason}")))
                    .with_reason(Reason::new(Cause::Csrf, reason).of_scheme("session"))
            }
            csrf::Failure::Body(rejection) => rejection,
        })
}
