//! The router that guards every route: what is not said otherwise stands under the default policy.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, any, any_service};
use tower_service::Service;

use super::converters::Pattern;
use super::handlers::Handlers;
use super::layer::GuardLayer;
use super::mounted::{Mounted, View};
use super::routes::Route;
use super::site::Site;
use super::view::ApiView;
use super::view::gate::Gate;
use crate::core::Core;
use crate::hallpass::Hallpass;
use crate::policy::Policy;

/// An axum router whose routes are Django views: API views under a policy, plain views under the CSRF check, and
/// around all of them what Django's default middleware does (Host check, sessions, slash redirect, fixed headers).
///
/// There is no way to add a route without a guard. A path that leads nowhere is Django's plain 404 page, before anybody
/// is asked who they are; a view that should answer there is a route `/{*rest}`.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use hallpass::{ApiView, Auth, Hallpass};
///
/// let hallpass = Hallpass::from_settings("hallpass.toml").await?;
/// let app: axum::Router = hallpass
///     .router()
///     .route("/me/", ApiView::new("Me").get(|auth: Auth| async move { auth.user().username().to_owned() }))
///     .into_router();
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
pub struct GuardedRouter<S = ()> {
    hallpass: Hallpass,
    routes: Vec<Mount<S>>,
}

/// A route with what stands behind it.
struct Mount<S> {
    route: Route,
    handlers: Handlers<S>,
    /// That of the router which it was added to.
    core: Core,
}

impl Hallpass {
    /// A router whose routes are all guarded.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> GuardedRouter<S> {
        GuardedRouter {
            hallpass: self.clone(),
            routes: Vec::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> GuardedRouter<S> {
    /// An API view at `path`, in axum's syntax with Django's converters: `/items/{int:id}/`, also `slug`, `uuid` and
    /// `str`, which is what a parameter without one has. Text may stand before a parameter, not behind it: `/v{int:id}/`.
    /// A path that does not fit leads nowhere.
    #[must_use]
    pub fn route(self, path: &str, view: ApiView<S>) -> Self {
        let (gate, handlers) = view.into_parts(self.hallpass.default_policy());
        self.mount(path, Gate::Api(Arc::new(gate)), Handlers::Api(handlers))
    }

    /// Any service at `path`, for all methods, under a policy: a router of tonic's, a file server, a WebSocket
    /// endpoint. There is no content negotiation and no 405; the policy is asked before the service sees anything.
    ///
    /// A WebSocket's handshake is a `GET`, which a browser sends to any site with that site's cookies: a service that lets
    /// sessions in must look at the `Origin` itself.
    #[must_use]
    pub fn route_service<T>(self, path: &str, policy: Policy, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        let handlers = Handlers::Plain(Box::new(any_service(service)));
        self.mount(path, Gate::Policy(Arc::new(policy)), handlers)
    }

    /// A plain Django view at `path`: no policy, but the CSRF check for every unsafe method.
    #[must_use]
    pub fn plain(self, path: &str, handlers: MethodRouter<S>) -> Self {
        let gate = Gate::Plain { csrf_exempt: false };
        self.mount(path, gate, Handlers::Plain(Box::new(handlers)))
    }

    /// A plain Django view without the CSRF check: Django's `csrf_exempt`.
    #[must_use]
    pub fn plain_csrf_exempt(self, path: &str, handlers: MethodRouter<S>) -> Self {
        let gate = Gate::Plain { csrf_exempt: true };
        self.mount(path, gate, Handlers::Plain(Box::new(handlers)))
    }

    /// All routes of another router under a prefix: Django's `include`. They keep their policies, those that they got
    /// from the other router's defaults too, and their users, where the other one is of another Hallpass, and their requests keep their whole path.
    #[must_use]
    pub fn nest(mut self, prefix: &str, other: Self) -> Self {
        let prefix = prefix.trim_end_matches('/');
        self.routes.extend(other.routes.into_iter().map(|mount| {
            let path = format!("{prefix}{}", mount.route.path());
            Mount {
                route: mount.route.at(path),
                ..mount
            }
        }));
        self
    }

    /// All routes of another router beside those of this one.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.routes.extend(other.routes);
        self
    }

    /// Every route with its methods and policies, in the order in which they were added: for a test of one's own that
    /// nothing stands open which should not.
    ///
    /// ```no_run
    /// # fn check(app: hallpass::GuardedRouter) {
    /// use hallpass::Requirement;
    ///
    /// let is_open = |requirement: &Requirement| requirement.to_string() == "AllowAny";
    /// for route in app.routes() {
    ///     for method in route.methods() {
    ///         let policy = route.policy(method).expect("an API view");
    ///         let permissions = policy.permission_classes();
    ///         let open = permissions.iter().all(is_open); // an empty list is open too
    ///         assert!(!open || route.path() == "/health/", "{route}");
    ///     }
    /// }
    /// # }
    /// ```
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().map(|mount| &mount.route)
    }

