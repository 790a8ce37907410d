//! Names of classes: Django's dotted paths and our short names for them.
//!
//! Django imports the path at start-up and fails with an `ImportError`; we know the names beforehand, so a misspelt
//! one is answered with the nearest known name. An application's own classes are accepted once it has registered them.

use super::nearest::nearest;
use super::value::{Context, Problem, SettingValue, Value, shortened, toml_text};

/// One entry of DRF's `DEFAULT_AUTHENTICATION_CLASSES`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticationClass {
    /// `"session"`, DRF's `SessionAuthentication`.
    Session,
    /// `"token"`, DRF's `TokenAuthentication`.
    Token,
    /// `"basic"`, DRF's `BasicAuthentication`.
    Basic,
    /// `"remote_user"`, DRF's `RemoteUserAuthentication`.
    RemoteUser,
    /// A class that the application registers under this name.
    Custom(String),
}

/// One entry of DRF's `DEFAULT_PERMISSION_CLASSES`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PermissionClass {
    /// `"allow_any"`, DRF's `AllowAny`.
    AllowAny,
    /// `"is_authenticated"`, DRF's `IsAuthenticated`.
    IsAuthenticated,
    /// `"is_admin_user"`, DRF's `IsAdminUser`.
    IsAdminUser,
    /// `"is_authenticated_or_read_only"`, DRF's `IsAuthenticatedOrReadOnly`.
    IsAuthenticatedOrReadOnly,
    /// `"django_model_permissions"`, DRF's `DjangoModelPermissions`.
    DjangoModelPermissions,
    /// `"django_model_permissions_or_anon_read_only"`, DRF's `DjangoModelPermissionsOrAnonReadOnly`.
    DjangoModelPermissionsOrAnonReadOnly,
    /// `"django_object_permissions"`, DRF's `DjangoObjectPermissions`.
    DjangoObjectPermissions,
    /// A class that the application registers under this name.
    Custom(String),
}

impl AuthenticationClass {
    /// The short name: `session`, `token`, `basic`, or the name the application gave.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::Basic => "basic",
            Self::RemoteUser => "remote_user",
            Self::Custom(name) => name,
        }
    }
}

impl PermissionClass {
    /// The short name, for example `is_authenticated`, or the name the application gave.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::AllowAny => "allow_any",
            Self::IsAuthenticated => "is_authenticated",
            Self::IsAdminUser => "is_admin_user",
            Self::IsAuthenticatedOrReadOnly => "is_authenticated_or_read_only",
            Self::DjangoModelPermissions => "django_model_permissions",
            Self::DjangoModelPermissionsOrAnonReadOnly => {
                "django_model_permissions_or_anon_read_only"
            }
            Self::DjangoObjectPermissions => "django_object_permissions",
            Self::Custom(name) => name,
        }
    }
}

/// A class of Django or DRF, by both its names.
pub(super) struct KnownClass<C: 'static> {
    pub(super) short: &'static str,
    pub(super) dotted: &'static str,
    /// What it is here; `None` if this release lacks it.
    pub(super) class: Option<C>,
}

pub(super) const fn known<C>(
    short: &'static str,
    dotted: &'static str,
    class: Option<C>,
) -> KnownClass<C> {
    KnownClass {
        short,
        dotted,
        class,
    }
}

#[rustfmt::skip]
static AUTHENTICATION: &[KnownClass<AuthenticationClass>] = &[
    known("session", "rest_framework.authentication.SessionAuthentication", Some(AuthenticationClass::Session)),
    known("token", "rest_framework.authentication.TokenAuthentication", Some(AuthenticationClass::Token)),
    known("basic", "rest_framework.authentication.BasicAuthentication", Some(AuthenticationClass::Basic)),
    known("remote_user", "rest_framework.authentication.RemoteUserAuthentication", Some(AuthenticationClass::RemoteUser)),
];

