"""The settings that the reference app has too; everything else is what `startproject` writes."""
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit


def words(name, default):
    return [word for word in os.environ.get(name, default).split(",") if word]


def database(url):
    """dj-database-url's spelling: `sqlite:////absolute/file` or `postgres://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path[1:])}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": parts.username,
        "PASSWORD": parts.password or "",
        "HOST": parts.hostname,
        "PORT": parts.port,
    }


SECRET_KEY = os.environ.get("REFERENCE_SECRET_KEY", "reference-conformance-secret-key-0123456789abcdef")
SECRET_KEY_FALLBACKS = words("REFERENCE_SECRET_KEY_FALLBACKS", "reference-conformance-old-secret-fedcba9876543210")
ALLOWED_HOSTS = words("REFERENCE_ALLOWED_HOSTS", "testserver,localhost,127.0.0.1,[::1],.example.com")
CSRF_TRUSTED_ORIGINS = words(
    "REFERENCE_CSRF_TRUSTED_ORIGINS",
    "https://trusted.example.org,https://*.wild.example.net,http://plain.example.org,https://port.example.org:8443",
)
PBKDF2_ITERATIONS = int(os.environ.get("REFERENCE_PBKDF2_ITERATIONS", "1000"))
AUTO_TOKEN = os.environ.get("REFERENCE_AUTO_TOKEN", "1") == "1"

# A connection that stays open: opening one for each request would be most of the run's time.
DATABASES = {"default": {**database(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": None}}
DEBUG = False
ROOT_URLCONF = "project.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "rest_framework.authtoken",
    "project.authentication",
    "project.reference",
    "project.tests",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PASSWORD_HASHERS = [
    "project.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.BCryptPasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},  # Django's 300 would forget histories in the middle of a run
    },
    # Histories of the clock that the client sets: real time must not end them.
    "timeless": {
        "BACKEND": "project.throttles.TimelessCache",
        "LOCATION": "timeless",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.BasicAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_RATES": {
        "anon": os.environ.get("REFERENCE_THROTTLE_ANON", "5/day"),
        "user": os.environ.get("REFERENCE_THROTTLE_USER", "8/day"),
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"errors": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "loggers": {"django": {"handlers": ["errors"], "level": "ERROR", "propagate": False}},
}
