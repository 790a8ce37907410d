//! The core: what every room above works with.
//!
//! Settings, rows, hashing threads and backends of one Hallpass, without the policy and the web that
//! [`Hallpass`](crate::Hallpass) adds on top; it derefs to this.

mod compiled;

use std::fmt;
use std::sync::Arc;

use hallpass_formats::password_validation::PasswordValidator;
use hallpass_formats::secret::SecretKeys;
use hallpass_store::Store;

use crate::accounts::Accounts;
use crate::backends::{self, Backend, Credentials, Offer, Verdict};
use crate::diagnostics::{Record, Records};
use crate::hashing::HashingPool;
use crate::identity_cache::IdentityCache;
use crate::metrics::Metrics;
use crate::rejection::Rejection;
use crate::request::RequestContext;
use crate::sessions::Engine;
use crate::settings::Settings;
use crate::signals::Signals;
use crate::throttling::Storage;
use crate::tokens::Tokens;

pub(crate) use compiled::Compiled;
pub use compiled::InvalidSetting;

/// The settings and the stores of one Hallpass. Cheap to clone. Schemes and permissions reach it through
/// [`RequestContext::core`](crate::RequestContext::core).
#[derive(Clone)]
pub struct Core {
    parts: Arc<CoreParts>,
}

/// What a core is made of.
pub(crate) struct CoreParts {
    pub(crate) settings: Settings,
    pub(crate) secret_keys: SecretKeys,
    pub(crate) compiled: Compiled,
    pub(crate) store: Store,
    pub(crate) hashing: HashingPool,
    pub(crate) identities: IdentityCache,
    pub(crate) password_validators: Vec<Arc<dyn PasswordValidator>>,
    pub(crate) signals: Signals,
    pub(crate) backends: Vec<Backend>,
    pub(crate) session_engine: Engine,
    pub(crate) throttles: Storage,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) records: Records,
}

impl Core {
    pub(crate) fn new(parts: CoreParts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    /// The rows underneath.
    pub fn store(&self) -> &Store {
        &self.parts.store
    }

    /// Users.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts::new(
            &self.parts.store,
            &self.parts.identities,
            &self.parts.hashing,
            &self.parts.signals,
        )
    }

    /// Tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens::new(&self.parts.store, &self.parts.identities)
    }

    /// Asks the credential backends in order: Django's `authenticate()`.
    ///
    /// # Errors
    /// The store's fault or a full hashing queue, as 503.
    pub async fn authenticate(&self, credentials: &Credentials) -> Result<Verdict, Rejection> {
        self.ask_backends(None, Offer::Credentials(credentials))
            .await
    }

    /// The same for a name that a server in front of us vouches for: Django's `authenticate(remote_user=…)`. Whoever
    /// calls this has made sure that it does.
    ///
    /// # Errors
    /// The store's fault, as 503.
    pub async fn authenticate_remote_user(&self, remote_user: &str) -> Result<Verdict, Rejection> {
        self.ask_backends(None, Offer::RemoteUser(remote_user))
            .await
    }

    /// Asks the backends and, if none accepts, tells the receivers: Django's `user_login_failed`.
    pub(crate) async fn ask_backends(
        &self,
        request: Option<&RequestContext<'_>>,
        offer: Offer<'_>,
    ) -> Result<Verdict, Rejection> {
        let accounts = request.map_or_else(|| self.accounts(), RequestContext::accounts);
        let verdict = backends::authenticate(&self.parts.backends, &accounts, offer).await?;
        if matches!(verdict, Verdict::Refused) {
            for receiver in &self.parts.signals.login {
                receiver.user_login_failed(request, offer.username()).await;
            }
        }
        Ok(verdict)
    }

    /// What was counted so far.
    pub fn metrics(&self) -> &Metrics {
        &self.parts.metrics
    }

    /// Everything that was counted, the identity cache's hits included, in Prometheus's text format 0.0.4.
    pub fn render_metrics(&self) -> String {
        let mut text = self.parts.metrics.render();
        self.parts.identities.render(&mut text);
        text
    }

    /// Why the request was refused whose answer had this id in the header `Hallpass-Diagnostic`, if it was among the
    /// last thousand refusals of this process.
    pub fn explain(&self, id: &str) -> Option<Record> {
        self.parts.records.find(id)
    }

    pub(crate) fn records(&self) -> &Records {
        &self.parts.records
    }

    pub(crate) fn password_validators(&self) -> &[Arc<dyn PasswordValidator>] {
        &self.parts.password_validators
    }

    /// Whether both are clones of one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.parts, &other.parts)
    }

    pub(crate) fn identities(&self) -> &IdentityCache {
        &self.parts.identities
    }

    pub(crate) fn secret_keys(&self) -> &SecretKeys {
        &self.parts.secret_keys
    }

    pub(crate) fn backends(&self) -> &[Backend] {
        &self.parts.backends
    }

    pub(crate) fn session_engine(&self) -> &Engine {
        &self.parts.session_engine
    }

    pub(crate) fn signals(&self) -> &Signals {
        &self.parts.signals
    }

    pub(crate) fn throttles(&self) -> &Storage {
        &self.parts.throttles
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.parts.compiled
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("store", &self.parts.store)
            .finish_non_exhaustive()
    }
}
