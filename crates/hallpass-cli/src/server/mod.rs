//! The HTTP server of `serve` and `demo`: which routes, on which socket, until when.

mod around;
mod connections;
mod log;
mod open_files;
mod operations;
mod places;
mod request_id;
mod socket;
#[cfg(feature = "opentelemetry")]
mod spans;
#[cfg(not(feature = "opentelemetry"))]
#[path = "without_spans.rs"]
mod spans;

use std::sync::Arc;
use std::time::Duration;

use axum::routing::MethodRouter;
use axum::{Router, middleware};
use hallpass::settings::Settings;
use hallpass::views::{
    LoginView, LogoutView, ObtainAuthToken, forward_auth, healthz, probe, readyz, schema, whoami,
};
use hallpass::{Hallpass, Scheme};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::failure::Failure;

use around::Around;
use connections::Limits;
use spans::Spans;

pub(crate) use log::{LINE_FIELDS, start_log};
pub(crate) use socket::{Listener, Socket, local_url};

/// Connections that the operations listener keeps open at once.
const OPERATIONS_CONNECTIONS: usize = 64;

/// Serves until Ctrl-C or SIGTERM, then lets running requests end.
pub(crate) async fn serve(
    listener: Listener,
    operations: Option<Listener>,
    hallpass: &Hallpass,
) -> Result<(), Failure> {
    // Before the first request is answered: whoever has an answer may send a signal.
    let mut signals = Signals::listen()?;
    let settings = hallpass.settings();
    let mut limits = Limits {
        head_timeout: Duration::from_secs(settings.header_timeout),
        connections: open_files::allow(settings.max_connections),
    };
    let longest = Duration::from_secs(settings.request_timeout);
    let around = Arc::new(Around::new(longest, Spans::start()?));
    let (stop, stopped) = watch::channel(false);
    let public = routes(hallpass, &around);
    let sockets = listener.into_inner();
    tokio::spawn(connections::accept(
        sockets,
        public,
        limits,
        stopped.clone(),
    ));
    if let Some(operations) = operations {
        limits.connections = OPERATIONS_CONNECTIONS;
        let inside = operations::routes(hallpass, &around);
        let sockets = operations.into_inner();
        tokio::spawn(connections::accept(sockets, inside, limits, stopped));
    } else {
        drop(stopped);
    }
    signals.told_to_end().await;
    tracing::info!("told to end");
    let _ = stop.send(true);
    let grace = Duration::from_secs(settings.shutdown_timeout);
    if timeout(grace, stop.closed()).await.is_err() {
        tracing::warn!("ending although some requests are not answered yet");
    }
    around.end().await;
    Ok(())
}

/// The login page, from which one may go on to the sites behind the proxies as well.
fn login(redirect_hosts: &[String]) -> MethodRouter {
    LoginView::new()
        .success_url_allowed_hosts(redirect_hosts)
        .into_handlers()
}

/// The operations listener, where the settings want one.
///
/// # Errors
/// Its address is in use, or not allowed.
pub(crate) fn operations_listener(settings: &Settings) -> Result<Option<Listener>, Failure> {
    let address = settings
        .metrics_bind
        .as_ref()
        .and_then(|address| address.parse().ok());
    address
        .map(|address| Socket::bind(address)?.listen())
        .transpose()
}

/// What the system can tell a server.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// From now on they are heard, and no longer end the process by themselves.
    fn listen() -> Result<Self, Failure> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits until it is time to stop. SIGHUP, which asks some servers to read their settings again, asks in vain here.
    async fn told_to_end(&mut self) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hang_up.recv() => tracing::warn!(
                    "SIGHUP: settings are read at the start only; restart to change them"
                ),
            }
        }
    }
}

/// The routes that the settings switch on.
fn routes(hallpass: &Hallpass, around: &Arc<Around>) -> Router {
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
    if !settings.schema_path.is_empty() {
        guarded = guarded.plain(&settings.schema_path, schema(settings));
    }
    let mut all = guarded.into_router();
    if !settings.healthz_path.is_empty() {
        all = all.merge(healthz(&settings.healthz_path));
    }
    if !settings.forward_auth.path.is_empty() {
        all = all.merge(forward_auth(hallpass, &settings.forward_auth.path));
    }
    if !settings.readyz_path.is_empty() {
        all = all.merge(readyz(&settings.readyz_path, hallpass.core()));
    }
    if !settings.probe_path.is_empty() {
        all = all.merge(probe(&settings.probe_path, hallpass.core()));
    }
    all.layer(middleware::from_fn_with_state(
        Arc::clone(around),
        around::request,
    ))
}
