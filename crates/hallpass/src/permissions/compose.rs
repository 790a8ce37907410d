//! `&`, `|` and `!`: DRF 3.16's `AND`, `OR` and `NOT`.
//!
//! A composed permission has no message and no code of its own, so those of its parts are lost, as in DRF.

use std::borrow::Cow;

use super::{
    AllowAny, DjangoModelPermissions, DjangoModelPermissionsOrAnonReadOnly,
    DjangoObjectPermissions, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly, Object,
    Permission,
};
use crate::identity::Identity;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// Both allow. Made by `&` and [`Permission::and`].
#[derive(Clone, Copy, Debug)]
pub struct And<A, B>(pub A, pub B);

/// One of them allows. Made by `|` and [`Permission::or`].
#[derive(Clone, Copy, Debug)]
pub struct Or<A, B>(pub A, pub B);

/// The other one refuses. Made by `!` and [`Permission::negate`].
#[derive(Clone, Copy, Debug)]
pub struct Not<A>(pub A);

impl<A: Permission, B: Permission> Permission for And<A, B> {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(self.0.has_permission(request, identity).await?
            && self.1.has_permission(request, identity).await?)
    }

    async fn has_object_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        Ok(self
            .0
            .has_object_permission(request, identity, object)
            .await?
            && self
                .1
                .has_object_permission(request, identity, object)
                .await?)
    }

    fn has_permission_now(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Option<bool> {
        // The order matters: the second is not asked where the first refuses.
        Some(
            self.0.has_permission_now(request, identity)?
                && self.1.has_permission_now(request, identity)?,
        )
    }

    fn describe(&self) -> Cow<'static, str> {
        format!("({} & {})", self.0.describe(), self.1.describe()).into()
    }
}

impl<A: Permission, B: Permission> Permission for Or<A, B> {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(self.0.has_permission(request, identity).await?
            || self.1.has_permission(request, identity).await?)
    }

    async fn has_object_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        Ok(both(&self.0, request, identity, object).await?
            || both(&self.1, request, identity, object).await?)
    }

    fn has_permission_now(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Option<bool> {
        Some(
            self.0.has_permission_now(request, identity)?
                || self.1.has_permission_now(request, identity)?,
        )
    }

    fn describe(&self) -> Cow<'static, str> {
        format!("({} | {})", self.0.describe(), self.1.describe()).into()
    }
}

/// One side of `|` about an object: the view was perhaps allowed by the other side only.
async fn both(
    side: &impl Permission,
    request: &RequestContext<'_>,
    identity: Option<&Identity>,
    object: Object<'_>,
) -> Result<bool, Rejection> {
    Ok(side.has_permission(request, identity).await?
        && side
            .has_object_permission(request, identity, object)
            .await?)
}

impl<A: Permission> Permission for Not<A> {
    async fn has_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Result<bool, Rejection> {
        Ok(!self.0.has_permission(request, identity).await?)
    }

    async fn has_object_permission(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
        object: Object<'_>,
    ) -> Result<bool, Rejection> {
        Ok(!self
            .0
            .has_object_permission(request, identity, object)
            .await?)
    }

    fn has_permission_now(
        &self,
        request: &RequestContext<'_>,
        identity: Option<&Identity>,
    ) -> Option<bool> {
        Some(!self.0.has_permission_now(request, identity)?)
    }

    fn describe(&self) -> Cow<'static, str> {
        format!("!{}", self.0.describe()).into()
    }
}

/// Gives permissions of an application's own the operators `&`, `|` and `!`, which only the crate that defines a type
/// may implement for it. See [`Permission`](crate::Permission) for an example; without it the methods
/// [`and`](crate::Permission::and), [`or`](crate::Permission::or) and [`negate`](crate::Permission::negate) do the same.
///
/// A permission with parameters names them first: `permission_operators!([T: Scope] HasScope<T>)`.
#[macro_export]
macro_rules! permission_operators {
    ([$($parameter:ident: $bound:path),*] $permission:ty) => {
        impl<$($parameter: $bound,)* Other: $crate::Permission> ::std::ops::BitAnd<Other> for $permission {
            type Output = $crate::And<$permission, Other>;

            fn bitand(self, other: Other) -> Self::Output {
                $crate::And(self, other)
            }
        }

        impl<$($parameter: $bound,)* Other: $crate::Permission> ::std::ops::BitOr<Other> for $permission {
            type Output = $crate::Or<$permission, Other>;

            fn bitor(self, other: Other) -> Self::Output {
                $crate::Or(self, other)
            }
        }

        impl<$($parameter: $bound),*> ::std::ops::Not for $permission {
            type Output = $crate::Not<$permission>;

            fn not(self) -> Self::Output {
                $crate::Not(self)
            }
        }
    };
    ($($permission:ty),+ $(,)?) => {
        $($crate::permission_operators!([] $permission);)+
    };
}

permission_operators!(
    AllowAny,
    IsAuthenticated,
    IsAdminUser,
    IsAuthenticatedOrReadOnly,
    DjangoModelPermissions,
    DjangoModelPermissionsOrAnonReadOnly,
    DjangoObjectPermissions,
);
permission_operators!([A: Permission, B: Permission] And<A, B>);
permission_operators!([A: Permission, B: Permission] Or<A, B>);
permission_operators!([A: Permission] Not<A>);
