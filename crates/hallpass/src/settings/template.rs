//! The commented `hallpass.toml` that `hallpass init` writes.
//!
//! Comments begin with `# `; a setting that is left at its default stands there as `#name = default`, without the space,
//! so that taking away one character sets it.

use std::collections::BTreeMap;

use hallpass_formats::secret::SecretKey;

use super::known::{TABLES, definitions};
use super::table::Settings;
use super::validators::OF_STARTPROJECT;
use super::value::toml_text;

/// Width of comments, in characters.
const WIDTH: usize = 100;

/// What the file sets, besides the secret key. The rest stands in comments.
const SET: [(&str, &str, &str); 5] = [
    (
        "",
        "allowed_hosts",
        "[\"localhost\", \"127.0.0.1\", \"[::1]\"]",
    ),
    ("", "login_url", "\"/api-auth/login/\""),
    ("", "login_redirect_url", "\"/api/whoami/\""),
    ("", "auth_password_validators", OF_STARTPROJECT),
    ("token", "auto_create", "true"),
];

/// Settings of the top level by heading. Those that accept only one value in this release are left out.
#[rustfmt::skip]
const SECTIONS: [(&str, &[&str]); 9] = [
    ("The site", &["secret_key", "secret_key_fallbacks", "debug", "allowed_hosts", "database_url"]),
    ("Users and passwords", &[
        "auth_user_model", "authentication_backends", "password_hashers", "auth_password_validators", "django_version", "pbkdf2_iterations",
        "hash_threads", "hash_queue", "throttle_memory",
    ]),
    ("Tables that `hallpass migrate` makes", &["installed_apps", "default_auto_field"]),
    ("Sessions", &[
        "session_engine", "session_cookie_name", "session_cookie_age", "session_cookie_domain", "session_cookie_path",
        "session_cookie_secure", "session_cookie_httponly", "session_cookie_samesite",
        "session_expire_at_browser_close", "session_save_every_request",
    ]),
    ("CSRF protection", &[
        "csrf_trusted_origins", "csrf_use_sessions", "csrf_cookie_name", "csrf_cookie_age", "csrf_cookie_domain", "csrf_cookie_path",
        "csrf_cookie_secure", "csrf_cookie_httponly", "csrf_cookie_samesite", "csrf_header_name",
    ]),
    ("Behind a proxy", &[
        "trusted_proxies", "login_redirect_hosts", "remote_user_header", "secure_proxy_ssl_header", "use_x_forwarded_host",
        "use_x_forwarded_port",
    ]),
    ("Paths and pages", &[
        "login_url", "login_redirect_url", "logout_redirect_url", "login_path", "logout_path", "whoami_path",
        "healthz_path", "readyz_path", "schema_path", "probe_path", "append_slash", "prepend_www", "disallowed_user_agents",
        "data_upload_max_memory_size", "data_upload_max_number_fields",
    ]),
    ("The server", &[
        "metrics_bind", "log_format", "header_timeout", "request_timeout", "max_connections", "shutdown_timeout",
    ]),
    ("Security headers and HTTPS", &[
        "secure_ssl_redirect", "secure_redirect_exempt", "secure_ssl_host", "secure_hsts_seconds", "secure_hsts_include_subdomains",
        "secure_hsts_preload", "secure_content_type_nosniff", "secure_referrer_policy",
        "secure_cross_origin_opener_policy", "x_frame_options", "silenced_system_checks",
    ]),
];

impl Settings {
    /// The text of a fresh `hallpass.toml` with this secret key.
    #[must_use]
    pub fn init_template(secret_key: &SecretKey) -> String {
        let mut values: BTreeMap<(&'static str, &'static str), String> = SET
            .iter()
            .map(|&(table, name, value)| ((table, name), value.to_owned()))
            .collect();
        values.insert(("", "secret_key"), toml_text(secret_key.expose()));
        filled(&values, &[])
    }
}

/// The file with these values, by table and name; `remarks` stand at its beginning.
pub(super) fn filled(
    values: &BTreeMap<(&'static str, &'static str), String>,
    remarks: &[String],
) -> String {
    let mut file = String::from(
        "# Settings of Hallpass. Names are those of Django and Django REST framework in lower case.\n\
         # A line that begins with # and a name shows a default: take the # away to change it.\n\
         # Every setting can also be given in the environment: HALLPASS_SESSION_COOKIE_AGE=3600.\n\
         # Keep this file to yourself: it holds the secret key.\n",
    );
    if !remarks.is_empty() {
        file.push_str(
            "\n# ---- To look at: what Django's settings say and this file does not ----\n",
        );
        for remark in remarks {
            push_comment(&mut file, &format!("* {remark}"));
        }
    }
    for (heading, names) in SECTIONS {
        file.push_str(&format!("\n# ---- {heading} ----\n"));
        for name in names {
            push_setting(&mut file, "", name, values);
        }
    }
    let in_a_section = |name: &str| SECTIONS.iter().any(|(_, names)| names.contains(&name));
    for (_, name) in values
        .keys()
        .filter(|(table, name)| table.is_empty() && !in_a_section(name))
    {
        push_setting(&mut file, "", name, values);
    }
    for table in TABLES {
        file.push_str(&format!("\n[{table}]\n"));
        let names = definitions().filter(|known| known.table == table);
        for known in names {
            push_setting(&mut file, table, known.name, values);
        }
    }
    file
}

fn push_setting(
    file: &mut String,
    table: &str,
    name: &str,
    values: &BTreeMap<(&'static str, &'static str), String>,
) {
    let Some(known) = definitions().find(|known| known.table == table && known.name == name) else {
        return;
    };
    file.push('\n');
    push_comment(file, known.doc());
    match values.get(&(known.table, known.name)) {
        Some(value) => file.push_str(&format!("{name} = {value}\n")),
        None => file.push_str(&format!("#{name} = {}\n", known.default_toml())),
    }
}

/// A comment, broken between words.
fn push_comment(file: &mut String, text: &str) {
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count() + 1;
        if width == 0 || width + length > WIDTH {
            file.push_str(if width == 0 { "#" } else { "\n#" });
            width = 1;
        }
        file.push(' ');
        file.push_str(word);
        width += length;
    }
    file.push('\n');
}
