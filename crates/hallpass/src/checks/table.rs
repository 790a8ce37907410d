//! The one list of checks. An id keeps its meaning for ever; a check that goes leaves its number unused.

mod network;
mod rows;
mod site;

use super::{Check, Level};

pub(super) use network::{
    ANSWERS_CACHED, AUTHORIZATION_DROPPED, CREDENTIAL_MISTYPED, CREDENTIAL_REFUSED,
    FORWARDED_FOR_PASSES, HOST_REFUSED, IDENTITY_HEADERS_PASS, POST_REDIRECTED, PREFLIGHT_REFUSED,
    PROBE_FAILED, SCHEME_CLAIMED, SCHEME_UNKNOWN,
};
pub(super) use rows::{
    CLOCKS_DIFFER, FALLBACKS_IN_USE, FALLBACKS_UNUSED, FOREIGN_USER_KEYS, ITERATIONS_OLDER,
    ITERATIONS_PING_PONG, LOGINS_ALIKE, MIGRATIONS_HALF_APPLIED, RIGHTS_MISSING, SECRET_KEY_FORMER,
    SECRET_KEY_OF_ANOTHER, SESSIONS_UNREADABLE, TOKEN_KEY_CASELESS, TOKENS_OF_THE_FUTURE,
    TOKENS_WITHOUT_USER, TRIGGERS_MISSING,
};
pub(super) use site::{
    CLIENTS_NAME_THEMSELVES, COOKIE_OF_ANOTHER_DOMAIN, CSRF_MIDDLEWARE_MISSING, NO_HSTS,
    NO_HTTPS_REDIRECT, OWN_ORIGIN_TRUSTED, PLAIN_ORIGIN_TRUSTED, REDIRECT_FOR_EVER,
    RULE_UNREACHABLE, SAME_SITE_NONE_INSECURE, SESSION_COOKIE_FOR_SCRIPTS,
};

/// Every check, by number.
pub(super) const ALL: &[&Check] = &[
    &SETTINGS_UNREADABLE,
    &SECRET_KEY_MISSING,
    &SECRET_KEY_WEAK,
    &FALLBACK_KEY_WEAK,
    &DATABASE_UNREACHABLE,
    &TOKEN_TABLE_MISSING,
    &TABLES_MISSING,
    &MIGRATIONS_UNAPPLIED,
    &RECORDED_BUT_MISSING,
    &FOREIGN_TOKENS,
    &USER_COLUMN_WRONG,
    &PASSWORDS_UNVERIFIABLE,
    &USERS_WITHOUT_TOKEN,
    &TOKEN_NOT_LISTED,
    &NO_CHALLENGE,
    &WITHOUT_EFFECT,
    &ANY_HOST,
    &SESSION_COOKIE_INSECURE,
    &CSRF_COOKIE_INSECURE,
    &DEBUG_ON,
    &CANNOT_START,
    &TABLE_OF_ANOTHER_KIND,
    &MIGRATIONS_HALF_APPLIED,
    &FOREIGN_USER_KEYS,
    &TOKENS_WITHOUT_USER,
    &TOKENS_OF_THE_FUTURE,
    &CLOCKS_DIFFER,
    &LOGINS_ALIKE,
    &ITERATIONS_PING_PONG,
    &ITERATIONS_OLDER,
    &TOKEN_KEY_CASELESS,
    &RIGHTS_MISSING,
    &SECRET_KEY_OF_ANOTHER,
    &SESSIONS_UNREADABLE,
    &SECRET_KEY_FORMER,
    &FALLBACKS_IN_USE,
    &FALLBACKS_UNUSED,
    &CSRF_MIDDLEWARE_MISSING,
    &OWN_ORIGIN_TRUSTED,
    &REDIRECT_FOR_EVER,
    &PLAIN_ORIGIN_TRUSTED,
    &NO_HSTS,
    &NO_HTTPS_REDIRECT,
    &SESSION_COOKIE_FOR_SCRIPTS,
    &COOKIE_OF_ANOTHER_DOMAIN,
    &SAME_SITE_NONE_INSECURE,
    &CREDENTIAL_MISTYPED,
    &CREDENTIAL_REFUSED,
    &PROBE_FAILED,
    &AUTHORIZATION_DROPPED,
    &IDENTITY_HEADERS_PASS,
    &FORWARDED_FOR_PASSES,
    &POST_REDIRECTED,
    &PREFLIGHT_REFUSED,
    &ANSWERS_CACHED,
    &HOST_REFUSED,
    &SCHEME_UNKNOWN,
    &SCHEME_CLAIMED,
    &CLIENTS_NAME_THEMSELVES,
    &TRIGGERS_MISSING,
    &RULE_UNREACHABLE,
];

pub(super) static SETTINGS_UNREADABLE: Check = Check {
    id: "hallpass.E001",
    code: "SET-01",
    django_id: None,
    level: Level::Error,
    why: "Nothing starts with settings that are not understood: a guess could open what should be closed.",
    django_cure: None,
    hallpass_cure: "Correct what is named; docs/settings.md lists every setting, `hallpass init` writes a fresh file.",
};

