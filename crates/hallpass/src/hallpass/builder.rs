//! Building a Hallpass: class names become classes, the database is opened and looked at.

mod policies;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::available_parallelism;

use hallpass_formats::password::{PasswordHasher, PasswordHashers};
use hallpass_formats::password_validation::PasswordValidator;
use hallpass_store::{
    AutoField, DatabaseUrl, InvalidUserModel, Store, StoreError, StoreOptions, UserCreated,
    UserModel,
};

use super::Hallpass;
use crate::authentication::{Authentication, Scheme};
use crate::backends::{Backend, CredentialBackend, ModelBackend, RemoteUserBackend};
use crate::cache::{self, InvalidCache};
use crate::core::{Compiled, Core, CoreParts, InvalidSetting};
use crate::diagnostics::Records;
use crate::hashing::HashingPool;
use crate::identity_cache::IdentityCache;
use crate::metrics::Metrics;
use crate::password_validation;
use crate::permissions::{Permission, Requirement};
use crate::sessions::{Engine, InvalidEngine};
use crate::settings::{Settings, SettingsError};
use crate::signals::{CreateToken, LoginReceiver, Signals};
use crate::throttling::{Limit, Storage, Throttle};
use crate::typed_user::FromUser;

/// Why a Hallpass could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting is missing, unknown or wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database cannot be opened or is not what the settings say.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// `secret_key` is empty.
    #[error("The SECRET_KEY setting must not be empty.")]
    MissingSecretKey,
    /// `auth_user_model` is not `app_label.model_name`.
    #[error("AUTH_USER_MODEL must be of the form 'app_label.model_name', not {0:?}")]
    UserModel(String),
    /// `authentication_backends` is empty.
    #[error(
        "No authentication backends have been defined. Does AUTHENTICATION_BACKENDS contain anything?"
    )]
    NoBackends,
    /// `password_hashers` is empty.
    #[error("password_hashers is empty: put \"pbkdf2_sha256\" first")]
    NoHashers,
    /// The list of `CommonPasswordValidator` cannot be read.
    #[error("auth_password_validators: the list of passwords {} cannot be read: {reason}", file.display())]
    PasswordList {
        /// The file that `password_list_path` names.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A class list names something that nobody registered.
    #[error(
        "{setting} names {name:?}, which is not registered: add it to the builder before build()"
    )]
    NotRegistered {
        /// The setting.
        setting: &'static str,
        /// The name.
        name: String,
    },
    /// A setting reads well but means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidSetting),
    /// There is no such cache as the settings say.
    #[error(transparent)]
    Cache(#[from] InvalidCache),
    /// A throttle of `default_throttle_classes` has no rate.
    #[error(
        "No default throttle rate set for '{0}' scope: add it to default_throttle_rates, or \"none\" for no limit"
    )]
    NoThrottleRate(&'static str),
    /// Sessions cannot be kept where the settings say.
    #[error(transparent)]
    SessionEngine(#[from] InvalidEngine),
    /// The hashing threads could not be started.
    #[error("the hashing threads could not be started: {0}")]
    Threads(#[from] std::io::Error),
}

/// Makes a [`Hallpass`]. See [`Hallpass::builder`].
#[derive(Debug)]
pub struct Builder {
    settings: Settings,
    schemes: HashMap<String, Scheme>,
    permissions: HashMap<String, Requirement>,
    throttles: HashMap<String, Limit>,
    backends: HashMap<String, Backend>,
    hashers: HashMap<&'static str, Arc<dyn PasswordHasher>>,
    validators: HashMap<String, Arc<dyn PasswordValidator>>,
    signals: Signals,
    create_database: bool,
    migrate: bool,
    verify: bool,
}

impl Builder {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            schemes: HashMap::new(),
            permissions: HashMap::new(),
            throttles: HashMap::new(),
            backends: HashMap::new(),
            hashers: HashMap::new(),
            validators: HashMap::new(),
            signals: Signals::default(),
            create_database: false,
            migrate: false,
            verify: true,
        }
    }

    /// Registers an authentication class under the name that `default_authentication_classes` uses. The settings
    /// must be told of the name too, with [`Sources::custom_classes`](crate::settings::Sources::custom_classes):
    /// names that nobody knows are refused while they are read.
    ///
    /// ```no_run
    /// use hallpass::settings::{Settings, Sources};
    /// use hallpass::{Authentication, Hallpass, Identity, Rejection, RequestContext};
    ///
    /// struct ApiKey;
    ///
    /// impl Authentication for ApiKey {
    ///     async fn authenticate(&self, _: &RequestContext<'_>) -> Result<Option<Identity>, Rejection> {
    ///         Ok(None)
    ///     }
    /// }
    ///
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// // In hallpass.toml: default_authentication_classes = ["app.ApiKey", "session"]
    /// let mut sources = Sources::process(Some("hallpass.toml".into()))?;
    /// sources.custom_classes.push("app.ApiKey".to_owned());
    /// let builder = Hallpass::builder(Settings::load(sources)?).authentication("app.ApiKey", ApiKey);
    /// let hallpass = builder.build().await?;
    /// # let _ = hallpass;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn authentication(mut self, name: impl Into<String>, scheme: impl Authentication) -> Self {
        self.schemes.insert(name.into(), Scheme::new(scheme));
        self
    }

    /// Registers a permission class under the name that `default_permission_classes` uses. The settings must be told
    /// of the name too, as with [`authentication`](Self::authentication).
    #[must_use]
    pub fn permission(mut self, name: impl Into<String>, permission: impl Permission) -> Self {
        self.permissions
            .insert(name.into(), Requirement::new(permission));
        self
    }

    /// Registers a throttle class under the name that `default_throttle_classes` uses. The settings must be told of the
    /// name too, as with [`authentication`](Self::authentication).
    #[must_use]
    pub fn throttle(mut self, name: impl Into<String>, throttle: impl Throttle) -> Self {
        self.throttles.insert(name.into(), Limit::new(throttle));
        self
    }

    /// Registers a credential backend under its path, for `authentication_backends`.
    #[must_use]
    pub fn backend(mut self, backend: impl CredentialBackend) -> Self {
        let backend = Backend::new(backend);
        self.backends.insert(backend.path().to_owned(), backend);
        self
    }

    /// Registers a password hasher under its algorithm, for `password_hashers`. One of Django's algorithms may be
    /// replaced so, to give it other parameters: in Django, a subclass with the same `algorithm`. Of any other name
    /// the settings must be told too, as with [`authentication`](Self::authentication).
    ///
    /// ```
    /// use hallpass::Hallpass;
    /// use hallpass::formats::password::Argon2;
    /// use hallpass::settings::Settings;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let settings = Settings::from_toml("password_hashers = ['argon2', 'pbkdf2_sha256']")?;
    /// let builder = Hallpass::builder(settings).password_hasher(Argon2 {
    ///     time_cost: 3,
    ///     ..Argon2::default()
    /// });
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn password_hasher(mut self, hasher: impl PasswordHasher + 'static) -> Self {
        self.hashers.insert(hasher.algorithm(), Arc::new(hasher));
        self
    }

    /// Registers a password validator under the name that `auth_password_validators` uses.
    #[must_use]
    pub fn password_validator(
        mut self,
        name: impl Into<String>,
        validator: impl PasswordValidator + 'static,
    ) -> Self {
        self.validators.insert(name.into(), Arc::new(validator));
        self
    }

    /// Connects a receiver that runs inside the transaction of every new user.
    #[must_use]
    pub fn on_user_created(mut self, receiver: impl UserCreated + 'static) -> Self {
        self.signals.user_created.push(Arc::new(receiver));
        self
    }

    /// Registers the application's own type of users: its columns are read with every user. See [`FromUser`].
    #[must_use]
    pub fn user_type<T: FromUser>(mut self) -> Self {
        let columns = &mut self.settings.user_model.extra_columns;
        for column in T::COLUMNS {
            if !columns.iter().any(|known| known == column) {
                columns.push((*column).to_owned());
            }
        }
        self
    }

    /// Connects a receiver that is told when people log in, log out, or fail to log in.
    #[must_use]
    pub fn on_login(mut self, receiver: impl LoginReceiver) -> Self {
        self.signals.login.push(Arc::new(receiver));
        self
    }

    /// Makes the database file when there is none, and does not ask for its tables: for what runs the migrations.
    #[must_use]
    pub fn for_migrations(mut self, create_database: bool) -> Self {
        self.create_database = create_database;
        self.verify = false;
        self
    }

    /// Makes the database when there is none and applies what migrations it lacks, for programs that bring their
    /// own database along. Without it a missing table is an error, and `hallpass migrate` is the cure.
    #[must_use]
    pub fn migrate(mut self) -> Self {
        self.create_database = true;
        self.migrate = true;
        self
    }

    /// Opens the database and starts the hashing threads.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn build(mut self) -> Result<Hallpass, StartError> {
        let settings = self.settings.clone();
        let secret_keys = settings.secret_keys();
        if secret_keys.current.is_empty() {
            return Err(StartError::MissingSecretKey);
        }
        if settings.token.auto_create {
            self.signals.user_created.push(Arc::new(CreateToken));
        }
        let compiled = Compiled::of(&settings)?;
        let backends = self.resolve_backends()?;
        let hashers = self.resolve_hashers()?;
        let password_validators = self.resolve_validators()?;
        let cache = cache::shared(&settings.caches_default)?;
        let throttles = Storage::of(&settings, cache.clone());
        let session_engine = Engine::of(settings.session_engine, cache)?;
        let default_policy = self.resolve_default_policy(&compiled)?;
        let rules = self.resolve_rules(&default_policy, &compiled)?;
        let store = Store::open(store_options(&settings, self.create_database)?).await?;
        if self.migrate {
            store.migrate(|_| ()).await?;
        }
        if self.verify {
            store.verify().await?;
        }
        let metrics = Arc::new(Metrics::default());
        let hashing = start_hashing(hashers, &settings, &metrics)?;
        let signals = self.signals;
        let parts = CoreParts {
            identities: IdentityCache::new(&settings.identity_cache),
            settings,
            secret_keys,
            compiled,
            store,
            hashing,
            password_validators,
            signals,
            backends,
            session_engine,
            throttles,
            metrics,
            records: Records::default(),
        };
        Ok(Hallpass {
            core: Core::new(parts),
            default_policy,
            rules: Arc::new(rules),
        })
    }

    fn resolve_backends(&self) -> Result<Vec<Backend>, StartError> {
        let stock = [
            Backend::new(ModelBackend::new()),
            Backend::new(ModelBackend::allow_all_users()),
            Backend::new(RemoteUserBackend::new()),
            Backend::new(RemoteUserBackend::allow_all_users()),
        ];
        let resolve = |path: &String| {
            let registered = self.backends.get(path);
            registered
                .or_else(|| stock.iter().find(|backend| backend.path() == path))
                .cloned()
                .ok_or_else(|| StartError::NotRegistered {
                    setting: "authentication_backends",
                    name: path.clone(),
                })
        };
        let backends: Vec<Backend> = self
            .settings
            .authentication_backends
            .iter()
            .map(resolve)
            .collect::<Result<_, _>>()?;
        if backends.is_empty() {
            Err(StartError::NoBackends)
        } else {
            Ok(backends)
        }
    }

    fn resolve_validators(&self) -> Result<Vec<Arc<dyn PasswordValidator>>, StartError> {
        let own = |name: &str| self.validators.get(name).cloned();
        let base_dir = self.settings.base_dir();
        let classes = self.settings.auth_password_validators.iter();
        classes
            .map(|class| password_validation::resolve(class, base_dir, own))
            .collect()
    }

    fn resolve_hashers(&self) -> Result<PasswordHashers, StartError> {
        let settings = &self.settings;
        let iterations = settings
            .pbkdf2_iterations
            .unwrap_or(settings.django_version.pbkdf2_iterations());
        let resolve = |name: &String| {
            self.hashers
                .get(name.as_str())
                .cloned()
                .or_else(|| PasswordHashers::of_django(name, iterations))
                .ok_or_else(|| StartError::NotRegistered {
                    setting: "password_hashers",
                    name: name.clone(),
                })
        };
        let hashers = settings.password_hashers.iter().map(resolve);
        PasswordHashers::new(hashers.collect::<Result<_, _>>()?).ok_or(StartError::NoHashers)
    }
}

