//! How a view finds its object: DRF's `get_object`, for what is asked before a handler runs.

use std::future::Future;

use crate::future::BoxFuture;
use crate::identity::Identity;
use crate::permissions::Object;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// Finds the object that a request names. See [`ApiView::get_object`](crate::ApiView::get_object).
///
/// ```
/// use hallpass::{GetObject, Rejection, RequestContext};
///
/// struct Widget { id: i64 }
///
/// struct FindWidget;
///
/// impl GetObject for FindWidget {
///     type Object = Widget;
///
///     async fn get_object(&self, request: &RequestContext<'_>) -> Result<Widget, Rejection> {
///         let id: i64 = request.path().await?;
///         if id == 1 { Ok(Widget { id }) } else { Err(Rejection::not_found()) }
///     }
/// }
/// ```
pub trait GetObject: Send + Sync + 'static {
    /// What is found; the view's permissions are asked about it.
    type Object: Send + Sync + 'static;

    /// Looks the object up.
    ///
    /// # Errors
    /// [`Rejection::not_found`] where there is none.
    fn get_object(
        &self,
        request: &RequestContext<'_>,
    ) -> impl Future<Output = Result<Self::Object, Rejection>> + Send;
}

/// The object-safe twin of [`GetObject`].
pub(super) trait ErasedGetObject: Send + Sync {
    /// Finds the object and asks the policy about it.
    fn check<'a>(
        &'a self,
        policy: &'a Policy,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
    ) -> BoxFuture<'a, Result<(), Rejection>>;
}

impl<G: GetObject> ErasedGetObject for G {
    fn check<'a>(
        &'a self,
        policy: &'a Policy,
        request: &'a RequestContext<'a>,
        identity: Option<&'a Identity>,
    ) -> BoxFuture<'a, Result<(), Rejection>> {
        Box::pin(async move {
            let object = self.get_object(request).await?;
            policy
                .check_object_permissions(request, identity, Object::new(&object))
                .await
        })
    }
}