pub(super) static SECRET_KEY_MISSING: Check = Check {
    id: "hallpass.E002",
    code: "KEY-05",
    django_id: None,
    level: Level::Error,
    why: "Sessions are signed with it; nothing starts without one.",
    django_cure: Some("Set SECRET_KEY."),
    hallpass_cure: "Set secret_key or HALLPASS_SECRET_KEY to the key of the Django beside us, or let `hallpass init` make one.",
};

pub(super) static SECRET_KEY_WEAK: Check = Check {
    id: "hallpass.W003",
    code: "KEY-06",
    django_id: Some("security.W009"),
    level: Level::Warning,
    why: "Whoever guesses the key can forge the session of any user.",
    django_cure: Some(
        "Give SECRET_KEY at least 50 random characters and move the old key to SECRET_KEY_FALLBACKS.",
    ),
    hallpass_cure: "Set the same new key as secret_key and the old one in secret_key_fallbacks: nobody is logged out.",
};

pub(super) static FALLBACK_KEY_WEAK: Check = Check {
    id: "hallpass.W004",
    code: "KEY-06",
    django_id: Some("security.W025"),
    level: Level::Warning,
    why: "A fallback key still opens sessions: a guessed one forges them as well as the current one does.",
    django_cure: Some("Take the key out of SECRET_KEY_FALLBACKS once its sessions have ended."),
    hallpass_cure: "Take the key out of secret_key_fallbacks once its sessions have ended.",
};

pub(super) static DATABASE_UNREACHABLE: Check = Check {
    id: "hallpass.E005",
    code: "DB-08",
    django_id: None,
    level: Level::Error,
    why: "Users, tokens and sessions are there: without it every request that needs them is answered 503.",
    django_cure: None,
    hallpass_cure: "Correct database_url (a relative path starts from the settings file) or the rights of the file; `hallpass migrate` makes a new database.",
};

pub(super) static TOKEN_TABLE_MISSING: Check = Check {
    id: "hallpass.E006",
    code: "DB-01",
    django_id: None,
    level: Level::Error,
    why: "No token can be checked or handed out.",
    django_cure: Some(
        "Add 'rest_framework.authtoken' to INSTALLED_APPS and run `python manage.py migrate authtoken`.",
    ),
    hallpass_cure: "Run `hallpass migrate`.",
};

pub(super) static TABLES_MISSING: Check = Check {
    id: "hallpass.E007",
    code: "DB-09",
    django_id: None,
    level: Level::Error,
    why: "`hallpass serve` refuses to start without them; the wrong database may be configured.",
    django_cure: Some("Run `python manage.py migrate`."),
    hallpass_cure: "Check database_url and auth_user_model, then run `hallpass migrate`; an application that is not used goes out of installed_apps.",
};

pub(super) static MIGRATIONS_UNAPPLIED: Check = Check {
    id: "hallpass.W008",
    code: "DB-10",
    django_id: None,
    level: Level::Warning,
    why: "The tables may have the shape of an older Django or DRF.",
    django_cure: Some("Run `python manage.py migrate`."),
    hallpass_cure: "Run `hallpass migrate`.",
};

pub(super) static RECORDED_BUT_MISSING: Check = Check {
    id: "hallpass.E009",
    code: "DB-03",
    django_id: None,
    level: Level::Error,
    why: "The database was restored in part, or it is another one than the one that was migrated: `migrate` believes that nothing is to do.",
    django_cure: Some(
        "Restore the tables from the backup, or run `python manage.py migrate <app> zero --fake` and then `migrate <app>`.",
    ),
    hallpass_cure: "Check database_url and auth_user_model, which must be those of the Django project. If they are: restore the tables from the backup, or delete the rows of the application from django_migrations and run `hallpass migrate`.",
};

pub(super) static FOREIGN_TOKENS: Check = Check {
    id: "hallpass.E010",
    code: "DB-04",
    django_id: None,
    level: Level::Error,
    why: "Tokens would resolve to the wrong people: `hallpass serve` refuses to start.",
    django_cure: Some(
        "If AUTH_USER_MODEL was changed after the first migrate, make authtoken's tables anew: `python manage.py migrate authtoken zero`, then `migrate`. All tokens are lost.",
    ),
    hallpass_cure: "Set auth_user_model to the model that the tokens belong to.",
};

pub(super) static USER_COLUMN_WRONG: Check = Check {
    id: "hallpass.E011",
    code: "DB-11",
    django_id: None,
    level: Level::Error,
    why: "Nobody can be looked up by a column that does not exist.",
    django_cure: None,
    hallpass_cure: "Set auth_user_model as in Django, and in [user_model] the columns that the model renames (username_field is its USERNAME_FIELD).",
};

