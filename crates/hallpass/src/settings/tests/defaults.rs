//! Defaults are Django's, and those that are not say so.

use crate::settings::{AuthenticationClass, PermissionClass, SameSite, SessionEngine, Settings};
use hallpass_formats::password::DjangoVersion;

#[test]
fn nothing_given_is_the_default() {
    let settings = Settings::from_toml("").unwrap();
    assert_eq!(settings, Settings::default());
    assert!(settings.notes().is_empty());
    assert_eq!(settings.base_dir().as_os_str(), "");
}

#[test]
fn django_defaults() {
    let settings = Settings::default();
    assert!(settings.secret_key.is_empty());
    assert!(!settings.debug && settings.allowed_hosts.is_empty());
    assert_eq!(settings.auth_user_model, "auth.User");
    assert_eq!(
        settings.authentication_backends,
        ["django.contrib.auth.backends.ModelBackend"]
    );
    assert_eq!(
        settings.password_hashers,
        [
            "pbkdf2_sha256",
            "pbkdf2_sha1",
            "argon2",
            "bcrypt_sha256",
            "scrypt"
        ]
    );
    assert_eq!(settings.session_engine, SessionEngine::Db);
    assert_eq!(settings.session_cookie_name, "sessionid");
    assert_eq!(settings.session_cookie_age, 1_209_600);
    assert_eq!(
        (
            settings.session_cookie_domain.as_deref(),
            settings.session_cookie_path.as_str()
        ),
        (None, "/")
    );
    assert!(!settings.session_cookie_secure && settings.session_cookie_httponly);
    assert_eq!(settings.session_cookie_samesite, SameSite::Lax);
    assert_eq!(settings.csrf_cookie_name, "csrftoken");
    assert_eq!(settings.csrf_cookie_age, Some(31_449_600));
    assert!(!settings.csrf_cookie_secure && !settings.csrf_cookie_httponly);
    assert_eq!(settings.csrf_header_name, "HTTP_X_CSRFTOKEN");
    assert!(settings.append_slash && settings.use_tz && settings.secure_content_type_nosniff);
    assert_eq!(settings.data_upload_max_memory_size, Some(2_621_440));
    assert_eq!(settings.data_upload_max_number_fields, Some(1000));
    assert_eq!(settings.login_url, "/accounts/login/");
    assert_eq!(settings.login_redirect_url, "/accounts/profile/");
    assert_eq!(settings.logout_redirect_url, None);
    assert_eq!(settings.x_frame_options, "DENY");
    assert_eq!(
        settings.secure_referrer_policy.as_deref(),
        Some("same-origin")
    );
    assert_eq!(
        settings.secure_cross_origin_opener_policy.as_deref(),
        Some("same-origin")
    );
    assert_eq!(settings.secure_proxy_ssl_header, None);
    assert_eq!(
        settings.rest_framework.non_field_errors_key,
        "non_field_errors"
    );
    assert_eq!(settings.rest_framework.num_proxies, None);
}

#[test]
fn our_defaults() {
    let settings = Settings::default();
    assert_eq!(
        settings.rest_framework.default_authentication_classes,
        [
            AuthenticationClass::Session,
            AuthenticationClass::Token,
            AuthenticationClass::Basic
        ]
    );
    assert_eq!(
        settings.rest_framework.default_permission_classes,
        [PermissionClass::IsAuthenticated]
    );
    assert_eq!(settings.database_url, "sqlite:///db.sqlite3");
    assert_eq!(settings.trusted_proxies, ["127.0.0.0/8", "::1/128"]);
    assert_eq!(settings.django_version, DjangoVersion::V5_2);
    assert_eq!(settings.hash_queue, 64);
    assert_eq!(
        (
            settings.token.keyword.as_str(),
            settings.token.path.as_str()
        ),
        ("Token", "/api-token-auth/")
    );
    assert!(!settings.token.auto_create && !settings.token.ignore_ambient_credentials);
    assert_eq!(settings.login_path, "/api-auth/login/");
    assert_eq!(settings.whoami_path, "/api/whoami/");
    assert_eq!(settings.user_model.table, None);
}

/// A default that is not in the type's own spelling, or that breaks its own rule, shows here.
#[test]
fn every_default_can_be_given_and_is_the_default() {
    for definition in Settings::definitions() {
        let header = if definition.table.is_empty() {
            String::new()
        } else {
            format!("[{}]\n", definition.table)
        };
        let toml = format!(
            "{header}{} = {}",
            definition.name,
            definition.default_toml()
        );
        let mut settings =
            Settings::from_toml(&toml).unwrap_or_else(|error| panic!("{toml}: {error}"));
        settings.notes.clear();
        assert_eq!(settings, Settings::default(), "{toml}");
    }
}

#[test]
fn names_are_unique_and_every_setting_is_documented() {
    let mut names: Vec<String> = Settings::definitions()
        .map(crate::settings::Definition::full_name)
        .collect();
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for definition in Settings::definitions() {
        assert!(
            definition.doc().ends_with('.') && !definition.doc().contains("  "),
            "{}",
            definition.full_name()
        );
    }
    for ignored in crate::settings::ignored::all() {
        let both = Settings::definitions()
            .any(|known| known.table == ignored.table && known.name == ignored.name);
        assert!(!both, "{} is defined and ignored", ignored.name);
    }
}
