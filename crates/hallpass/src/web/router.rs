//! The router that guards every route: what is not said otherwise stands under the default policy.

use axum::Router;
use axum::routing::{MethodRouter, any};

use super::layer::GuardLayer;
use super::site::{SiteLayer, not_found};
use super::view::{ApiView, Gate};
use crate::hallpass::Hallpass;

/// An axum router whose routes are Django views: API views under a policy, plain views under the CSRF check, and
/// around all of them what Django's default middleware does (Host check, sessions, slash redirect, fixed headers).
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
#[derive(Debug)]
pub struct GuardedRouter<S = ()> {
    hallpass: Hallpass,
    router: Router<S>,
    paths: Vec<String>,
}

impl Hallpass {
    /// A router whose routes are all guarded.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> GuardedRouter<S> {
        GuardedRouter::new(self.clone())
    }
}

impl<S: Clone + Send + Sync + 'static> GuardedRouter<S> {
    fn new(hallpass: Hallpass) -> Self {
        Self {
            hallpass,
            router: Router::new(),
            paths: Vec::new(),
        }
    }

    /// An API view at `path` (axum's syntax: `/items/{id}/`).
    ///
    /// # Panics
    /// As axum's own `route`: on a path that is malformed or already taken. It happens at start-up.
    #[must_use]
    pub fn route(self, path: &str, view: ApiView<S>) -> Self {
        let (gate, handlers) = view.into_parts(self.hallpass.default_policy());
        self.mount(path, gate, handlers)
    }

    /// A plain Django view at `path`: no policy, but the CSRF check for every unsafe method.
    ///
    /// # Panics
    /// As [`route`](Self::route).
    #[must_use]
    pub fn plain(self, path: &str, handlers: MethodRouter<S>) -> Self {
        self.mount(path, Gate::Plain { csrf_exempt: false }, handlers)
    }

    /// A plain Django view without the CSRF check: Django's `csrf_exempt`.
    ///
    /// # Panics
    /// As [`route`](Self::route).
    #[must_use]
    pub fn plain_csrf_exempt(self, path: &str, handlers: MethodRouter<S>) -> Self {
        self.mount(path, Gate::Plain { csrf_exempt: true }, handlers)
    }

    fn mount(mut self, path: &str, gate: Gate, handlers: MethodRouter<S>) -> Self {
        // Inside `any`, because a method router names its methods on whatever it does not route, refusals included.
        let guard = GuardLayer::new(self.hallpass.core().clone(), gate);
        self.router = self.router.route(path, any(handlers).layer(guard));
        self.paths.push(path.to_owned());
        self
    }

    /// The finished axum router, with Django's plain 404 page for everything else.
    pub fn into_router(self) -> Router<S> {
        let site = SiteLayer::new(self.hallpass.core().clone(), self.paths);
        self.router.fallback(not_found).layer(site)
    }
}
