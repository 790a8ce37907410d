//! What `manage.py diffsettings --all` prints, as a settings file.

use crate::settings::{
    AuthenticationClass, CacheBackend, DiffsettingsError, FromDjango, PasswordValidatorClass,
    SameSite, SessionEngine, Settings,
};

fn read(printed: &str) -> (Settings, FromDjango) {
    let made = Settings::from_diffsettings(&format!("SECRET_KEY = 'a\"b\\'c'\n{printed}")).unwrap();
    let settings =
        Settings::from_toml(&made.file).unwrap_or_else(|error| panic!("{error}\n{}", made.file));
    assert_eq!(settings.notes(), []);
    assert_eq!(settings.secret_key.expose(), "a\"b'c");
    (settings, made)
}

fn is_told(made: &FromDjango, words: &[&str]) {
    let told = made
        .left_out
        .iter()
        .any(|line| words.iter().all(|word| line.contains(word)));
    assert!(told, "{words:?} is not told: {:#?}", made.left_out);
}

#[test]
fn values_are_carried_over() {
    let (settings, _) = read(
        "SECRET_KEY_FALLBACKS = ['old', 'older']\n\
         ALLOWED_HOSTS = ['example.com']\n\
         SESSION_COOKIE_AGE = 3600\n\
         SESSION_COOKIE_SAMESITE = None\n\
         CSRF_COOKIE_SAMESITE = 'None'\n\
         CSRF_COOKIE_AGE = None\n\
         CSRF_TRUSTED_ORIGINS = ('https://example.com',)\n\
         SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n\
         ### DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'\n\
         INSTALLED_APPS = ['django.contrib.auth', 'blog.apps.BlogConfig']\n\
         TIME_ZONE = 'Asia/Kolkata'\n\
         DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': PosixPath('/srv/db.sqlite3')}}\n\
         SESSION_ENGINE = 'django.contrib.sessions.backends.cached_db'\n\
         CACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache', 'LOCATION': 'redis://:hunter2@127.0.0.1/1', 'KEY_PREFIX': 'site'}}\n\
         REST_FRAMEWORK = {'NUM_PROXIES': 2, 'PAGE_SIZE': 10}  ###\n",
    );
    assert_eq!(settings.secret_key_fallbacks[1].expose(), "older");
    assert_eq!(settings.allowed_hosts, ["example.com"]);
    assert_eq!(settings.session_cookie_age, 3600);
    assert_eq!(settings.session_cookie_samesite, SameSite::Omit);
    assert_eq!(settings.csrf_cookie_samesite, SameSite::None);
    assert_eq!(settings.csrf_cookie_age, None);
    assert_eq!(settings.csrf_trusted_origins, ["https://example.com"]);
    assert!(settings.secure_proxy_ssl_header.is_some());
    assert_eq!(settings.default_auto_field, "django.db.models.AutoField");
    assert_eq!(settings.installed_apps[1], "blog.apps.BlogConfig");
    assert_eq!(settings.time_zone, "Asia/Kolkata");
    assert_eq!(settings.database_url, "sqlite:////srv/db.sqlite3");
    assert_eq!(settings.rest_framework.num_proxies, Some(2));
    assert_eq!(settings.session_engine, SessionEngine::CachedDb);
    assert_eq!(settings.caches_default.backend, CacheBackend::Redis);
    assert_eq!(settings.caches_default.key_prefix, "site");
}

