//! A permission behind a pointer, so that a list may hold different ones.

use std::borrow::Cow;
use std::fmt;
use std::ops::{BitAnd, BitOr, Not as Negation};
use std::sync::Arc;

use super::{And, Not, Object, Or, Permission};
use crate::future::BoxFuture;
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// Any permission. Cheap to clone; `&`, `|` and `!` compose it like the permission itself.
///
/// ```
/// use hallpass::{IsAdminUser, IsAuthenticated, Requirement};
///
/// let chosen_at_run_time: Vec<Requirement> = vec![Requirement::new(IsAuthenticated), Requirement::new(IsAdminUser)];
/// let all = chosen_at_run_time.into_iter().reduce(|a, b| a & b).unwrap();
/// assert_eq!(all.to_string(), "(IsAuthenticated & IsAdminUser)");
/// ```
#[derive(Clone)]
pub struct Requirement(Arc<dyn ErasedPermission>);

impl Requirement {
    /// Wraps a permission.
    pub fn new(permission: impl Permission) -> Self {
        Self(Arc::new(permission))
    }

    /// Whether it allows the request to this caller: [`Permission::has_permission`].
    ///
    /// # Errors
    /// What the permission answers with instead of its yes or no.
    pub async fn allows(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        match self.0.has_permission_now(request, identity) {
            Some(answer) => Ok(answer),
            None => self.0.has_permission(request, identity).await,
        }
    }

    /// The same where nothing has to be waited for; `None` says nothing.
    pub(crate) fn allows_now(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Option<bool> {
        self.0.has_permission_now(request, identity)
    }

    /// Whether it allows the caller this object: [`Permission::has_object_permission`].
    ///
    /// # Errors
    /// What the permission answers with instead of its yes or no.
    pub async fn allows_object(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        self.0
            .has_object_permission(request, identity, object)
            .await
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.0.message()
    }

    pub(crate) fn code(&self) -> Option<&'static str> {
        self.0.code()
    }
}

impl<P: Permission> From<P> for Requirement {
    fn from(permission: P) -> Self {
        Self::new(permission)
    }
}

/// What it requires, in the words of [`Permission::describe`].
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.describe())
    }
}

impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl BitAnd for Requirement {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self::new(And(Chosen(self), Chosen(other)))
    }
}

impl BitOr for Requirement {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::new(Or(Chosen(self), Chosen(other)))
    }
}

impl Negation for Requirement {
    type Output = Self;

    fn not(self) -> Self {
        Self::new(Not(Chosen(self)))
    }
}

/// A requirement as one side of an operator. It is not `Requirement` itself that is a permission: every permission
/// becomes a requirement, and that one would become two.
struct Chosen(Requirement);

impl Permission for Chosen {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        self.0.allows(request, identity).await
    }

    async fn has_object_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        self.0.allows_object(request, identity, object).await
    }

    fn has_permission_now(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Option<bool> {
        self.0.0.has_permission_now(request, identity)
    }

    fn describe(&self) -> Cow<'static, str> {
        self.0.0.describe()
    }
}

/// The object-safe twin of [`Permission`].
trait ErasedPermission: Send + Sync {
    fn has_permission<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
    ) -> BoxFuture<'a, Result<bool, Rejection>>;
    fn has_object_permission<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
        object: Object<'a>,
    ) -> BoxFuture<'a, Result<bool, Rejection>>;
    fn has_permission_now(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Option<bool>;
    fn message(&self) -> Option<&str>;
    fn code(&self) -> Option<&'static str>;
    fn describe(&self) -> Cow<'static, str>;
}

impl<P: Permission> ErasedPermission for P {
    fn has_permission<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
    ) -> BoxFuture<'a, Result<bool, Rejection>> {
        Box::pin(Permission::has_permission(self, request, identity))
    }

    fn has_object_permission<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
        object: Object<'a>,
    ) -> BoxFuture<'a, Result<bool, Rejection>> {
        Box::pin(Permission::has_object_permission(
            self, request, identity, object,
        ))
    }

    fn has_permission_now(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Option<bool> {
        Permission::has_permission_now(self, request, identity)
    }

    fn message(&self) -> Option<&str> {
        Permission::message(self)
    }

    fn code(&self) -> Option<&'static str> {
        Permission::code(self)
    }

    fn describe(&self) -> Cow<'static, str> {
        Permission::describe(self)
    }
}
