//! Checks of what stands in the database besides its tables: rows, keys between tables, rights, clock.

use crate::checks::{Check, Level};

pub(in crate::checks) static MIGRATIONS_HALF_APPLIED: Check = Check {
    id: "hallpass.E023",
    code: "DB-12",
    django_id: None,
    level: Level::Error,
    why: "Neither Django's `migrate` nor ours goes on from here: it stops at the first table that is already there, or at the history that cannot be.",
    django_cure: Some(
        "Run `python manage.py showmigrations`; tables that are complete are recorded with `migrate --fake-initial`. If AUTH_USER_MODEL was changed after the first migrate, start from an empty database or undo the change.",
    ),
    hallpass_cure: "Run `hallpass migrate` where it was interrupted; otherwise check database_url and auth_user_model, which must be those of the Django project, and let Django mend its history.",
};

pub(in crate::checks) static FOREIGN_USER_KEYS: Check = Check {
    id: "hallpass.E024",
    code: "DB-04",
    django_id: None,
    level: Level::Error,
    why: "Groups, permissions or the admin's log belong to the users of another table: rights would go to the wrong people.",
    django_cure: Some(
        "AUTH_USER_MODEL was changed after the first migrate: make the tables that refer to users anew, or restore the old setting.",
    ),
    hallpass_cure: "Set auth_user_model to the model that these tables belong to.",
};

pub(in crate::checks) static TOKENS_WITHOUT_USER: Check = Check {
    id: "hallpass.W025",
    code: "DB-13",
    django_id: None,
    level: Level::Warning,
    why: "Rows were deleted or loaded while foreign keys were not enforced. Such a token is refused; if its user's id is given out again, it opens the new user's account.",
    django_cure: Some(
        "Run `python manage.py shell` and Token.objects.exclude(user__in=get_user_model().objects.all()).delete().",
    ),
    hallpass_cure: "Delete the tokens whose user_id is no user's.",
};

pub(in crate::checks) static TOKENS_OF_THE_FUTURE: Check = Check {
    id: "hallpass.W026",
    code: "TIME-01",
    django_id: None,
    level: Level::Warning,
    why: "Another program writes local time where UTC belongs, or a clock is wrong: sessions then end hours too early or too late.",
    django_cure: Some("Set USE_TZ = True, and set the clock of the machine."),
    hallpass_cure: "Set the clock of this machine (`timedatectl`); Hallpass writes UTC, as Django does with USE_TZ.",
};

pub(in crate::checks) static CLOCKS_DIFFER: Check = Check {
    id: "hallpass.W027",
    code: "TIME-01",
    django_id: None,
    level: Level::Warning,
    why: "Sessions end by the clock of whoever looks; machines that disagree end them at different times.",
    django_cure: None,
    hallpass_cure: "Let both machines keep time by NTP (`timedatectl set-ntp true`).",
};

pub(in crate::checks) static LOGINS_ALIKE: Check = Check {
    id: "hallpass.W028",
    code: "DB-05",
    django_id: None,
    level: Level::Warning,
    why: "People who type their name in another case reach somebody else's account, or none; a database that ignores case could not hold both.",
    django_cure: Some(
        "Merge or rename the accounts; a UniqueConstraint(Lower(\"username\")) keeps new ones out.",
    ),
    hallpass_cure: "Merge or rename the accounts in the database.",
};

pub(in crate::checks) static ITERATIONS_PING_PONG: Check = Check {
    id: "hallpass.W029",
    code: "KEY-04",
    django_id: None,
    level: Level::Warning,
    why: "Django and Hallpass each replace a hash whose iterations are not their own: at every login in the one, the other's hash is made anew, which costs a second hash and a write.",
    django_cure: None,
    hallpass_cure: "Set django_version to the Django that shares the database; where a subclass of PBKDF2PasswordHasher sets iterations, set pbkdf2_iterations to the same number.",
};

pub(in crate::checks) static ITERATIONS_OLDER: Check = Check {
    id: "hallpass.I030",
    code: "KEY-04",
    django_id: None,
    level: Level::Info,
    why: "They come from an older Django and are replaced when their users next log in with a password.",
    django_cure: None,
    hallpass_cure: "Nothing; if Django beside us is that old, set django_version or pbkdf2_iterations to its number.",
};