/// As many threads as there are cores unless told otherwise.
fn start_hashing(
    hashers: PasswordHashers,
    settings: &Settings,
    metrics: &Arc<Metrics>,
) -> Result<HashingPool, StartError> {
    let cores = available_parallelism().map_or(1, usize::from);
    Ok(HashingPool::start(
        hashers,
        settings.hash_threads.unwrap_or(cores),
        settings.hash_queue,
        Arc::clone(metrics),
    )?)
}

/// What the store has to know of the settings.
pub(crate) fn store_options(settings: &Settings, create: bool) -> Result<StoreOptions, StartError> {
    let url = DatabaseUrl::parse(&settings.database_url).map_err(StoreError::from)?;
    let mut options = StoreOptions::new(url.resolve(settings.base_dir()));
    options.user_model = user_model(settings)?;
    options.installed_apps = settings.installed_apps.clone();
    options.default_auto_field = auto_field(settings);
    options.create = create;
    Ok(options)
}

fn user_model(settings: &Settings) -> Result<UserModel, StartError> {
    let label = &settings.auth_user_model;
    let given = &settings.user_model;
    let mut model = UserModel::from_label(label, given.username_field.as_deref())
        .map_err(|InvalidUserModel| StartError::UserModel(label.clone()))?;
    let replace = |column: &mut String, given: &Option<String>| {
        if let Some(given) = given {
            column.clone_from(given);
        }
    };
    replace(&mut model.table, &given.table);
    replace(&mut model.columns.id, &given.id_column);
    replace(&mut model.columns.password, &given.password_column);
    replace(&mut model.columns.email, &given.email_field);
    replace(&mut model.columns.last_login, &given.last_login_column);
    replace(&mut model.columns.is_active, &given.is_active_column);
    replace(&mut model.columns.is_staff, &given.is_staff_column);
    replace(&mut model.columns.is_superuser, &given.is_superuser_column);
    replace(&mut model.columns.first_name, &given.first_name_column);
    replace(&mut model.columns.last_name, &given.last_name_column);
    replace(&mut model.columns.date_joined, &given.date_joined_column);
    model.extra_columns.clone_from(&given.extra_columns);
    Ok(model)
}

fn auto_field(settings: &Settings) -> AutoField {
    match settings.default_auto_field.as_str() {
        "django.db.models.AutoField" => AutoField::Auto,
        "django.db.models.SmallAutoField" => AutoField::SmallAuto,
        _ => AutoField::BigAuto,
    }
}
