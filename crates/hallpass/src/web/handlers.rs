//! The handlers of one view.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::{Method, StatusCode};

use crate::future::BoxFuture;

/// What stands behind a gate.
#[derive(Clone)]
pub(super) enum Handlers<S> {
    /// Those of an API view, each for its method. The gate has seen to it that there is one.
    Api(ApiHandlers<S>),
    /// A method router or a service of the application's own.
    Plain(Box<MethodRouter<S>>),
}

impl<S: Clone + Send + Sync + 'static> Handlers<S> {
    pub(super) fn call(&self, request: Request, state: S) -> BoxFuture<'static, Response> {
        match self {
            Self::Api(handlers) => match handlers.find(request.method()) {
                Some(handler) => handler.call(request, state),
                None => Box::pin(async { StatusCode::METHOD_NOT_ALLOWED.into_response() }),
            },
            Self::Plain(router) => Box::pin(MethodRouter::clone(router).call(request, state)),
        }
    }
}

/// The handlers of an API view.
#[derive(Clone)]
pub(super) struct ApiHandlers<S>(Vec<(Method, Arc<dyn ErasedHandler<S>>)>);

impl<S> ApiHandlers<S> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// # Panics
    /// When the method has a handler already, as axum's method router does.
    pub(super) fn add<H: Handler<T, S>, T: 'static>(&mut self, method: Method, handler: H)
    where
        S: 'static,
    {
        assert!(
            self.own(&method).is_none(),
            "the view has two handlers of {method}"
        );
        let handler = Erased {
            handler,
            arguments: PhantomData,
        };
        self.0.push((method, Arc::new(handler)));
    }

    pub(super) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.0.iter().map(|(method, _)| method)
    }

    fn own(&self, method: &Method) -> Option<&dyn ErasedHandler<S>> {
        let mut all = self.0.iter();
        let (_, handler) = all.find(|(known, _)| known == method)?;
        Some(&**handler)
    }

    /// `HEAD` runs the handler of `GET`; axum takes the body off.
    fn find(&self, method: &Method) -> Option<&dyn ErasedHandler<S>> {
        let is_head = method == Method::HEAD;
        self.own(if is_head { &Method::GET } else { method })
    }
}

/// The object-safe twin of axum's handlers.
trait ErasedHandler<S>: Send + Sync {
    fn call(&self, request: Request, state: S) -> BoxFuture<'static, Response>;
}

struct Erased<H, T> {
    handler: H,
    arguments: PhantomData<fn() -> T>,
}

impl<H: Handler<T, S>, T: 'static, S: 'static> ErasedHandler<S> for Erased<H, T> {
    fn call(&self, request: Request, state: S) -> BoxFuture<'static, Response> {
        boxed(self.handler.clone().call(request, state))
    }
}

/// Boxes a future unless it is a box already, as those of functions are.
fn boxed(future: impl Future<Output = Response> + Send + 'static) -> BoxFuture<'static, Response> {
    let mut future = Some(future);
    let any: &mut dyn Any = &mut future;
    let already = any.downcast_mut::<Option<BoxFuture<'static, Response>>>();
    match already.and_then(Option::take) {
        Some(boxed) => boxed,
        None => Box::pin(async move {
            match future {
                Some(future) => future.await,
                None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }),
    }
}
