//! Authentication schemes: who is calling?
//!
//! DRF 3.16 tries its authentication classes in list order. The first that returns a user wins; the first that
//! raises ends the attempt, even where a later class would have succeeded and even on a view that allows everybody;
//! one that returns nothing passes. [`authenticate`] is that rule.

mod basic;
mod remote_user;
mod session;
mod token;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use http::HeaderValue;

use crate::diagnostics::{Cause, Reason};
use crate::future::BoxFuture;
use crate::identity::{Identity, User};
use crate::permissions::short_name;
use crate::rejection::Rejection;
use crate::request::RequestContext;

pub use basic::BasicAuthentication;
pub use remote_user::RemoteUserAuthentication;
pub use session::SessionAuthentication;
pub use token::TokenAuthentication;

/// One authentication scheme: DRF's `BaseAuthentication`.
///
/// ```
/// use hallpass::{Authentication, Identity, Rejection, RequestContext};
/// use axum::http::HeaderValue;
///
/// /// Refuses everybody who knocks with `Authorization: Door`, ignores everybody else.
/// struct Door;
///
/// impl Authentication for Door {
///     async fn authenticate(&self, request: &RequestContext<'_>) -> Result<Option<Identity>, Rejection> {
///         match request.headers().get("authorization") {
///             Some(value) if value == "Door" => Err(Rejection::authentication_failed("Nobody is home.")),
///             _ => Ok(None),
///         }
///     }
///
///     fn challenge(&self) -> Option<HeaderValue> {
///         Some(HeaderValue::from_static("Door"))
///     }
/// }
/// ```
pub trait Authentication: Send + Sync + 'static {
    /// `Ok(None)`: the credential is not for this scheme, try the next. `Ok(Some(identity))`: recognised.
    /// `Err`: the credential is for this scheme and is wrong; no other scheme is asked.
    fn authenticate(
        &self,
        request: &RequestContext<'_>,
    ) -> impl Future<Output = Result<Option<Identity>, Rejection>> + Send;

    /// The same answer as [`authenticate`](Self::authenticate) where nothing has to be waited for: a scheme that sees at
    /// once that the credential is not for it spares each request an allocation. `None`, the default, asks the other one.
    ///
    /// It may be asked more than once about one request, when a later scheme has to be waited for: it must change nothing.
    fn authenticate_now(
        &self,
        _request: &RequestContext<'_>,
    ) -> Option<Result<Option<Identity>, Rejection>> {
        None
    }

    /// The `WWW-Authenticate` value, DRF's `authenticate_header`. `None` (the default) makes an unauthenticated
    /// answer 403 when this scheme is the first of the list.
    fn challenge(&self) -> Option<HeaderValue> {
        None
    }
}

/// A scheme behind a pointer, so that a list may hold different ones.
#[derive(Clone)]
pub struct Scheme(Arc<dyn ErasedAuthentication>);

impl Scheme {
    /// Wraps a scheme.
    pub fn new(scheme: impl Authentication) -> Self {
        Self(Arc::new(scheme))
    }

    /// The scheme's challenge.
    pub fn challenge(&self) -> Option<HeaderValue> {
        self.0.challenge()
    }
}

impl<A: Authentication> From<A> for Scheme {
    fn from(scheme: A) -> Self {
        Self::new(scheme)
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.type_name())
    }
}

/// The object-safe twin of [`Authentication`].
trait ErasedAuthentication: Send + Sync {
    fn authenticate<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
    ) -> BoxFuture<'a, Result<Option<Identity>, Rejection>>;
    fn authenticate_now(
        &self,
        request: &RequestContext<'_>,
    ) -> Option<Result<Option<Identity>, Rejection>>;
    fn challenge(&self) -> Option<HeaderValue>;
    fn type_name(&self) -> &'static str;
}

impl<A: Authentication> ErasedAuthentication for A {
    fn authenticate<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
    ) -> BoxFuture<'a, Result<Option<Identity>, Rejection>> {
        Box::pin(Authentication::authenticate(self, request))
    }

    fn authenticate_now(
        &self,
        request: &RequestContext<'_>,
    ) -> Option<Result<Option<Identity>, Rejection>> {
        Authentication::authenticate_now(self, request)
    }

    fn challenge(&self) -> Option<HeaderValue> {
        Authentication::challenge(self)
    }

    fn type_name(&self) -> &'static str {
        short_name(std::any::type_name::<A>())
    }
}

/// Asks `schemes` in order.
///
/// # Errors
/// The refusal of the first scheme that found its own credential wrong.
pub(crate) async fn authenticate(
    schemes: &[Scheme],
    request: &RequestContext<'_>,
) -> Result<Option<Identity>, Rejection> {
    for scheme in schemes {
        let answer = match scheme.0.authenticate_now(request) {
            Some(answer) => answer,
            None => scheme.0.authenticate(request).await,
        };
        if let Some(identity) = answer? {
            return Ok(Some(identity));
        }
    }
    Ok(None)
}

/// The same where nothing has to be waited for; `None` says nothing.
pub(crate) fn authenticate_now(
    schemes: &[Scheme],
    request: &RequestContext<'_>,
) -> Option<Result<Option<Identity>, Rejection>> {
    for scheme in schemes {
        match scheme.0.authenticate_now(request)? {
            Ok(None) => {}
            answer => return Some(answer),
        }
    }
    Some(Ok(None))
}

/// The challenge that an unauthenticated answer carries: that of the first scheme, if it has one.
pub(crate) fn first_challenge(schemes: &[Scheme]) -> Option<HeaderValue> {
    schemes.first().and_then(Scheme::challenge)
}

/// DRF's refusal of a right credential whose user may not log in.
fn inactive(user: &User, scheme: &'static str) -> Rejection {
    let detail = format!("user {} is not active", user.id());
    let reason = Reason::new(Cause::InactiveUser, detail).of_scheme(scheme);
    Rejection::authentication_failed("User inactive or deleted.").with_reason(reason)
}
