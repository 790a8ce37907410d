//! Every setting, one line each. See `define.rs` for what a line says.

use std::path::PathBuf;

use hallpass_formats::password::DjangoVersion;
use hallpass_formats::secret::SecretKey;

use super::classes::{AuthenticationClass, PermissionClass};
use super::define::{Definition, Origin, define_settings};
use super::entry::Rule;
use super::error::SettingsError;
use super::forward_auth::{CsrfMode, ForwardAuthRules};
use super::given::Given;
use super::note::Note;
use super::rules;
use super::throttles::{ThrottleClass, ThrottleRates};
use super::validators::PasswordValidatorClass;
use super::value::{CacheBackend, Context, SameSite, SessionEngine, SettingValue};

fn text(default: &str) -> String {
    default.to_owned()
}

fn list(default: &[&str]) -> Vec<String> {
    default.iter().map(|&item| item.to_owned()).collect()
}

define_settings! {
    /// The settings of one Hallpass: Django's names in lower case, and tables for DRF's and ours.
    ///
    /// ```
    /// use hallpass::settings::Settings;
    /// let settings = Settings::from_toml("SESSION_COOKIE_AGE = 3600")?;
    /// assert_eq!(settings.session_cookie_age, 3600);
    /// assert_eq!(settings.session_cookie_name, "sessionid");
    /// # Ok::<(), hallpass::settings::SettingsError>(())
    /// ```
    pub struct Settings in "";

    /// Key of all signatures: session data, session hashes. Share it with the Django beside us; keep it secret.
    Django secret_key: SecretKey = SecretKey::new(""), secret(true);
    /// Former keys: what they signed is still accepted, nothing new is signed with them.
    Django secret_key_fallbacks: Vec<SecretKey> = Vec::new(), secret(true);
    /// Error pages with reasons. Never in production.
    Django debug: bool = false;
    /// Host names that requests may ask for: exact, `.suffix` (the domain and its subdomains), or `*`. Others get 400. If empty: `.localhost`, `127.0.0.1`, `[::1]`.
    Django allowed_hosts: Vec<String> = Vec::new();
    /// Which tables `migrate` makes: `auth`, `contenttypes`, `sessions`, `authtoken`, `admin` by these short names or Django's paths; others are accepted.
    Django installed_apps: Vec<String> = list(&["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "rest_framework", "rest_framework.authtoken"]), rule(rules::installed_apps), differs("Django: empty. These are the tables that authentication needs.");
    /// Type of the primary keys of tables that `migrate` makes: `AutoField`, `BigAutoField` or `SmallAutoField` of `django.db.models`.
    Django default_auto_field: String = text("django.db.models.BigAutoField"), rule(rules::auto_field), differs("Django 5.2: AutoField. startproject writes BigAutoField, and Django 6.0 has it as default.");
    /// The user model, as `app_label.ModelName`. Other models than `auth.User` log in by `username` where their table has that column, else by `email`, unless `[user_model] username_field` says otherwise.
    Django auth_user_model: String = text("auth.User"), rule(rules::model_label);
    /// Who checks user names and passwords, in order: `model`, `allow_all_users_model`, `remote_user`, `allow_all_users_remote_user`, Django's paths, or names that the application registers.
    Django authentication_backends: Vec<String> = list(&["django.contrib.auth.backends.ModelBackend"]), rule(rules::backends);
    /// Password hashers, by algorithm or Django's path; the first one writes, the others verify and are replaced at the next login. `pbkdf2_sha256`, `pbkdf2_sha1`, `argon2`, `bcrypt_sha256`, `bcrypt`, `scrypt`, `md5`, and names that the application registers.
    Django password_hashers: Vec<String> = list(&["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "scrypt"]), rule(rules::hashers);
    /// What a new password must keep to where a person types one: `user_attribute_similarity`, `minimum_length`, `common_password`, `numeric_password`, Django's paths, or names that the application registers. With options as Django writes them: `{ NAME = "minimum_length", OPTIONS = { min_length = 12 } }`.
    Django auth_password_validators: Vec<PasswordValidatorClass> = Vec::new();

    /// Where sessions are kept: `db`, `cached_db`, `cache`, `signed_cookies`, or Django's paths; the same as in the Django beside us. See `docs/sessions.md`.
    Django session_engine: SessionEngine = SessionEngine::Db;
    /// The cache of the engines `cached_db` and `cache`; only `default` in this release.
    Django session_cache_alias: String = text("default"), rule(rules::cache_alias);
    /// How session data is written; JSON only.
    Django session_serializer: String = text("django.contrib.sessions.serializers.JSONSerializer"), rule(rules::session_serializer);
    /// Name of the session cookie.
    Django session_cookie_name: String = text("sessionid"), rule(rules::cookie_name);
    /// How long a session lives without being saved, in seconds (two weeks).
    Django session_cookie_age: i64 = 1_209_600, rule(rules::seconds);
    /// `Domain` of the session cookie.
    Django session_cookie_domain: Option<String> = None, rule(rules::cookie_domain);
    /// `Path` of the session cookie.
    Django session_cookie_path: String = text("/"), rule(rules::cookie_path);
    /// Send the session cookie over HTTPS only.
    Django session_cookie_secure: bool = false;
    /// Hide the session cookie from scripts.
    Django session_cookie_httponly: bool = true;
    /// `SameSite` of the session cookie; `false` omits the attribute.
    Django session_cookie_samesite: SameSite = SameSite::Lax;
    /// Session cookies end with the browser session.
    Django session_expire_at_browser_close: bool = false;
    /// Save the session on every request, which renews its age.
    Django session_save_every_request: bool = false;

    /// Name of the CSRF cookie.
    Django csrf_cookie_name: String = text("csrftoken"), rule(rules::cookie_name);
    /// Age of the CSRF cookie in seconds (364 days); `"none"` makes it end with the browser session.
    Django csrf_cookie_age: Option<i64> = Some(31_449_600), rule(rules::optional_seconds);
    /// `Domain` of the CSRF cookie.
    Django csrf_cookie_domain: Option<String> = None, rule(rules::cookie_domain);
    /// `Path` of the CSRF cookie.
    Django csrf_cookie_path: String = text("/"), rule(rules::cookie_path);
    /// Send the CSRF cookie over HTTPS only.
    Django csrf_cookie_secure: bool = false;
    /// Hide the CSRF cookie from scripts.
    Django csrf_cookie_httponly: bool = false;
    /// `SameSite` of the CSRF cookie; `false` omits the attribute.
    Django csrf_cookie_samesite: SameSite = SameSite::Lax;
    /// Header that carries the CSRF token, in Django's spelling: `HTTP_X_CSRFTOKEN` is `X-CSRFToken` on the wire.
    Django csrf_header_name: String = text("HTTP_X_CSRFTOKEN"), rule(rules::meta_name);
    /// Other origins that may send unsafe requests, with scheme: `https://example.com`, `https://*.example.com`.
    Django csrf_trusted_origins: Vec<String> = Vec::new(), rule(rules::trusted_origins);
    /// Keep CSRF secrets in sessions instead of a cookie. Every request then reads its session.
    Django csrf_use_sessions: bool = false;

    /// Store times with time zone. Always true: times are stored in UTC.
    Django use_tz: bool = true, rule(rules::use_tz);
    /// Accepted for a Django file's sake; times are stored and shown in UTC.
    Django time_zone: String = text("UTC"), differs("Django: America/Chicago. startproject writes UTC.");

    /// Take the host from `X-Forwarded-Host`. Only behind a proxy that always sets it.
    Django use_x_forwarded_host: bool = false;
    /// Take the port from `X-Forwarded-Port`. Only behind a proxy that always sets it.
    Django use_x_forwarded_port: bool = false;
    /// Header and value by which a proxy marks HTTPS: `["HTTP_X_FORWARDED_PROTO", "https"]`. Only behind a proxy that always sets it.
    Django secure_proxy_ssl_header: Option<(String, String)> = None, rule(rules::proxy_ssl_header);
    /// Redirect a path without its closing slash to the one with it.
    Django append_slash: bool = true;
    /// Redirect a host without `www.` to the one with it.
    Django prepend_www: bool = false;
    /// Browsers and robots that get 403: regular expressions, searched for in `User-Agent`.
    Django disallowed_user_agents: Vec<String> = Vec::new(), rule(rules::patterns);
    /// Largest request body in bytes, or `"none"` for no limit.
    Django data_upload_max_memory_size: Option<u64> = Some(2_621_440), differs("The same number, but as in DRF 3.18 it also holds for JSON and form bodies; DRF 3.16 reads those without limit.");
    /// Most fields of a form, or `"none"` for no limit.
    Django data_upload_max_number_fields: Option<u64> = Some(1000);

    /// Where pages that need a login send the visitor.
    Django login_url: String = text("/accounts/login/");
    /// Where the login page goes without a safe `next`.
    Django login_redirect_url: String = text("/accounts/profile/");
    /// Where the logout page goes without a safe `next`; `"none"` shows the "Logged out" page.
    Django logout_redirect_url: Option<String> = None;

    /// Hosts that `next` may lead to after a login, besides the login page's own: exact, with the port where it is not the scheme's own.
    Hallpass login_redirect_hosts: Vec<String> = Vec::new(), rule(rules::redirect_hosts);

    /// Value of the `X-Frame-Options` header.
    Django x_frame_options: String = text("DENY"), rule(rules::header_value);
    /// Send `X-Content-Type-Options: nosniff`.
    Django secure_content_type_nosniff: bool = true;
    /// Value of the `Referrer-Policy` header; `"none"` sends none.
    Django secure_referrer_policy: Option<String> = Some(text("same-origin")), rule(rules::optional_header_value);
    /// Value of the `Cross-Origin-Opener-Policy` header; `"none"` sends none.
    Django secure_cross_origin_opener_policy: Option<String> = Some(text("same-origin")), rule(rules::optional_header_value);
    /// Redirect plain HTTP to HTTPS.
    Django secure_ssl_redirect: bool = false;
    /// Paths that are not redirected to HTTPS: regular expressions, searched for in the path without its first slash.
    Django secure_redirect_exempt: Vec<String> = Vec::new(), rule(rules::patterns);
    /// Host to redirect to instead of the request's own.
    Django secure_ssl_host: Option<String> = None, rule(rules::optional_header_value);
    /// `max-age` of `Strict-Transport-Security` in seconds, on HTTPS answers; 0 sends none.
    Django secure_hsts_seconds: i64 = 0, rule(rules::seconds);
    /// Add `includeSubDomains` to it.
    Django secure_hsts_include_subdomains: bool = false;
    /// Add `preload` to it.
    Django secure_hsts_preload: bool = false;
    /// Ids of findings that `check` leaves out, for example `security.W004`.
    Django silenced_system_checks: Vec<String> = Vec::new();

    /// The database, as dj-database-url writes it: `sqlite:///relative.db`, `sqlite:////absolute.db` (relative to the settings file), `postgres://user:password@host:5432/name?sslmode=verify-full`, `mysql://user:password@host:3306/name?ssl-mode=VERIFY_IDENTITY` (both in the command, and in a library built with the feature of that name). `DATABASE_URL` overrides the file.
    Hallpass database_url: String = text("sqlite:///db.sqlite3"), secret(true);
    /// Addresses and networks of proxies whose `X-Forwarded-*` headers are believed.
    Hallpass trusted_proxies: Vec<String> = list(&["127.0.0.0/8", "::1/128"]), rule(rules::networks);
    /// Header by which `remote_user` is told who is calling, in Django's spelling: `HTTP_X_REMOTE_USER` is `X-Remote-User` on the wire. Believed from `trusted_proxies` only, which must set or remove it on every request.
    Hallpass remote_user_header: String = text("HTTP_REMOTE_USER"), rule(rules::meta_name);
    /// The Django that shares the database: its version decides the PBKDF2 iterations.
    Hallpass django_version: DjangoVersion = DjangoVersion::V5_2;
    /// PBKDF2 iterations of new hashes, instead of those of `django_version`.
    Hallpass pbkdf2_iterations: Option<u32> = None, rule(rules::iterations);
    /// Threads that hash passwords; `"none"` leaves the number to Hallpass.
    Hallpass hash_threads: Option<usize> = None, rule(rules::threads);
    /// Password checks that may wait for a thread, each client's in its own lane; when there are more, the newest of whoever has most is answered 503 at once.
    Hallpass hash_queue: usize = 64, rule(rules::queue);
    /// Bytes that the callers remembered by throttles may take in this process; beyond it those who were let through longest ago are forgotten. See `docs/throttling.md`.
    Hallpass throttle_memory: usize = 67_108_864;
    /// Path of the login page; empty switches it off.
    Hallpass login_path: String = text("/api-auth/login/"), rule(rules::endpoint_path);
    /// Path of the logout page; empty switches it off.
    Hallpass logout_path: String = text("/api-auth/logout/"), rule(rules::endpoint_path);
    /// Path that tells callers who they are; empty switches it off.
    Hallpass whoami_path: String = text("/api/whoami/"), rule(rules::endpoint_path);
    /// Path that tells whether the process is alive; empty switches it off.
    Hallpass healthz_path: String = text("/healthz"), rule(rules::endpoint_path);
    /// What stands under which classes when a proxy asks: tables under `[[rule]]`, in the file only; the first that fits decides, and without one the default policy. See `docs/forward-auth.md`.
    Hallpass rule: ForwardAuthRules = ForwardAuthRules::default();
    /// Path that tells whether requests can be answered: the database answers and its migrations are applied. 503 if not. Empty switches it off.
    Hallpass readyz_path: String = text("/readyz"), rule(rules::endpoint_path);
    /// Path of the OpenAPI document of these paths; empty switches it off.
    Hallpass schema_path: String = text("/schema/"), rule(rules::endpoint_path);
    /// Path that tells `hallpass check --url` which headers of its own arrived; empty switches it off.
    Hallpass probe_path: String = text("/.well-known/hallpass/probe"), rule(rules::endpoint_path);
    /// Address and port of the operations listener: metrics for Prometheus at `/metrics`, and what `hallpass explain` asks, which is told to this machine only. `"none"` switches it off.
    Hallpass metrics_bind: Option<String> = None, rule(rules::socket_address);
    /// How `serve` writes its log to standard error: `text`, or `json` with one object a line.
    Hallpass log_format: String = text("text"), rule(rules::log_format);
    /// Seconds that a client of `serve` may take for a request's head, and that a connection may wait for its next request.
    Hallpass header_timeout: u64 = 75, rule(rules::timeout);
    /// Seconds that a request to `serve` may take from its head to the answer; then it is answered 408.
    Hallpass request_timeout: u64 = 60, rule(rules::timeout);
    /// Connections that `serve` keeps open at once; for one more an idle one is closed, and if none is idle it gets 503.
    Hallpass max_connections: usize = 10_000, rule(rules::connections);
    /// Seconds that running requests get to end when `serve` is told to.
    Hallpass shutdown_timeout: u64 = 4, rule(rules::timeout);

    and {
        /// The `[rest_framework]` table, DRF's `REST_FRAMEWORK`.
        pub rest_framework: RestFrameworkSettings,
        /// The `[caches.default]` table, Django's `CACHES["default"]`.
        pub caches_default: CacheSettings,
        /// The `[forward_auth]` table.
        pub forward_auth: ForwardAuthSettings,
        /// The `[identity_cache]` table.
        pub identity_cache: IdentityCacheSettings,
        /// The `[token]` table.
        pub token: TokenSettings,
        /// The `[user_model]` table.
        pub user_model: UserModelSettings,
        pub(super) notes: Vec<Note>,
        pub(super) base_dir: PathBuf,
    }
}

define_settings! {
    /// The `[identity_cache]` table: what is remembered of users, tokens and sessions while it is proven to be true.
    pub struct IdentityCacheSettings in "identity_cache";

    /// How many tokens are remembered, and as many sessions and users; 0 asks the database every time. An answer is used only while it is proven that nobody changed its rows: SQLite always tells, PostgreSQL after `hallpass migrate --with-triggers`, others never.
    Hallpass size: usize = 100_000, rule(rules::cache_size);
    /// For how many seconds a Basic password that was right is not hashed again, as long as the stored password is the same; 0 hashes it every time.
    Hallpass remember_basic: i64 = 60, rule(rules::short_seconds);
}

define_settings! {
    /// The `[rest_framework]` table: keys of DRF's `REST_FRAMEWORK` dictionary.
    pub struct RestFrameworkSettings in "rest_framework";

    /// How requests prove who they are, in order: `session`, `token`, `basic`, `remote_user`, DRF's paths, or names that the application registers.
    Drf default_authentication_classes: Vec<AuthenticationClass> = vec![AuthenticationClass::Session, AuthenticationClass::Token, AuthenticationClass::Basic], differs("DRF: session, basic. Tokens would be ignored in silence, the most reported surprise.");
    /// Who may pass: `allow_any`, `is_authenticated`, `is_admin_user`, `is_authenticated_or_read_only`, `django_model_permissions` and its relatives (for views that name a model), DRF's paths, or names that the application registers. All must agree.
    Drf default_permission_classes: Vec<PermissionClass> = vec![PermissionClass::IsAuthenticated], differs("DRF: AllowAny. A gate that is open until configured is none.");
    /// Who is asked to slow down: `anon`, `user`, `scoped`, DRF's paths, or names that the application registers.
    Drf default_throttle_classes: Vec<ThrottleClass> = Vec::new();
    /// How often each scope may be asked, such as `{ anon = "100/day", user = "10/min" }`; the period is `s`, `m`, `h` or `d` and whatever follows, `"none"` is no limit. Naming some takes the place of all. In the environment as `anon=100/day,user=10/min`, or scope by scope, which leaves the others: `HALLPASS_REST_FRAMEWORK__DEFAULT_THROTTLE_RATES__ANON=100/day`. See `docs/throttling.md`.
    Drf default_throttle_rates: ThrottleRates = ThrottleRates::default();
    /// How many proxies stand before us, for throttles to find the client's address in `X-Forwarded-For`. With `"none"` all of that header is believed, so that clients can pass for each other; 0 is the connection's other end.
    Drf num_proxies: Option<u32> = None;
    /// Key of errors that belong to no field.
    Drf non_field_errors_key: String = text("non_field_errors");
}

define_settings! {
    /// The `[caches.default]` table: Django's `CACHES["default"]`, where the session engines `cached_db` and `cache` keep sessions.
    pub struct CacheSettings in "caches.default";

    /// What the cache is: `redis`, `locmem`, `dummy`, or Django's paths. Sessions are kept in Redis only; with another one `cached_db` reads the row every time, and `cache` is an error.
    Django backend: CacheBackend = CacheBackend::LocalMemory;
    /// URL of the Redis server: `redis://user:password@host:6379/0`, or `unix:///path/to/socket`. Of several, separated by commas, the first is used.
    Django location: String = text(""), secret(true);
    /// What every key begins with.
    Django key_prefix: String = text("");
    /// Version of the keys, which stands behind the prefix.
    Django version: i64 = 1;
}

define_settings! {
    /// The `[forward_auth]` table: what a proxy is answered that asks about its requests.
    pub struct ForwardAuthSettings in "forward_auth";

    /// Path below which proxies ask: `nginx`, `traefik`, `caddy`, `envoy` and `haproxy`; empty switches them off. They skip the Host check.
    Hallpass path: String = text("/forward-auth/"), rule(rules::endpoint_path);
    /// Who checks that unsafe requests with a session come from the site's own pages: `enforce` does it here, by header and origin; `defer` leaves it to the Django behind the proxy, which sees the form fields as well.
    Hallpass csrf: CsrfMode = CsrfMode::Enforce;
}

define_settings! {
    /// The `[token]` table: DRF's tokens.
    pub struct TokenSettings in "token";

    /// Word before the key in `Authorization: Token <key>`.
    Hallpass keyword: String = text("Token"), rule(rules::keyword);
    /// Path of DRF's `obtain_auth_token`; empty switches it off.
    Hallpass path: String = text("/api-token-auth/"), rule(rules::endpoint_path);
    /// Give every new user a token in the same transaction.
    Hallpass auto_create: bool = false;
    /// At `path`, look only at the posted user name and password, not at a session or header that came along.
    Hallpass ignore_ambient_credentials: bool = false;
}

define_settings! {
    /// The `[user_model]` table: where the users are, if not in Django's own table. `"none"` means Django's name for it.
    pub struct UserModelSettings in "user_model";

    /// Table of the users; `"none"` derives it from `auth_user_model`.
    Hallpass table: Option<String> = None, rule(rules::identifier);
    /// Column that users log in with, Django's `USERNAME_FIELD`. `"none"` is `username` where the table has that column, else `email`.
    Hallpass username_field: Option<String> = None, rule(rules::identifier);
    /// Column of the e-mail address, Django's `EMAIL_FIELD`.
    Hallpass email_field: Option<String> = None, rule(rules::identifier);
    /// Column of the primary key: a whole number or a UUID.
    Hallpass id_column: Option<String> = None, rule(rules::identifier);
    /// Column of the password hash.
    Hallpass password_column: Option<String> = None, rule(rules::identifier);
    /// Column of the last login.
    Hallpass last_login_column: Option<String> = None, rule(rules::identifier);
    /// Column that says whether the user may log in.
    Hallpass is_active_column: Option<String> = None, rule(rules::identifier);
    /// Column that says whether the user is staff.
    Hallpass is_staff_column: Option<String> = None, rule(rules::identifier);
    /// Column that says whether the user may do everything.
    Hallpass is_superuser_column: Option<String> = None, rule(rules::identifier);
    /// Column of the given name.
    Hallpass first_name_column: Option<String> = None, rule(rules::identifier);
    /// Column of the family name.
    Hallpass last_name_column: Option<String> = None, rule(rules::identifier);
    /// Column of the time the account was made.
    Hallpass date_joined_column: Option<String> = None, rule(rules::identifier);
    /// Further columns to read with every user.
    Hallpass extra_columns: Vec<String> = Vec::new(), rule(rules::identifiers);
}
