//! A guarded router as a service of its own: the shortest way from hyper to a view.
//!
//! axum looks a path up, clones the route's service into a box, and boxes its future. Most paths of an API have no
//! parameters, and for those all of that is a look-up in a map and a counter. Paths with parameters go through axum.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::Request;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::response::Response;
use axum::routing::IntoMakeService;
use axum::routing::future::RouteFuture;
use axum::{Router, ServiceExt};
use foldhash::fast::RandomState;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method};
use http_body::Body as _;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::mounted::{Mounted, Passes};
use super::router::GuardedRouter;

/// A [`GuardedRouter`] that answers requests. Cheap to clone. Made by [`GuardedRouter::into_service`].
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::net::SocketAddr;
///
/// use hallpass::{ApiView, Auth, Hallpass};
///
/// let hallpass = Hallpass::from_settings("hallpass.toml").await?;
/// let app = hallpass
///     .router()
///     .route("/me/", ApiView::new("Me").get(|auth: Auth| async move { auth.user().username().to_owned() }))
///     .into_service();
/// // What `axum::serve` takes beside the listener:
/// let service = app.into_make_service_with_connect_info::<SocketAddr>();
/// # let _ = service;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct GuardedService(Arc<Places>);

#[derive(Clone)]
struct Places {
    /// The views whose paths have no parameters.
    plain: HashMap<Box<str>, Mounted<()>, RandomState>,
    /// All routes, and the page for paths that lead nowhere.
    all: Router,
}

impl GuardedRouter {
    /// The finished service. It answers what [`into_router`](Self::into_router) answers, at less cost: a path without
    /// parameters does not go through axum's router. Handlers of such a path cannot extract what that leaves: axum's
    /// `MatchedPath`, `NestedPath` and `OriginalUri`, and, where there are no parameters anyhow, `Path`, `Option<Path>`
    /// and `RawPathParams`, which are a 500. Where they must, or where the routes are nested into a router of your own,
    /// take `into_router`.
    ///
    /// # Panics
    /// As `into_router`, at start-up.
    pub fn into_service(self) -> GuardedService {
        let (site, routes) = self.into_routes();
        let plain = routes.iter().filter(|(path, _)| !path.contains(['{', '}']));
        GuardedService(Arc::new(Places {
            plain: plain
                .map(|(path, view)| (path.as_str().into(), view.clone()))
                .collect(),
            all: Self::assemble(&site, routes),
        }))
    }
}

impl GuardedService {
    /// Routes of axum's own beside those of this one: nobody guards them but the layers that they bring. Of two paths
    /// that fit, axum takes the one without parameters: an open `/items/new/` answers beside a guarded `/items/{int:id}/`.
    ///
    /// # Panics
    /// As axum's own `merge`: on a path that is taken twice, whatever the methods, and on a second fallback.
    #[must_use]
    pub fn merge(mut self, other: Router) -> Self {
        let places = Arc::make_mut(&mut self.0);
        places.all = std::mem::take(&mut places.all).merge(other);
        self
    }

    /// What `axum::serve` takes: this service for each connection.
    ///
    /// Throttles, `trusted_proxies` and the fairness of the hashing queue want to know who is calling: they need
    /// [`into_make_service_with_connect_info`](Self::into_make_service_with_connect_info).
    pub fn into_make_service(self) -> IntoMakeService<Self> {
        ServiceExt::<Request>::into_make_service(self)
    }

    /// The same with the connection's other end in each request; `C` is `std::net::SocketAddr`.
    pub fn into_make_service_with_connect_info<C>(self) -> IntoMakeServiceWithConnectInfo<Self, C> {
        ServiceExt::<Request>::into_make_service_with_connect_info(self)
    }
}

impl Service<Request> for GuardedService {
    type Response = Response;
    type Error = Infallible;
    type Future = ServiceFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> ServiceFuture {
        let inner = match self.0.plain.get(request.uri().path()) {
            Some(view) => Inner::View {
                is_head: request.method() == Method::HEAD,
                passing: view.clone().pass(request, ()),
            },
            None => Inner::Route {
                future: self.0.all.clone().call(request),
            },
        };
        ServiceFuture { inner }
    }
}

impl fmt::Debug for GuardedService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedService").finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of a [`GuardedService`].
    pub struct ServiceFuture { #[pin] inner: Inner }
}

pin_project! {
    #[project = InnerProjection]
    enum Inner {
        View { #[pin] passing: Passes<()>, is_head: bool },
        Route { #[pin] future: RouteFuture<Infallible> },
    }
}

impl Future for ServiceFuture {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().inner.project() {
            InnerProjection::Route { future } => future.poll(cx),
            InnerProjection::View { passing, is_head } => {
                let mut response = ready!(passing.poll(cx))?;
                if *is_head {
                    take_body_off(&mut response);
                }
                Poll::Ready(Ok(response))
            }
        }
    }
}

impl fmt::Debug for ServiceFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceFuture").finish_non_exhaustive()
    }
}

/// `HEAD` is answered as `GET` but for the body, whose length is still told.
fn take_body_off(response: &mut Response) {
    let length = response.body().size_hint().exact();
    let headers = response.headers_mut();
    if let Some(length) = length.filter(|_| !headers.contains_key(CONTENT_LENGTH)) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    *response.body_mut() = Body::empty();
}