pub(super) static PASSWORDS_UNVERIFIABLE: Check = Check {
    id: "hallpass.W012",
    code: "KEY-03",
    django_id: None,
    level: Level::Warning,
    why: "These users cannot log in here with a password, and are told that it is wrong; their tokens and sessions work.",
    django_cure: Some(
        "Give password_hashers the list of Django's PASSWORD_HASHERS. Those whom Django's list leaves out as well need a new password: `python manage.py changepassword USER`.",
    ),
    hallpass_cure: "Add the algorithm to password_hashers, behind the first: a login then verifies and replaces the hash. What no hasher reads needs a new password: `hallpass changepassword USER`.",
};

pub(super) static USERS_WITHOUT_TOKEN: Check = Check {
    id: "hallpass.I013",
    code: "SIG-01",
    django_id: None,
    level: Level::Info,
    why: "They were made where no signal runs (bulk_create, loaddata, another program), although [token] auto_create gives every new user one.",
    django_cure: Some(
        "Run `python manage.py drf_create_token USER`, or Token.objects.get_or_create(user=user) for each.",
    ),
    hallpass_cure: "Run `hallpass drf_create_token USER`; POST to the token endpoint makes it as well.",
};

pub(super) static TOKEN_NOT_LISTED: Check = Check {
    id: "hallpass.W014",
    code: "CFG-01",
    django_id: None,
    level: Level::Warning,
    why: "`Authorization: Token …` is not looked at: such requests count as anonymous, although their token is good.",
    django_cure: Some(
        "Add 'rest_framework.authentication.TokenAuthentication' to DEFAULT_AUTHENTICATION_CLASSES.",
    ),
    hallpass_cure: "Add \"token\" to [rest_framework] default_authentication_classes.",
};

pub(super) static NO_CHALLENGE: Check = Check {
    id: "hallpass.I015",
    code: "CFG-02",
    django_id: None,
    level: Level::Info,
    why: "Requests without or with wrong credentials are answered 403 instead of 401, without WWW-Authenticate, as in DRF.",
    django_cure: Some(
        "Put TokenAuthentication or BasicAuthentication first in DEFAULT_AUTHENTICATION_CLASSES if clients expect 401.",
    ),
    hallpass_cure: "Put \"token\" or \"basic\" first in [rest_framework] default_authentication_classes if clients expect 401.",
};

pub(super) static WITHOUT_EFFECT: Check = Check {
    id: "hallpass.I016",
    code: "SET-02",
    django_id: None,
    level: Level::Info,
    why: "It was carried over from Django and changes nothing here, or not all that it says.",
    django_cure: None,
    hallpass_cure: "Take it out, or leave it: it does no harm.",
};

pub(super) static ANY_HOST: Check = Check {
    id: "hallpass.W017",
    code: "CFG-05",
    django_id: Some("security.W020"),
    level: Level::Warning,
    why: "A request can name any host and have it believed, or none but this machine's own.",
    django_cure: Some("List the site's names in ALLOWED_HOSTS."),
    hallpass_cure: "List the site's names in allowed_hosts.",
};

pub(super) static SESSION_COOKIE_INSECURE: Check = Check {
    id: "hallpass.W018",
    code: "CFG-05",
    django_id: Some("security.W012"),
    level: Level::Warning,
    why: "The cookie is also sent over plain HTTP, where anybody on the way can take the session over.",
    django_cure: Some("Set SESSION_COOKIE_SECURE = True."),
    hallpass_cure: "Set session_cookie_secure = true.",
};

pub(super) static CSRF_COOKIE_INSECURE: Check = Check {
    id: "hallpass.W019",
    code: "CFG-05",
    django_id: Some("security.W016"),
    level: Level::Warning,
    why: "The cookie is also sent over plain HTTP, where anybody on the way can read the CSRF token.",
    django_cure: Some("Set CSRF_COOKIE_SECURE = True."),
    hallpass_cure: "Set csrf_cookie_secure = true.",
};

pub(super) static DEBUG_ON: Check = Check {
    id: "hallpass.W020",
    code: "CFG-05",
    django_id: Some("security.W018"),
    level: Level::Warning,
    why: "Error pages tell strangers why.",
    django_cure: Some("Set DEBUG = False."),
    hallpass_cure: "Set debug = false.",
};

pub(super) static CANNOT_START: Check = Check {
    id: "hallpass.E021",
    code: "SET-03",
    django_id: None,
    level: Level::Error,
    why: "`hallpass serve` refuses to start.",
    django_cure: None,
    hallpass_cure: "Correct what is named; docs/settings.md says what each setting takes.",
};

pub(super) static TABLE_OF_ANOTHER_KIND: Check = Check {
    id: "hallpass.E022",
    code: "DB-02",
    django_id: None,
    level: Level::Error,
    why: "A table of another application has the name of one of Django's: reading it as Django's would be guessing.",
    django_cure: Some(
        "Check that DATABASES names the project's database; a token model of your own needs a table of its own.",
    ),
    hallpass_cure: "Check database_url; this release reads tokens and sessions only from tables of Django's shape.",
};