#[rustfmt::skip]
static PERMISSION: &[KnownClass<PermissionClass>] = &[
    known("allow_any", "rest_framework.permissions.AllowAny", Some(PermissionClass::AllowAny)),
    known("is_authenticated", "rest_framework.permissions.IsAuthenticated", Some(PermissionClass::IsAuthenticated)),
    known("is_admin_user", "rest_framework.permissions.IsAdminUser", Some(PermissionClass::IsAdminUser)),
    known("is_authenticated_or_read_only", "rest_framework.permissions.IsAuthenticatedOrReadOnly", Some(PermissionClass::IsAuthenticatedOrReadOnly)),
    known("django_model_permissions", "rest_framework.permissions.DjangoModelPermissions", Some(PermissionClass::DjangoModelPermissions)),
    known("django_model_permissions_or_anon_read_only", "rest_framework.permissions.DjangoModelPermissionsOrAnonReadOnly", Some(PermissionClass::DjangoModelPermissionsOrAnonReadOnly)),
    known("django_object_permissions", "rest_framework.permissions.DjangoObjectPermissions", Some(PermissionClass::DjangoObjectPermissions)),
];

/// Django's password hashers (5.2 has these seven), by algorithm name.
#[rustfmt::skip]
pub(super) static HASHERS: &[KnownClass<()>] = &[
    known("pbkdf2_sha256", "django.contrib.auth.hashers.PBKDF2PasswordHasher", Some(())),
    known("pbkdf2_sha1", "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher", Some(())),
    known("argon2", "django.contrib.auth.hashers.Argon2PasswordHasher", Some(())),
    known("bcrypt_sha256", "django.contrib.auth.hashers.BCryptSHA256PasswordHasher", Some(())),
    known("bcrypt", "django.contrib.auth.hashers.BCryptPasswordHasher", Some(())),
    known("scrypt", "django.contrib.auth.hashers.ScryptPasswordHasher", Some(())),
    known("md5", "django.contrib.auth.hashers.MD5PasswordHasher", Some(())),
];

/// Django's credential backends. Sessions store the dotted path, so the path is what settings keep.
#[rustfmt::skip]
pub(super) static BACKENDS: &[KnownClass<()>] = &[
    known("model", "django.contrib.auth.backends.ModelBackend", Some(())),
    known("allow_all_users_model", "django.contrib.auth.backends.AllowAllUsersModelBackend", Some(())),
    known("remote_user", "django.contrib.auth.backends.RemoteUserBackend", Some(())),
    known("allow_all_users_remote_user", "django.contrib.auth.backends.AllowAllUsersRemoteUserBackend", Some(())),
];

/// Django's own applications and DRF's, as `INSTALLED_APPS` names them.
#[rustfmt::skip]
pub(super) static APPS: &[KnownClass<()>] = &[
    known("admin", "django.contrib.admin", Some(())),
    known("admindocs", "django.contrib.admindocs", Some(())),
    known("auth", "django.contrib.auth", Some(())),
    known("contenttypes", "django.contrib.contenttypes", Some(())),
    known("flatpages", "django.contrib.flatpages", Some(())),
    known("gis", "django.contrib.gis", Some(())),
    known("humanize", "django.contrib.humanize", Some(())),
    known("messages", "django.contrib.messages", Some(())),
    known("postgres", "django.contrib.postgres", Some(())),
    known("redirects", "django.contrib.redirects", Some(())),
    known("sessions", "django.contrib.sessions", Some(())),
    known("sitemaps", "django.contrib.sitemaps", Some(())),
    known("sites", "django.contrib.sites", Some(())),
    known("staticfiles", "django.contrib.staticfiles", Some(())),
    known("syndication", "django.contrib.syndication", Some(())),
    known("rest_framework", "rest_framework", Some(())),
    known("authtoken", "rest_framework.authtoken", Some(())),
];

/// Django's session engines.
#[rustfmt::skip]
pub(super) static ENGINES: &[KnownClass<super::SessionEngine>] = &[
    known("db", "django.contrib.sessions.backends.db", Some(super::SessionEngine::Db)),
    known("cached_db", "django.contrib.sessions.backends.cached_db", Some(super::SessionEngine::CachedDb)),
    known("cache", "django.contrib.sessions.backends.cache", Some(super::SessionEngine::Cache)),
    known("file", "django.contrib.sessions.backends.file", None),
    known("signed_cookies", "django.contrib.sessions.backends.signed_cookies", Some(super::SessionEngine::SignedCookies)),
];

