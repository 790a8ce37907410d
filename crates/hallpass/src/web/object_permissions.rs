//! The view's permissions in a handler's hands, to be asked about an object.

use std::fmt;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::permissions::{Object, Requirement};
use crate::rejection::Rejection;
use crate::request::{Admitted, Caller, Exchange, RequestContext};

/// DRF's `self.check_object_permissions`: a handler that has found its object asks the view's permissions about it.
///
/// ```
/// use hallpass::{ApiView, Identity, IsAuthenticated, Object, ObjectPermissions, Permission, Rejection, RequestContext, Requirement};
/// use axum::extract::Path;
///
/// struct Article { author: String }
///
/// /// Authors change their own articles.
/// struct IsAuthor;
///
/// impl Permission for IsAuthor {
///     async fn has_permission(&self, _: &RequestContext<'_>, _: Option<&Identity>) -> Result<bool, Rejection> {
///         Ok(true)
///     }
///
///     async fn has_object_permission(
///         &self,
///         _: &RequestContext<'_>,
///         identity: Option<&Identity>,
///         object: Object<'_>,
///     ) -> Result<bool, Rejection> {
///         let article: &Article = object.get()?;
///         Ok(identity.is_some_and(|identity| identity.user().username() == article.author))
///     }
/// }
///
/// async fn update(permissions: ObjectPermissions, Path(author): Path<String>) -> Result<String, Rejection> {
///     let article = Article { author };
///     permissions.check(&article).await?; // 403 for everybody but the author
///     Ok("changed".to_owned())
/// }
///
/// let view: ApiView = ApiView::new("Article")
///     .permissions([Requirement::new(IsAuthenticated), Requirement::new(IsAuthor)])
///     .put(update);
/// ```
#[derive(Clone)]
pub struct ObjectPermissions {
    admitted: Admitted,
    parts: Parts,
    exchange: Exchange,
}

impl ObjectPermissions {
    /// Asks every permission of the view about the object.
    ///
    /// # Errors
    /// The refusal of the first that does not allow it, as the view would say it; 500 when it was written for objects
    /// of another type.
    pub async fn check<T: Send + Sync + 'static>(&self, object: &T) -> Result<(), Rejection> {
        let request = RequestContext::new(&self.parts, &self.exchange);
        let identity = self.admitted.identity.as_ref();
        self.admitted
            .policy
            .check_object_permissions(&request, identity, Object::new(object))
            .await
    }

    /// Asks a permission that the view does not list, about the request and about the object.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub async fn check_with<T: Send + Sync + 'static>(
        &self,
        permission: impl Into<Requirement>,
        object: &T,
    ) -> Result<(), Rejection> {
        let request = RequestContext::new(&self.parts, &self.exchange);
        let (identity, permission) = (self.admitted.identity.as_ref(), permission.into());
        let object = Object::new(object);
        if permission.allows(&request, identity).await?
            && permission.allows_object(&request, identity, object).await?
        {
            return Ok(());
        }
        Err(self.admitted.policy.refusal(&permission, identity))
    }
}

/// Headers and query may hold credentials.
impl fmt::Debug for ObjectPermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let identity = self.admitted.identity.as_ref();
        f.debug_struct("ObjectPermissions")
            .field("method", &self.parts.method)
            .field("path", &self.parts.uri.path())
            .field("who", &identity.map(|identity| identity.user().username()))
            .finish_non_exhaustive()
    }
}

impl<S: Sync> FromRequestParts<S> for ObjectPermissions {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let exchange = parts.extensions.get::<Exchange>().cloned();
        match (Caller::of(parts), exchange) {
            (Some(Caller::Admitted(admitted)), Some(exchange)) => Ok(Self {
                admitted: admitted.clone(),
                exchange,
                parts: parts.clone(),
            }),
            _ => {
                tracing::error!(
                    path = parts.uri.path(),
                    "`ObjectPermissions` was extracted on a route that no policy guards"
                );
                Err(Rejection::server_error())
            }
        }
    }
}