    fn mount(mut self, path: &str, gate: Gate, handlers: Handlers<S>) -> Self {
        self.routes.push(Mount {
            route: Route::new(path.to_owned(), gate),
            handlers,
            core: self.hallpass.core().clone(),
        });
        self
    }

    /// The finished axum router, with Django's plain 404 page for everything else. Where it is not
    /// nested into another, [`into_service`](GuardedRouter::into_service) does the same at less cost.
    ///
    /// What is added to it afterwards nobody guards. axum refuses a path that is taken already, whatever the methods; but
    /// it prefers a path without parameters, so that an open `/items/new/` answers beside a guarded `/items/{int:id}/`.
    ///
    /// # Panics
    /// As axum's own `route`: on a path that is malformed or taken twice; and on a path converter that there is not. It
    /// happens at start-up.
    pub fn into_router(self) -> Router<S> {
        let (site, routes) = self.into_routes();
        Self::assemble(&site, routes)
    }

    /// The site, and each view with its path in axum's syntax.
    pub(super) fn into_routes(self) -> (Arc<Site>, Vec<(String, Mounted<S>)>) {
        let pattern = |route: &Route| match Pattern::parse(route.path()) {
            Ok(pattern) => pattern,
            Err(wrong) => panic!("route `{}`: {wrong}", route.path()),
        };
        let paths = self.routes().map(pattern);
        let site = Arc::new(Site {
            core: self.hallpass.core().clone(),
            paths: paths.collect(),
        });
        let mut routes = Vec::new();
        for (mount, pattern) in self.routes.into_iter().zip(&site.paths) {
            let (gate, handlers) = mount.guarded(&site);
            let view = View {
                pattern: (!pattern.is_plain()).then(|| pattern.clone()),
                gate,
                handlers,
            };
            let path = pattern.axum_path().to_owned();
            routes.push((path, Mounted::new(&site, Some(view))));
        }
        (site, routes)
    }

    pub(super) fn assemble(site: &Arc<Site>, routes: Vec<(String, Mounted<S>)>) -> Router<S> {
        let mut router = Router::new();
        for (path, view) in routes {
            // For all methods: the view's own refusal names its methods, and comes after the policy's. Each is taken
            // by name too, because axum lets others add to a path any method that only a fallback answers.
            let handlers = any(view.clone()).on(every_named_method(), view);
            router = router.route(&path, handlers);
        }
        router.fallback(Mounted::new(site, None))
    }
}

/// The methods that axum can tell apart.
fn every_named_method() -> MethodFilter {
    MethodFilter::CONNECT
        .or(MethodFilter::DELETE)
        .or(MethodFilter::GET)
        .or(MethodFilter::HEAD)
        .or(MethodFilter::OPTIONS)
        .or(MethodFilter::PATCH)
        .or(MethodFilter::POST)
        .or(MethodFilter::PUT)
        .or(MethodFilter::TRACE)
}

impl<S: Clone + Send + Sync + 'static> Mount<S> {
    /// A view of another Hallpass asks that one's users, not those of the site: it keeps a guard of its own.
    fn guarded(self, site: &Site) -> (Option<Gate>, Handlers<S>) {
        let gate = self.route.into_gate();
        if self.core.is(&site.core) {
            return (Some(gate), self.handlers);
        }
        let handlers = self.handlers;
        let inside = any(async move |State(state): State<S>, request: Request| {
            handlers.call(request, state).await
        });
        let guarded = inside.layer(GuardLayer::new(self.core, gate));
        (None, Handlers::Plain(Box::new(guarded)))
    }
}

impl<S> fmt::Debug for GuardedRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes = self.routes.iter().map(|mount| &mount.route);
        f.debug_list().entries(routes).finish()
    }
}
