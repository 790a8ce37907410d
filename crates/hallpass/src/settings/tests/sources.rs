//! Files, environment, overrides, and which of them wins.

use crate::settings::{CacheBackend, SessionEngine, Settings, SettingsError, Sources};

use super::{from_environment, pairs};

#[test]
fn the_higher_source_wins() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("hallpass.toml");
    std::fs::write(
        &file,
        "database_url = 'sqlite:///file.db'\nsession_cookie_age = 1\nhash_queue = 1\n",
    )
    .unwrap();
    let mut sources = Sources {
        file: Some(file),
        ..Sources::default()
    };
    let load = |sources: &Sources| Settings::load(sources.clone()).unwrap();

    assert_eq!(load(&sources).database_url, "sqlite:///file.db");
    sources.environment = pairs(&[
        ("DATABASE_URL", "sqlite:///url.db"),
        ("HALLPASS_SESSION_COOKIE_AGE", "2"),
    ]);
    assert_eq!(load(&sources).database_url, "sqlite:///url.db");
    sources.environment.push((
        "HALLPASS_DATABASE_URL".to_owned(),
        "sqlite:///environment.db".to_owned(),
    ));
    assert_eq!(load(&sources).database_url, "sqlite:///environment.db");
    sources.overrides = pairs(&[
        ("database_url", "sqlite:///flag.db"),
        ("rest_framework.num_proxies", "3"),
    ]);
    let settings = load(&sources);
    assert_eq!(settings.database_url, "sqlite:///flag.db");
    assert_eq!(settings.rest_framework.num_proxies, Some(3));
    assert_eq!((settings.session_cookie_age, settings.hash_queue), (2, 1));
    assert_eq!(settings.base_dir(), directory.path());
}

#[test]
fn a_file_that_is_given_must_exist() {
    let error = Settings::load(Sources {
        file: Some("no-such-hallpass.toml".into()),
        ..Sources::default()
    });
    assert_eq!(
        error.unwrap_err().to_string(),
        "no-such-hallpass.toml: no such file; `hallpass init` writes one"
    );
}

#[test]
fn environment_values() {
    let settings = from_environment(&[
        ("HALLPASS_ALLOWED_HOSTS", "example.com, .example.org ,"),
        ("HALLPASS_DEBUG", "1"),
        ("HALLPASS_APPEND_SLASH", "False"),
        ("HALLPASS_REST_FRAMEWORK__NUM_PROXIES", "none"),
        ("HALLPASS_REST_FRAMEWORK__DEFAULT_PERMISSION_CLASSES", ""),
        ("HALLPASS_USER_MODEL__TABLE", "accounts_user"),
        (
            "HALLPASS_SECURE_PROXY_SSL_HEADER",
            "HTTP_X_FORWARDED_PROTO,https",
        ),
        ("HALLPASS_SESSION_COOKIE_DOMAIN", ""),
        ("HALLPASS_SECRET_KEY", " key, with spaces "),
        ("HALLPASS_TEMPLATES", "[]"),
        ("DATABASE_URL", ""),
        ("PATH", "/bin"),
    ])
    .unwrap();
    assert_eq!(settings.allowed_hosts, ["example.com", ".example.org"]);
    assert!(settings.debug && !settings.append_slash);
    assert_eq!(settings.rest_framework.num_proxies, None);
    assert!(
        settings
            .rest_framework
            .default_permission_classes
            .is_empty()
    );
    assert_eq!(settings.user_model.table.as_deref(), Some("accounts_user"));
    assert_eq!(settings.secure_proxy_ssl_header.unwrap().1, "https");
    assert_eq!(settings.session_cookie_domain, None);
    assert_eq!(settings.secret_key.expose(), " key, with spaces ");
    assert_eq!(settings.database_url, "sqlite:///db.sqlite3");
    assert_eq!(settings.notes[0].setting, "HALLPASS_TEMPLATES");
}

#[test]
fn environment_errors() {
    for (name, value, expected) in [
        (
            "HALLPASS_SESSION_COOKY_NAME",
            "x",
            "environment: unknown setting \"HALLPASS_SESSION_COOKY_NAME\"; did you mean \"HALLPASS_SESSION_COOKIE_NAME\"?",
        ),
        (
            "HALLPASS_REST_FRAMEWORK__NUM_PROXY",
            "1",
            "environment: unknown setting \"HALLPASS_REST_FRAMEWORK__NUM_PROXY\"; did you mean \"HALLPASS_REST_FRAMEWORK__NUM_PROXIES\"?",
        ),
        (
            "HALLPASS_NUM_PROXIES",
            "1",
            "environment: unknown setting \"HALLPASS_NUM_PROXIES\"; did you mean \"HALLPASS_REST_FRAMEWORK__NUM_PROXIES\"?",
        ),
        (
            "HALLPASS_debug",
            "1",
            "environment: unknown setting \"HALLPASS_debug\"; variables are in upper case: \"HALLPASS_DEBUG\"",
        ),
        (
            "HALLPASS_DEBUG",
            "yes",
            "environment: HALLPASS_DEBUG: expected true or false, found text \"yes\"",
        ),
        (
            "HALLPASS_SESSION_COOKIE_AGE",
            "two weeks",
            "environment: HALLPASS_SESSION_COOKIE_AGE: expected whole number, found text \"two weeks\"",
        ),
        (
            "HALLPASS_TOKEN",
            "x",
            "environment: HALLPASS_TOKEN: it is a table; set its keys one by one, as HALLPASS_TOKEN__<NAME>",
        ),
    ] {
        assert_eq!(
            from_environment(&[(name, value)]).unwrap_err().to_string(),
            expected
        );
    }
}

