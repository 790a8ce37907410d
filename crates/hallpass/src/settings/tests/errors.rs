//! Error messages: one line that names place, setting and cure, and no secret.

use crate::settings::{Settings, Sources};

use super::{from_environment, message, pairs};

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    for (toml, expected) in [
        (
            "debug = true\n\nsession_cooky_name = 'x'",
            "hallpass.toml:3: unknown setting \"session_cooky_name\"; did you mean \"session_cookie_name\"?",
        ),
        (
            "[rest_framework]\ndefault_authentication_class = []",
            "hallpass.toml:2: unknown setting \"rest_framework.default_authentication_class\"; did you mean \"rest_framework.default_authentication_classes\"?",
        ),
        (
            "[token]\nsecret_key = 'x'",
            "hallpass.toml:2: unknown setting \"token.secret_key\"; did you mean \"secret_key\", above the first [table]?",
        ),
        (
            "num_proxies = 1",
            "hallpass.toml:1: unknown setting \"num_proxies\"; did you mean \"rest_framework.num_proxies\"?",
        ),
        (
            "[rest_frameworks]\n",
            "hallpass.toml:1: unknown setting \"rest_frameworks\"; did you mean \"rest_framework\"?",
        ),
        (
            "tempaltes = []",
            "hallpass.toml:1: unknown setting \"tempaltes\"; did you mean \"templates\"?",
        ),
        (
            "Debug = true",
            "hallpass.toml:1: unknown setting \"Debug\"; did you mean \"debug\"?",
        ),
        (
            "completely_different = 1",
            "hallpass.toml:1: unknown setting \"completely_different\"",
        ),
    ] {
        assert_eq!(message(toml), expected);
    }
}

#[test]
fn a_long_name_costs_nothing() {
    let name = "a".repeat(500_000);
    assert!(message(&format!("{name} = 1")).len() < 200);
    assert!(
        message(&format!(
            "[rest_framework]\ndefault_permission_classes = ['{name}']"
        ))
        .len()
            < 400
    );
}

#[test]
fn wrong_types_say_expected_and_found() {
    for (toml, expected) in [
        (
            "debug = 'yes'",
            "hallpass.toml:1: debug: expected true or false, found text \"yes\"",
        ),
        (
            "debug = 1",
            "hallpass.toml:1: debug: expected true or false, found the number 1",
        ),
        (
            "session_cookie_age = 1.5",
            "hallpass.toml:1: session_cookie_age: expected whole number, found a number",
        ),
        (
            "session_cookie_age = 99999999999999999999",
            "hallpass.toml:1: session_cookie_age: expected whole number, found a number",
        ),
        (
            "session_cookie_age = '1'",
            "hallpass.toml:1: session_cookie_age: expected whole number, found text \"1\"",
        ),
        (
            "allowed_hosts = 'a'",
            "hallpass.toml:1: allowed_hosts: expected list of text, found text \"a\"",
        ),
        (
            "ALLOWED_HOSTS = [1]",
            "hallpass.toml:1: ALLOWED_HOSTS: expected list of text, found the number 1 in the list",
        ),
        (
            "login_url = ['a']",
            "hallpass.toml:1: login_url: expected text, found a list",
        ),
        (
            "login_url = 2020-01-01",
            "hallpass.toml:1: login_url: expected text, found a date or time",
        ),
        (
            "csrf_cookie_age = 'x'",
            "hallpass.toml:1: csrf_cookie_age: expected whole number or \"none\", found text \"x\"",
        ),
        (
            "session_cookie_samesite = true",
            "hallpass.toml:1: session_cookie_samesite: expected \"Lax\", \"Strict\", \"None\" or false, found true",
        ),
        (
            "django_version = 5.2",
            "hallpass.toml:1: django_version: expected \"5.2\" or \"6.0\" or \"6.1\", found a number",
        ),
        (
            "secure_proxy_ssl_header = ['a']",
            "hallpass.toml:1: secure_proxy_ssl_header: expected list of two texts or \"none\", found a list",
        ),
        (
            "token = 'x'",
            "hallpass.toml:1: token: expected a table, [token], found string",
        ),
        (
            "[token]\npath = {}",
            "hallpass.toml:2: token.path: expected text, found a table",
        ),
    ] {
        assert!(
            message(toml).starts_with(expected),
            "{toml}: {}",
            message(toml)
        );
    }
}

#[test]
fn values_that_cannot_be() {
    for (toml, expected) in [
        ("session_cookie_age = -1", "outside 0 to 3153600000 seconds"),
        ("pbkdf2_iterations = 0", "outside 1 to 100000000"),
        ("pbkdf2_iterations = 4294967296", "outside 0 to 4294967295"),
        ("hash_threads = 0", "outside 1 to 1024"),
        (
            "trusted_proxies = ['10.0.0.0/33']",
            "\"10.0.0.0/33\" is neither an IP address nor a network",
        ),
        ("trusted_proxies = ['proxy']", "\"proxy\" is neither"),
        (
            "session_cookie_name = 'a b'",
            "cannot be the name of a cookie",
        ),
        ("session_cookie_path = '/; Secure'", "without a semicolon"),
        (
            "x_frame_options = \"a\\r\\nb: c\"",
            "ASCII text on one line",
        ),
        (
            "csrf_header_name = 'X-CSRFToken'",
            "as \"HTTP_X_CSRFTOKEN\", not \"X-CSRFToken\"",
        ),
        (
            "secure_proxy_ssl_header = ['X-Forwarded-Proto', 'https']",
            "as \"HTTP_X_FORWARDED_PROTO\"",
        ),
        (
            "auth_user_model = 'User'",
            "must be of the form 'app_label.model_name'",
        ),
        ("whoami_path = 'api'", "must start with /"),
        ("whoami_path = '/{x}'", "must start with /"),
        (
            "whoami_path = '/api-token-auth/'",
            "\"/api-token-auth/\" is the path of two endpoints",
        ),
        ("[token]\nkeyword = ''", "cannot stand before a token"),
        (
            "[user_model]\ntable = 'a\"b'",
            "cannot be the name of a table",
        ),
        (
            "[user_model]\nextra_columns = ['']",
            "cannot be the name of a table",
        ),
        ("password_hashers = []", "put \"pbkdf2_sha256\" first"),
    ] {
        assert!(
            message(toml).contains(expected),
            "{toml}: {}",
            message(toml)
        );
    }
    assert!(Settings::from_toml("login_path = ''\nlogout_path = ''").is_ok());
}

