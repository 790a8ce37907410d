//! The HTTP server of `serve` and `demo`: which routes, on which socket, until when.

mod around;
mod connections;
mod log;
mod socket;

use std::time::Duration;

use axum::routing::MethodRouter;
use axum::{Router, middleware};
use hallpass::views::{LoginView, LogoutView, ObtainAuthToken, forward_auth, healthz, whoami};
use hallpass::{Hallpass, Scheme};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::failure::Failure;

pub(crate) use log::start_log;
pub(crate) use socket::{Listener, Socket, local_url};

/// How long requests that are being answered may take to end after the server was told to.
const GRACE: Duration = Duration::from_secs(4);

/// Serves until Ctrl-C or SIGTERM, then lets running requests end.
pub(crate) async fn serve(listener: Listener, hallpass: &Hallpass) -> Result<(), Failure> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let (stop, stopped) = watch::channel(false);
    let accept = connections::accept(
        listener.into_inner(),
        routes(hallpass),
        connections::HEAD_TIMEOUT,
        stopped,
    );
    tokio::spawn(accept);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("told to end");
    let _ = stop.send(true);
    if timeout(GRACE, stop.closed()).await.is_err() {
        tracing::warn!("ending although some requests are not answered yet");
    }
    Ok(())
}

/// The login page, from which one may go on to the sites behind the proxies as well.
fn login(redirect_hosts: &[String]) -> MethodRouter {
    LoginView::new()
        .success_url_allowed_hosts(redirect_hosts)
        .into_handlers()
}

/// The routes that the settings switch on.
fn routes(hallpass: &Hallpass) -> Router {
    let settings = hallpass.settings();
    let mut guarded = hallpass.router();
    if !settings.token.path.is_empty() {
        let mut view = ObtainAuthToken::new();
        if settings.token.ignore_ambient_credentials {
            view = view.authentication(Vec::<Scheme>::new());
        }
        guarded = guarded.route(&settings.token.path, view.into_view());
    }
    if !settings.login_path.is_empty() {
        guarded = guarded.plain(&settings.login_path, login(&settings.login_redirect_hosts));
    }
    if !settings.logout_path.is_empty() {
        guarded = guarded.plain(&settings.logout_path, LogoutView::new().into_handlers());
    }
    if !settings.whoami_path.is_empty() {
        guarded = guarded.route(&settings.whoami_path, whoami(hallpass));
    }
    let mut all = guarded.into_router();
    if !settings.healthz_path.is_empty() {
        all = all.merge(healthz(&settings.healthz_path));
    }
    if !settings.forward_auth.path.is_empty() {
        all = all.merge(forward_auth(hallpass, &settings.forward_auth.path));
    }
    all.layer(middleware::from_fn(around::request))
}
