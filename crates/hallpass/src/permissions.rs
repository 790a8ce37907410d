//! Permissions: may this caller do this?
//!
//! DRF 3.16's permission classes, asked in list order; the first refusal ends it. Safe methods are exactly `GET`,
//! `HEAD` and `OPTIONS`.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use http::Method;

use crate::future::BoxFuture;
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// One permission: DRF's `BasePermission`.
///
/// ```
/// use hallpass::{Identity, Permission, Rejection, RequestContext};
///
/// /// Lets only users in whose address ends with our domain.
/// struct IsColleague;
///
/// impl Permission for IsColleague {
///     async fn has_permission(
///         &self,
///         _request: &RequestContext<'_>,
///         identity: Option<&Identity>,
///     ) -> Result<bool, Rejection> {
///         let email = identity.and_then(|identity| identity.user().email());
///         Ok(email.is_some_and(|email| email.ends_with("@example.com")))
///     }
///
///     fn message(&self) -> Option<&str> {
///         Some("Colleagues only.")
///     }
/// }
/// ```
pub trait Permission: Send + Sync + 'static {
    /// Whether the caller may go on; `identity` is `None` for an anonymous caller.
    ///
    /// # Errors
    /// A [`Rejection`] to answer with instead of the usual one, such as a fault of the store.
    fn has_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> impl Future<Output = Result<bool, Rejection>> + Send;

    /// DRF's `message`: the `detail` of the 403. It is not used for a caller who is not authenticated.
    fn message(&self) -> Option<&str> {
        None
    }
}

/// Everybody, anonymous callers included. DRF's `AllowAny`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAny;

/// Everybody who is authenticated. DRF's `IsAuthenticated`; our default.
#[derive(Clone, Copy, Debug, Default)]
pub struct IsAuthenticated;

/// Users with `is_staff`; being a superuser is not enough. DRF's `IsAdminUser`.
#[derive(Clone, Copy, Debug, Default)]
pub struct IsAdminUser;

/// Authenticated callers, and everybody for safe methods. DRF's `IsAuthenticatedOrReadOnly`.
#[derive(Clone, Copy, Debug, Default)]
pub struct IsAuthenticatedOrReadOnly;

impl Permission for AllowAny {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        _: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(true)
    }
}

impl Permission for IsAuthenticated {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        caller: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(caller.is_some())
    }
}

impl Permission for IsAdminUser {
    async fn has_permission(
        &self,
        _: &RequestContext<'_>,
        caller: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(caller.is_some_and(|caller| caller.user().is_staff()))
    }
}

impl Permission for IsAuthenticatedOrReadOnly {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        caller: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(is_safe(request.method()) || caller.is_some())
    }
}

/// DRF's `SAFE_METHODS`: `GET`, `HEAD`, `OPTIONS`, in exactly this spelling.
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A permission behind a pointer, so that a list may hold different ones.
#[derive(Clone)]
pub struct Requirement(Arc<dyn ErasedPermission>);

impl Requirement {
    /// Wraps a permission.
    pub fn new(permission: impl Permission) -> Self {
        Self(Arc::new(permission))
    }

    pub(crate) async fn allows(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        self.0.has_permission(request, identity).await
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.0.message()
    }
}

impl<P: Permission> From<P> for Requirement {
    fn from(permission: P) -> Self {
        Self::new(permission)
    }
}

impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.type_name())
    }
}

/// The object-safe twin of [`Permission`].
trait ErasedPermission: Send + Sync {
    fn has_permission<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
    ) -> BoxFuture<'a, Result<bool, Rejection>>;
    fn message(&self) -> Option<&str>;
    fn type_name(&self) -> &'static str;
}

impl<P: Permission> ErasedPermission for P {
    fn has_permission<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
    ) -> BoxFuture<'a, Result<bool, Rejection>> {
        Box::pin(Permission::has_permission(self, request, identity))
    }

    fn message(&self) -> Option<&str> {
        Permission::message(self)
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<P>()
    }
}
