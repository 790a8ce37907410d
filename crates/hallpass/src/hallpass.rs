//! The handle: a core, and the policy of every route that says nothing else.

mod builder;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use crate::core::Core;
use crate::forward_auth::Rules;
use crate::policy::Policy;
use crate::sessions::Sessions;
use crate::settings::Settings;

pub(crate) use builder::store_options;
pub use builder::{Builder, StartError};

/// One Hallpass: cheap to clone, shared by every route of an application. It derefs to its [`Core`].
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use hallpass::{ApiView, Auth, Hallpass};
///
/// let hallpass = Hallpass::from_settings("hallpass.toml").await?;
/// let app: axum::Router = hallpass
///     .router()
///     .route("/hello/", ApiView::new("Hello").get(|auth: Auth| async move { auth.user().username().to_owned() }))
///     .into_router();
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Hallpass {
    core: Core,
    default_policy: Policy,
    rules: Arc<Rules>,
}

impl Hallpass {
    /// Reads a `hallpass.toml` (and `HALLPASS_*` and `DATABASE_URL` of the environment) and opens the database.
    ///
    /// # Errors
    /// Settings that cannot be read, a database that cannot be opened or lacks a table.
    pub async fn from_settings(file: impl Into<PathBuf>) -> Result<Self, StartError> {
        Self::builder(Settings::from_file(file)?).build().await
    }

    /// Starts from settings, to add schemes, permissions, backends and receivers of one's own.
    pub fn builder(settings: Settings) -> Builder {
        Builder::new(settings)
    }

    /// Settings, rows, users and tokens.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Sessions.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions::new(&self.core)
    }

    /// The policy of every route that says nothing else: `default_authentication_classes` and
    /// `default_permission_classes`.
    pub fn default_policy(&self) -> &Policy {
        &self.default_policy
    }

    /// What stands under which policy when a proxy asks.
    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl Deref for Hallpass {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}
