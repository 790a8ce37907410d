//! What each kind of setting accepts, and in which form it is kept.

use crate::settings::{
    AuthenticationClass, PermissionClass, SameSite, Settings, Sources, header_of_meta_name,
};
use hallpass_formats::password::DjangoVersion;

use super::{from_environment, pairs};

#[test]
fn upper_case_names_are_the_same_settings() {
    let settings = Settings::from_toml(
        "SECRET_KEY = 'k'\nSESSION_COOKIE_SAMESITE = 'Strict'\n[REST_FRAMEWORK]\nNUM_PROXIES = 2\n",
    )
    .unwrap();
    assert_eq!(settings.secret_key.expose(), "k");
    assert_eq!(settings.session_cookie_samesite, SameSite::Strict);
    assert_eq!(settings.rest_framework.num_proxies, Some(2));
}

#[test]
fn class_lists_take_short_names_and_paths() {
    let settings = Settings::from_toml(
        r#"
        [rest_framework]
        default_authentication_classes = ["rest_framework.authentication.TokenAuthentication", "session"]
        default_permission_classes = ["allow_any", "rest_framework.permissions.IsAdminUser"]
        "#,
    )
    .unwrap();
    assert_eq!(
        settings.rest_framework.default_authentication_classes,
        [AuthenticationClass::Token, AuthenticationClass::Session]
    );
    let permissions = settings.rest_framework.default_permission_classes;
    assert_eq!(
        permissions,
        [PermissionClass::AllowAny, PermissionClass::IsAdminUser]
    );
    assert_eq!(permissions[1].as_str(), "is_admin_user");
}

#[test]
fn an_application_registers_its_classes() {
    let sources = || Sources {
        environment: pairs(&[
            (
                "HALLPASS_REST_FRAMEWORK__DEFAULT_AUTHENTICATION_CLASSES",
                "api_key, token",
            ),
            (
                "HALLPASS_REST_FRAMEWORK__DEFAULT_PERMISSION_CLASSES",
                "app.permissions.IsOwner",
            ),
            (
                "HALLPASS_PASSWORD_HASHERS",
                "app_hash,django.contrib.auth.hashers.PBKDF2PasswordHasher",
            ),
        ]),
        ..Sources::default()
    };
    assert!(Settings::load(sources()).is_err());
    let custom_classes = ["api_key", "app.permissions.IsOwner", "app_hash"]
        .map(str::to_owned)
        .to_vec();
    let settings = Settings::load(Sources {
        custom_classes,
        ..sources()
    })
    .unwrap();
    assert_eq!(
        settings.rest_framework.default_authentication_classes,
        [
            AuthenticationClass::Custom("api_key".to_owned()),
            AuthenticationClass::Token
        ]
    );
    assert_eq!(
        settings.rest_framework.default_permission_classes[0].as_str(),
        "app.permissions.IsOwner"
    );
    assert_eq!(settings.password_hashers, ["app_hash", "pbkdf2_sha256"]);
}

#[test]
fn backends_are_kept_as_sessions_store_them() {
    let settings = Settings::from_toml(
        "authentication_backends = ['model', 'allow_all_users_model', 'app.backends.Ldap']",
    )
    .unwrap();
    assert_eq!(
        settings.authentication_backends,
        [
            "django.contrib.auth.backends.ModelBackend",
            "django.contrib.auth.backends.AllowAllUsersModelBackend",
            "app.backends.Ldap"
        ]
    );
}

#[test]
fn apps_are_kept_as_packages() {
    let settings = Settings::from_toml(
        "installed_apps = ['auth', 'django.contrib.admin.apps.AdminConfig', 'authtoken', 'shop.apps.ShopConfig']",
    )
    .unwrap();
    assert_eq!(
        settings.installed_apps,
        [
            "django.contrib.auth",
            "django.contrib.admin",
            "rest_framework.authtoken",
            "shop.apps.ShopConfig"
        ]
    );
}