pub(in crate::checks) static TOKEN_KEY_CASELESS: Check = Check {
    id: "hallpass.I031",
    code: "DB-07",
    django_id: None,
    level: Level::Info,
    why: "DRF's keys are lower-case hexadecimal digits, which no collation confuses; Hallpass compares the bytes besides. Keys of mixed case would collide.",
    django_cure: Some(
        "Leave it while keys are DRF's own; keys of another alphabet need a column with a _bin collation.",
    ),
    hallpass_cure: "Leave it, as in Django.",
};

pub(in crate::checks) static RIGHTS_MISSING: Check = Check {
    id: "hallpass.W032",
    code: "DB-06",
    django_id: None,
    level: Level::Warning,
    why: "What needs these rights is answered 503: logging in, handing out tokens, replacing old password hashes.",
    django_cure: None,
    hallpass_cure: "GRANT the rights to the account in database_url; of an SQLite file, both the file and its directory must be writable.",
};

pub(in crate::checks) static SECRET_KEY_OF_ANOTHER: Check = Check {
    id: "hallpass.E033",
    code: "KEY-01",
    django_id: None,
    level: Level::Error,
    why: "Whoever is logged in to Django is nobody here, and whoever logs in here is nobody there: each takes the other's sessions for empty.",
    django_cure: None,
    hallpass_cure: "Set secret_key (and secret_key_fallbacks) to the SECRET_KEY of the Django project; `python manage.py diffsettings --all | hallpass init --from-django` carries it over.",
};

pub(in crate::checks) static SESSIONS_UNREADABLE: Check = Check {
    id: "hallpass.W034",
    code: "KEY-01",
    django_id: None,
    level: Level::Warning,
    why: "These people are logged out. A key was exchanged without leaving the former one in the fallbacks, or programs with different keys write to this database.",
    django_cure: Some("Put the former SECRET_KEY into SECRET_KEY_FALLBACKS."),
    hallpass_cure: "Set secret_key as in Django, and put the former key into secret_key_fallbacks until its sessions have ended.",
};

pub(in crate::checks) static SECRET_KEY_FORMER: Check = Check {
    id: "hallpass.W035",
    code: "KEY-01",
    django_id: None,
    level: Level::Warning,
    why: "Nothing is signed with secret_key: the key in use stands among the fallbacks. What Hallpass signs may be unknown to Django.",
    django_cure: None,
    hallpass_cure: "Set secret_key to Django's current SECRET_KEY; only former keys belong into secret_key_fallbacks.",
};

pub(in crate::checks) static FALLBACKS_IN_USE: Check = Check {
    id: "hallpass.I036",
    code: "KEY-02",
    django_id: None,
    level: Level::Info,
    why: "Without the fallback these people would be logged out.",
    django_cure: Some("Keep SECRET_KEY_FALLBACKS until SESSION_COOKIE_AGE has passed."),
    hallpass_cure: "Keep secret_key_fallbacks until session_cookie_age has passed since the key was exchanged.",
};

pub(in crate::checks) static FALLBACKS_UNUSED: Check = Check {
    id: "hallpass.I037",
    code: "KEY-02",
    django_id: None,
    level: Level::Info,
    why: "A former key that nobody needs can still forge sessions if it leaks.",
    django_cure: Some("Take the keys out of SECRET_KEY_FALLBACKS."),
    hallpass_cure: "Take the keys out of secret_key_fallbacks, when nothing else that they signed is needed.",
};

pub(in crate::checks) static TRIGGERS_MISSING: Check = Check {
    id: "hallpass.I060",
    code: "DB-14",
    django_id: None,
    level: Level::Info,
    why: "PostgreSQL does not tell of changes by itself, so users, tokens and sessions are asked for at every request, and nothing is remembered.",
    django_cure: None,
    hallpass_cure: "Run `hallpass migrate --with-triggers` as the tables' owner, or set [identity_cache] size = 0 to say that it is meant so. See docs/reliability.md.",
};
