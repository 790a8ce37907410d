//! Where the settings come from: the environment, under names of the app's own.

use std::net::SocketAddr;

use hallpass::settings::{Settings, SettingsError, Sources};

/// Settings by environment variable, with what they are unless it says otherwise.
const VARIABLES: [(&str, &str, &str); 8] = [
    ("DATABASE_URL", "database_url", "sqlite:///db.sqlite3"),
    (
        "REFERENCE_SECRET_KEY",
        "secret_key",
        "reference-conformance-secret-key-0123456789abcdef",
    ),
    (
        "REFERENCE_SECRET_KEY_FALLBACKS",
        "secret_key_fallbacks",
        "reference-conformance-old-secret-fedcba9876543210",
    ),
    (
        "REFERENCE_ALLOWED_HOSTS",
        "allowed_hosts",
        "testserver,localhost,127.0.0.1,[::1],.example.com",
    ),
    (
        "REFERENCE_CSRF_TRUSTED_ORIGINS",
        "csrf_trusted_origins",
        "https://trusted.example.org,https://*.wild.example.net,http://plain.example.org,https://port.example.org:8443",
    ),
    ("REFERENCE_PBKDF2_ITERATIONS", "pbkdf2_iterations", "1000"),
    (
        "REFERENCE_THROTTLE_ANON",
        "rest_framework.default_throttle_rates.anon",
        "5/day",
    ),
    (
        "REFERENCE_THROTTLE_USER",
        "rest_framework.default_throttle_rates.user",
        "8/day",
    ),
];

/// What is the same wherever the app runs.
const FIXED: [(&str, &str); 3] = [
    // The second one serves remote users alone: it knows no passwords.
    ("authentication_backends", "model,remote_user"),
    ("secure_proxy_ssl_header", "HTTP_X_FORWARDED_PROTO,https"),
    (
        "password_hashers",
        "pbkdf2_sha256,pbkdf2_sha1,argon2,bcrypt_sha256,scrypt,bcrypt,md5",
    ),
];

/// The settings, with `variable` telling what the environment says.
pub(crate) fn settings(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Settings, SettingsError> {
    let mut overrides: Vec<(String, String)> = VARIABLES
        .iter()
        .map(|(name, setting, default)| {
            let value = variable(name).unwrap_or_else(|| (*default).to_owned());
            ((*setting).to_owned(), value)
        })
        .collect();
    overrides.extend(FIXED.map(|(setting, value)| (setting.to_owned(), value.to_owned())));
    let auto_token = variable("REFERENCE_AUTO_TOKEN").unwrap_or_else(|| "1".to_owned());
    overrides.push(("token.auto_create".to_owned(), auto_token));
    Settings::load(Sources {
        overrides,
        ..Sources::default()
    })
}

/// The address after `--bind`.
pub(crate) fn bind(mut arguments: impl Iterator<Item = String>) -> Result<SocketAddr, String> {
    let usage = || "usage: reference [--bind ADDRESS]".to_owned();
    match (
        arguments.next().as_deref(),
        arguments.next(),
        arguments.next(),
    ) {
        (None, ..) => Ok(SocketAddr::from(([127, 0, 0, 1], 8000))),
        (Some("--bind"), Some(address), None) => address.parse().map_err(|_| {
            format!("--bind takes an address such as 127.0.0.1:8000, not {address:?}")
        }),
        _ => Err(usage()),
    }
}