#[test]
fn hashers_of_django_are_known_by_both_names() {
    let settings = Settings::from_toml(
        "password_hashers = ['django.contrib.auth.hashers.PBKDF2PasswordHasher', 'pbkdf2_sha1', 'argon2', \
         'bcrypt_sha256', 'django.contrib.auth.hashers.BCryptPasswordHasher', 'scrypt', 'md5']",
    )
    .unwrap();
    assert_eq!(
        settings.password_hashers,
        [
            "pbkdf2_sha256",
            "pbkdf2_sha1",
            "argon2",
            "bcrypt_sha256",
            "bcrypt",
            "scrypt",
            "md5"
        ]
    );
    assert!(settings.notes().is_empty());
}

#[test]
fn none_is_a_text() {
    let settings = Settings::from_toml(
        "csrf_cookie_age = 'none'\nsecure_referrer_policy = 'None'\ndata_upload_max_memory_size = \"none\"",
    )
    .unwrap();
    assert_eq!(settings.csrf_cookie_age, None);
    assert_eq!(settings.secure_referrer_policy, None);
    assert_eq!(settings.data_upload_max_memory_size, None);
}

#[test]
fn same_site_has_four_values() {
    for (given, expected) in [
        ("'lax'", SameSite::Lax),
        ("'Strict'", SameSite::Strict),
        ("'None'", SameSite::None),
        ("false", SameSite::Omit),
    ] {
        let settings = Settings::from_toml(&format!("csrf_cookie_samesite = {given}")).unwrap();
        assert_eq!(settings.csrf_cookie_samesite, expected);
    }
    let settings = from_environment(&[("HALLPASS_SESSION_COOKIE_SAMESITE", "none")]).unwrap();
    assert_eq!(settings.session_cookie_samesite, SameSite::None);
}

#[test]
fn other_typed_values() {
    let settings = Settings::from_toml(
        r#"
        secure_proxy_ssl_header = ["HTTP_X_FORWARDED_PROTO", "https"]
        django_version = "6.0"
        session_engine = "django.contrib.sessions.backends.signed_cookies"
        csrf_trusted_origins = ["https://*.example.com"]
        trusted_proxies = ["10.0.0.0/8", "::1", "192.0.2.7"]
        secret_key_fallbacks = ["old"]
        pbkdf2_iterations = 1_000
        "#,
    )
    .unwrap();
    let (header, value) = settings.secure_proxy_ssl_header.clone().unwrap();
    assert_eq!(
        (header_of_meta_name(&header).as_str(), value.as_str()),
        ("x-forwarded-proto", "https")
    );
    assert_eq!(settings.django_version, DjangoVersion::V6_0);
    assert_eq!(settings.pbkdf2_iterations, Some(1000));
    assert_eq!(settings.secret_keys().fallbacks[0].expose(), "old");
}

#[test]
fn a_django_file_is_accepted_with_notes() {
    let settings = Settings::from_toml(
        r#"
        ROOT_URLCONF = "project.urls"
        MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
        USE_I18N = true
        [DATABASES.default]
        ENGINE = "django.db.backends.sqlite3"
        [[TEMPLATES]]
        BACKEND = "django.template.backends.django.DjangoTemplates"
        [REST_FRAMEWORK]
        PAGE_SIZE = 10
        "#,
    )
    .unwrap();
    let noted: Vec<&str> = settings
        .notes()
        .iter()
        .map(|note| note.setting.as_str())
        .collect();
    assert_eq!(
        noted,
        [
            "ROOT_URLCONF",
            "MIDDLEWARE",
            "USE_I18N",
            "DATABASES",
            "TEMPLATES",
            "REST_FRAMEWORK.PAGE_SIZE"
        ]
    );
    assert_eq!(
        settings.notes()[3].to_string(),
        "hallpass.toml:5: DATABASES: has no effect: set `database_url` instead"
    );
}