#[test]
fn an_origin_without_scheme_gets_djangos_text() {
    assert_eq!(
        message("csrf_trusted_origins = ['https://a.example', 'b.example']"),
        "hallpass.toml:1: csrf_trusted_origins: (4_0.E001) As of Django 4.0, the values in the CSRF_TRUSTED_ORIGINS \
         setting must start with a scheme (usually http:// or https://) but found b.example. See the release notes \
         for details."
    );
}

#[test]
fn unknown_classes_name_the_nearest() {
    for (toml, nearest) in [
        (
            "[rest_framework]\ndefault_authentication_classes = ['tokn']",
            "token",
        ),
        (
            "[rest_framework]\ndefault_authentication_classes = ['rest_framework.authentication.TokenAuthentification']",
            "rest_framework.authentication.TokenAuthentication",
        ),
        (
            "[rest_framework]\ndefault_permission_classes = ['is_authentciated']",
            "is_authenticated",
        ),
        (
            "session_engine = 'django.contrib.sessions.backends.bd'",
            "django.contrib.sessions.backends.db",
        ),
        ("password_hashers = ['pbkdf2_sha265']", "pbkdf2_sha256"),
        (
            "installed_apps = ['django.contrib.sesions']",
            "django.contrib.sessions",
        ),
        (
            "default_auto_field = 'django.db.models.BigAutofield'",
            "django.db.models.BigAutoField",
        ),
        (
            "authentication_backends = ['django.contrib.auth.backends.ModelBakend']",
            "django.contrib.auth.backends.ModelBackend",
        ),
    ] {
        let end = format!("; the nearest known one is {nearest:?}");
        assert!(
            message(toml).contains("unknown class") && message(toml).ends_with(&end),
            "{}",
            message(toml)
        );
    }
}

#[test]
fn what_this_release_lacks_is_said() {
    for toml in [
        "session_engine = 'django.contrib.sessions.backends.file'",
        "session_cache_alias = 'sessions'",
        "[caches.default]\nbackend = 'django.core.cache.backends.memcached.PyMemcacheCache'",
        "session_serializer = 'django.contrib.sessions.serializers.PickleSerializer'",
        "use_tz = false",
    ] {
        let error = Settings::from_toml(toml).unwrap_err();
        assert!(
            matches!(
                error,
                crate::settings::SettingsError::NotInThisRelease { .. }
            ),
            "{toml}: {error}"
        );
    }
}

#[test]
fn both_cases_of_a_name_are_an_error() {
    assert_eq!(
        message("debug = true\nx_frame_options = 'DENY'\nDEBUG = false"),
        "hallpass.toml:3: \"DEBUG\" is already set on line 1 in the other case; keep one of the two"
    );
    assert!(
        message("[token]\npath = '/a/'\n[TOKEN]\nPATH = '/b/'").contains("already set on line 2")
    );
}

#[test]
fn syntax_errors_name_the_line() {
    assert!(message("debug = true\nx = = 1").starts_with("hallpass.toml:2: not valid TOML: "));
    assert!(
        message("debug = true\ndebug = false").starts_with("hallpass.toml:2: not valid TOML: ")
    );
    assert!(message(&"[".repeat(100_000)).starts_with("hallpass.toml:1: "));
}

#[test]
fn secrets_are_in_no_message() {
    const SECRET: &str = "hunter2";
    for toml in [
        "secret_key = 'hunter2",
        "secret_key = hunter2",
        "secret_key = 'hunter2' 'hunter2'",
        "secret_key = ['hunter2']",
        "secret_key_fallbacks = 'hunter2'",
        "secret_key_fallbacks = [['hunter2']]",
        "secret_key = \"\\hunter2\"",
        "database_url = ['postgres://u:hunter2@h/d']",
    ] {
        assert!(!message(toml).contains(SECRET), "{}", message(toml));
        assert!(!format!("{:?}", Settings::from_toml(toml)).contains(SECRET));
    }
    let environment = [
        ("HALLPASS_SECRET_KEY", SECRET),
        ("DATABASE_URL", "postgres://u:hunter2@h/d"),
    ];
    let settings = from_environment(&environment).unwrap();
    let sources = Sources {
        environment: pairs(&environment),
        overrides: pairs(&environment),
        ..Sources::default()
    };
    let shown = format!("{settings:?} {settings:#?} {sources:?}");
    assert!(!shown.contains(SECRET) && shown.contains("session_cookie_name"));
}
