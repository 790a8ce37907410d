//! DRF's own permission classes that look at the caller and the method alone.

use super::{Permission, is_safe};
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

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

/// A permission that never waits: one rule, asked both ways.
macro_rules! immediate {
    ($class:ty, |$request:pat_param, $caller:pat_param| $rule:expr) => {
        impl Permission for $class {
            async fn has_permission(
                &self,
                $request: &RequestContext<'_>,
                $caller: Option<&Identity>,
            ) -> Result<bool, Rejection> {
                Ok($rule)
            }

            fn has_permission_now(
                &self,
                $request: &RequestContext<'_>,
                $caller: Option<&Identity>,
            ) -> Option<bool> {
                Some($rule)
            }
        }
    };
}

immediate!(AllowAny, |_, _| true);
immediate!(IsAuthenticated, |_, caller| caller.is_some());
immediate!(IsAdminUser, |_, caller| caller
    .is_some_and(|caller| caller.user().is_staff()));
immediate!(IsAuthenticatedOrReadOnly, |request, caller| is_safe(
    request.method()
) || caller
    .is_some());
