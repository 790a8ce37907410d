//! How a view finds its object: DRF's `get_object`, for what is asked before a handler runs.

use std::future::Future;

use crate::future::BoxFuture;
use crate::rejection::Rejection;
use crate::request::RequestContext;

/// Whether the object that a request names exists. See [`ApiView::get_object`](crate::ApiView::get_object).
///
/// ```
/// use hallpass::{GetObject, Rejection, RequestContext};
///
/// struct FindWidget;
///
/// impl GetObject for FindWidget {
///     async fn get_object(&self, request: &RequestContext<'_>) -> Result<(), Rejection> {
///         let id: i64 = request.path().await?;
///         if id == 1 { Ok(()) } else { Err(Rejection::not_found()) }
///     }
/// }
/// ```
pub trait GetObject: Send + Sync + 'static {
    /// Looks the object up.
    ///
    /// # Errors
    /// [`Rejection::not_found`] where there is none.
    fn get_object(
        &self,
        request: &RequestContext<'_>,
    ) -> impl Future<Output = Result<(), Rejection>> + Send;
}

/// The object-safe twin of [`GetObject`].
pub(super) trait ErasedGetObject: Send + Sync {
    fn get_object<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
    ) -> BoxFuture<'a, Result<(), Rejection>>;
}

impl<G: GetObject> ErasedGetObject for G {
    fn get_object<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
    ) -> BoxFuture<'a, Result<(), Rejection>> {
        Box::pin(GetObject::get_object(self, request))
    }
}