/// Django's cache backends.
#[rustfmt::skip]
static CACHES: &[KnownClass<super::CacheBackend>] = &[
    known("redis", "django.core.cache.backends.redis.RedisCache", Some(super::CacheBackend::Redis)),
    known("locmem", "django.core.cache.backends.locmem.LocMemCache", Some(super::CacheBackend::LocalMemory)),
    known("dummy", "django.core.cache.backends.dummy.DummyCache", Some(super::CacheBackend::Dummy)),
    known("db", "django.core.cache.backends.db.DatabaseCache", None),
    known("filebased", "django.core.cache.backends.filebased.FileBasedCache", None),
    known("pymemcache", "django.core.cache.backends.memcached.PyMemcacheCache", None),
    known("pylibmc", "django.core.cache.backends.memcached.PyLibMCCache", None),
    known("django_redis", "django_redis.cache.RedisCache", None),
];

/// The entry that a text names by its short name or its path.
pub(super) fn find<C>(
    classes: &'static [KnownClass<C>],
    text: &str,
) -> Option<&'static KnownClass<C>> {
    classes
        .iter()
        .find(|class| class.short == text || class.dotted == text)
}

/// The error for a text that names none of the classes; a path is compared with paths, a short name with short names.
pub(super) fn unknown<C>(
    classes: &'static [KnownClass<C>],
    text: &str,
    context: &Context<'_>,
) -> Problem {
    let names = classes.iter().map(|class| {
        if text.contains('.') {
            class.dotted
        } else {
            class.short
        }
    });
    let candidates = names.chain(context.custom_classes.iter().map(String::as_str));
    Problem::UnknownClass {
        class: shortened(text),
        nearest: nearest(text, candidates).unwrap_or_default().to_owned(),
    }
}

/// The class that a text names; `custom` wraps a name that the application registers.
pub(super) fn resolve<C: Clone>(
    classes: &'static [KnownClass<C>],
    text: &str,
    context: &Context<'_>,
    custom: Option<fn(String) -> C>,
) -> Result<C, Problem> {
    let entry = find(classes, text);
    if let Some(class) = entry.and_then(|entry| entry.class.clone()) {
        return Ok(class);
    }
    match custom {
        Some(custom) if context.custom_classes.iter().any(|name| name == text) => {
            Ok(custom(text.to_owned()))
        }
        _ if entry.is_some() => Err(Problem::NotInThisRelease(format!(
            "{text:?} is not in this release"
        ))),
        _ => Err(unknown(classes, text, context)),
    }
}

impl SettingValue for AuthenticationClass {
    fn kind() -> String {
        "authentication classes".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        resolve(
            AUTHENTICATION,
            &String::read(value, context)?,
            context,
            Some(Self::Custom),
        )
    }

    fn show(&self) -> String {
        toml_text(self.as_str())
    }
}

impl SettingValue for PermissionClass {
    fn kind() -> String {
        "permission classes".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        resolve(
            PERMISSION,
            &String::read(value, context)?,
            context,
            Some(Self::Custom),
        )
    }

    fn show(&self) -> String {
        toml_text(self.as_str())
    }
}

impl SettingValue for super::SessionEngine {
    fn kind() -> String {
        "session engine".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        resolve(ENGINES, &String::read(value, context)?, context, None).map_err(|problem| {
            match problem {
                Problem::NotInThisRelease(what) => Problem::NotInThisRelease(format!(
                    "{what}; \"db\", \"cached_db\", \"cache\" and \"signed_cookies\" are"
                )),
                other => other,
            }
        })
    }

    fn show(&self) -> String {
        show(ENGINES, *self)
    }
}

impl SettingValue for super::CacheBackend {
    fn kind() -> String {
        "cache backend".to_owned()
    }

    fn read(value: &Value, context: &Context<'_>) -> Result<Self, Problem> {
        resolve(CACHES, &String::read(value, context)?, context, None).map_err(|problem| {
            match problem {
                Problem::NotInThisRelease(what) => Problem::NotInThisRelease(format!(
                    "{what}; \"django.core.cache.backends.redis.RedisCache\" is"
                )),
                other => other,
            }
        })
    }

    fn show(&self) -> String {
        show(CACHES, *self)
    }
}

/// The path of a class.
fn show<C: Copy + PartialEq>(classes: &'static [KnownClass<C>], class: C) -> String {
    let known = classes.iter().find(|known| known.class == Some(class));
    toml_text(known.map_or("", |known| known.dotted))
}
