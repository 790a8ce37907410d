//! The one shape of a boxed future, for the object-safe twins of the public traits.

use std::future::Future;
use std::pin::Pin;

/// A future behind a pointer.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