#[test]
fn classes_of_the_project_are_left_out_and_named() {
    let (settings, made) = read(
        "AUTHENTICATION_BACKENDS = ['blog.auth.Ldap', 'django.contrib.auth.backends.ModelBackend']\n\
         PASSWORD_HASHERS = ['blog.hashers.Fast']\n\
         AUTH_PASSWORD_VALIDATORS = [{'NAME': 'django.contrib.auth.password_validation.MinimumLengthValidator', 'OPTIONS': {'min_length': 12}}, {'NAME': 'blog.Odd'}]\n\
         REST_FRAMEWORK = {'DEFAULT_AUTHENTICATION_CLASSES': ['blog.auth.Jwt', 'rest_framework.authentication.TokenAuthentication'], 'DEFAULT_PERMISSION_CLASSES': ['blog.IsFriend', 'rest_framework.permissions.AllowAny']}  ###\n",
    );
    assert_eq!(
        settings.authentication_backends,
        ["django.contrib.auth.backends.ModelBackend"]
    );
    assert_eq!(
        settings.password_hashers,
        Settings::default().password_hashers
    );
    assert_eq!(
        settings.auth_password_validators,
        [PasswordValidatorClass::MinimumLength { min_length: 12 }]
    );
    let rest_framework = &settings.rest_framework;
    assert_eq!(
        rest_framework.default_authentication_classes,
        [AuthenticationClass::Token]
    );
    assert_eq!(
        rest_framework.default_permission_classes,
        Settings::default()
            .rest_framework
            .default_permission_classes
    );
    is_told(&made, &["AUTHENTICATION_BACKENDS", "blog.auth.Ldap"]);
    is_told(&made, &["PASSWORD_HASHERS", "blog.hashers.Fast"]);
    is_told(&made, &["AUTH_PASSWORD_VALIDATORS", "blog.Odd"]);
    is_told(&made, &["blog.auth.Jwt"]);
    is_told(
        &made,
        &["DEFAULT_PERMISSION_CLASSES", "authenticated callers only"],
    );
}

#[test]
fn what_cannot_be_carried_over_is_named_without_its_value() {
    let (settings, made) = read(
        "USE_TZ = False\n\
         LOGIN_URL = 'blog:login'\n\
         SESSION_COOKIE_AGE = datetime.timedelta(days=7)\n\
         EMAIL_HOST_PASSWORD = 'hunter2'\n\
         PAYMENT_KEY = 'hunter2'  ###\n\
         SESSION_ENGINE = 'blog.sessions'\n\
         AUTH_USER_MODEL = 'app.User'\n\
         ### FORMAT_MODULE_PATH = None\n",
    );
    assert!(settings.use_tz);
    assert_eq!(settings.session_cookie_age, 1_209_600);
    is_told(&made, &["USE_TZ"]);
    is_told(&made, &["LOGIN_URL", "name of a URL pattern"]);
    is_told(&made, &["SESSION_COOKIE_AGE", "datetime.timedelta"]);
    is_told(&made, &["SESSION_ENGINE"]);
    is_told(&made, &["no effect", "EMAIL_HOST_PASSWORD"]);
    is_told(&made, &["PAYMENT_KEY"]);
    is_told(&made, &["AUTH_USER_MODEL", "username_field"]);
    is_told(&made, &["lets everybody in"]);
    assert!(!made.file.contains("hunter2") && !made.file.contains("FORMAT_MODULE_PATH"));
}

#[test]
fn nothing_of_the_input_ends_a_comment() {
    let (settings, _) = read(
        "PASSWORD_HASHERS = ['a\\nallowed_hosts = [\"*\"]\\n\\x1b[31m']\n\
         REST_FRAMEWORK = {'X\\ndebug = true\\n': 1}  ###\n",
    );
    assert!(!settings.debug && settings.allowed_hosts.is_empty());
}

#[test]
fn other_input_is_refused() {
    let refused = |printed: &str| Settings::from_diffsettings(printed).unwrap_err();
    assert_eq!(refused(""), DiffsettingsError::NotSettings);
    assert_eq!(
        refused("Traceback (most recent call last):"),
        DiffsettingsError::NotSettings
    );
    assert_eq!(refused("DEBUG = True"), DiffsettingsError::NoSecretKey);
    assert_eq!(refused("SECRET_KEY = ''"), DiffsettingsError::NoSecretKey);
    assert_eq!(
        refused("SECRET_KEY = <lazy>"),
        DiffsettingsError::NoSecretKey
    );
}