#[test]
fn kubernetes_variables_are_left_alone() {
    let settings = from_environment(&[
        ("HALLPASS_SERVICE_HOST", "10.0.0.1"),
        ("HALLPASS_SERVICE_PORT_HTTP", "8000"),
        ("HALLPASS_PORT", "tcp://10.0.0.1:8000"),
        ("HALLPASS_PORT_8000_TCP_ADDR", "10.0.0.1"),
    ]);
    assert_eq!(settings, Ok(Settings::default()));
    let taken = |name: &str| name.starts_with("service_") || name.starts_with("port");
    assert!(
        !Settings::definitions()
            .any(|definition| definition.table.is_empty() && taken(definition.name))
    );
}

#[test]
fn the_logs_variable_is_no_beginning_of_others() {
    let settings = from_environment(&[
        ("HALLPASS_LOG", "warn"),
        ("HALLPASS_LOGIN_URL", "/in/"),
        ("HALLPASS_LOGOUT_PATH", "/out/"),
    ])
    .unwrap();
    assert_eq!(
        (&*settings.login_url, &*settings.logout_path),
        ("/in/", "/out/")
    );
}

#[test]
fn unreadable_files() {
    let directory = tempfile::tempdir().unwrap();
    let load = |bytes: &[u8]| {
        let file = directory.path().join("hallpass.toml");
        std::fs::write(&file, bytes).unwrap();
        Settings::load(Sources {
            file: Some(file),
            ..Sources::default()
        })
        .unwrap_err()
    };
    assert!(
        load(b"debug = true # \xff")
            .to_string()
            .ends_with("not UTF-8; save it as UTF-8 text")
    );
    let large = load(&vec![b'#'; 1024 * 1024 + 1]);
    assert!(
        matches!(&large, SettingsError::UnreadableFile { reason, .. } if reason.contains("larger")),
        "{large}"
    );
    assert!(
        Settings::load(Sources {
            file: Some(directory.path().into()),
            ..Sources::default()
        })
        .is_err()
    );
}

/// Django's dictionary of dictionaries, in either case, from the file and the environment.
#[test]
fn the_default_cache_is_read_and_others_are_noted() {
    let settings = Settings::from_toml(
        "SESSION_ENGINE = 'django.contrib.sessions.backends.cached_db'\n\
         [CACHES.default]\n\
         BACKEND = 'django.core.cache.backends.redis.RedisCache'\n\
         LOCATION = 'redis://:topsecret@cache:6379/1'\n\
         KEY_PREFIX = 'shop'\n\
         TIMEOUT = 300\n\
         [CACHES.Pages]\n\
         BACKEND = 'anything.at.all'\n",
    )
    .unwrap();
    assert_eq!(settings.session_engine, SessionEngine::CachedDb);
    let cache = &settings.caches_default;
    assert_eq!(cache.backend, CacheBackend::Redis);
    assert_eq!(cache.location, "redis://:topsecret@cache:6379/1");
    assert_eq!((cache.key_prefix.as_str(), cache.version), ("shop", 1));
    assert!(!format!("{settings:?}").contains("topsecret"));
    let noted: Vec<&str> = settings
        .notes()
        .iter()
        .map(|note| note.setting.as_str())
        .collect();
    assert_eq!(noted, ["CACHES.default.TIMEOUT", "CACHES.Pages.BACKEND"]);

    let sources = |name: &str| Sources {
        environment: vec![(name.to_owned(), "redis://cache".to_owned())],
        ..Sources::default()
    };
    let settings = Settings::load(sources("HALLPASS_CACHES__DEFAULT__LOCATION")).unwrap();
    assert_eq!(settings.caches_default.location, "redis://cache");
    let by_name = Sources {
        overrides: vec![("caches.default.version".to_owned(), "2".to_owned())],
        ..Sources::default()
    };
    assert_eq!(Settings::load(by_name).unwrap().caches_default.version, 2);

    let error = |toml: &str| Settings::from_toml(toml).unwrap_err().to_string();
    assert!(
        error("[caches.default]\nlocatoin = 'x'")
            .contains("did you mean \"caches.default.location\"?")
    );
    assert!(error("[caches.default.options]\ndb = 1").contains("caches.default.options"));
    assert!(error("[caches]\ndefault = 'redis'").contains("expected a table, [caches.default]"));
    assert!(error("caches = 'redis'").contains("caches"));
    let error = Settings::load(sources("HALLPASS_CACHES__DEFAULT"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("HALLPASS_CACHES__DEFAULT__<NAME>"),
        "{error}"
    );
}
