//! Permissions: may this caller do this?
//!
//! DRF 3.16's permission classes, asked in list order; the first refusal ends it. A permission is asked twice at most:
//! about the view before its handler runs, and about an object when the handler found it
//! ([`ObjectPermissions`](crate::ObjectPermissions)). Safe methods are exactly `GET`, `HEAD` and `OPTIONS`.

mod classes;
mod compose;
mod model;
mod object;
mod requirement;

use std::borrow::Cow;
use std::future::Future;

use http::Method;

use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

pub use classes::{AllowAny, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly};
pub use compose::{And, Not, Or};
pub use model::{
    DjangoModelPermissions, DjangoModelPermissionsOrAnonReadOnly, DjangoObjectPermissions,
};
pub use object::Object;
pub use requirement::Requirement;

/// One permission: DRF's `BasePermission`.
///
/// ```
/// use hallpass::{Identity, IsAdminUser, Object, Permission, Rejection, RequestContext};
///
/// /// Lets only users in whose address ends with our domain, and each of them to its own documents only.
/// struct IsColleague;
///
/// # struct Document { owner: String }
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
///     async fn has_object_permission(
///         &self,
///         _request: &RequestContext<'_>,
///         identity: Option<&Identity>,
///         object: Object<'_>,
///     ) -> Result<bool, Rejection> {
///         let document: &Document = object.get()?;
///         Ok(identity.is_some_and(|identity| identity.user().username() == document.owner))
///     }
///
///     fn message(&self) -> Option<&str> {
///         Some("Colleagues only.")
///     }
/// }
///
/// // The operators `&`, `|` and `!` for a permission of one's own.
/// hallpass::permission_operators!(IsColleague);
///
/// let colleague_or_admin = IsColleague | IsAdminUser;
/// let outsider = !IsColleague;
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

    /// Whether the caller may do it to this object; asked only where a handler asks, and after
    /// [`has_permission`](Self::has_permission) said yes. Yes unless overridden, as in DRF.
    ///
    /// # Errors
    /// As [`has_permission`](Self::has_permission).
    fn has_object_permission(
        &self,
        _request: &RequestContext<'_>,
        _identity: Option<&Identity>,
        _object: Object<'_>,
    ) -> impl Future<Output = Result<bool, Rejection>> + Send {
        std::future::ready(Ok(true))
    }

    /// The same answer as [`has_permission`](Self::has_permission) for permissions that need not wait: it spares each
    /// request an allocation. `None`, the default, asks the other one. It may be asked more than once about one request,
    /// when a later permission has to be waited for: it must change nothing.
    fn has_permission_now(
        &self,
        _request: &RequestContext<'_>,
        _identity: Option<&Identity>,
    ) -> Option<bool> {
        None
    }

    /// DRF's `message`: the `detail` of the 403. It is not used for a caller who is not authenticated.
    fn message(&self) -> Option<&str> {
        None
    }

    /// DRF's `code` of the refusal, for whoever looks at [`Rejection::code`]; it is not sent.
    fn code(&self) -> Option<&'static str> {
        None
    }

    /// What lists of routes and logs call it: the type's name unless overridden.
    fn describe(&self) -> Cow<'static, str> {
        Cow::Borrowed(short_name(std::any::type_name::<Self>()))
    }

    /// Both must allow: DRF's `A & B`. The operator does the same for our own permissions, and for others after
    /// [`permission_operators!`](crate::permission_operators).
    fn and<B: Permission>(self, other: B) -> And<Self, B>
    where
        Self: Sized,
    {
        And(self, other)
    }

    /// One must allow: DRF's `A | B`. About an object, each side is asked about the view again first, as in DRF.
    fn or<B: Permission>(self, other: B) -> Or<Self, B>
    where
        Self: Sized,
    {
        Or(self, other)
    }

    /// Must refuse: DRF's `~A`. About an object the other's answer is inverted too: `!IsAdminUser` refuses everybody
    /// every object, because `IsAdminUser` allows each.
    fn negate(self) -> Not<Self>
    where
        Self: Sized,
    {
        Not(self)
    }
}

/// DRF's `SAFE_METHODS`: `GET`, `HEAD`, `OPTIONS`, in exactly this spelling.
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A type's name without the modules around it.
pub(crate) fn short_name(full: &'static str) -> &'static str {
    let end = full.find('<').unwrap_or(full.len());
    let start = full.get(..end).and_then(|head| head.rfind("::"));
    start
        .and_then(|colons| full.get(colons + 2..))
        .unwrap_or(full)
}
