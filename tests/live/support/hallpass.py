"""Hallpass with a settings file of its own, in a folder of its own."""
import os
from pathlib import Path

import django
from django.contrib.auth import password_validation

from . import database as databases
from .models import ITERATIONS, SECRET_KEY
from .process import Server, clean_environment, run

BINARY = Path(os.environ.get("HALLPASS_BIN", "hallpass")).resolve()

APPS = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
        "rest_framework", "rest_framework.authtoken"]

# The one that stands beside us, as the setting `django_version` calls it.
DJANGO = "{}.{}".format(*django.VERSION)

# Django's four validators in the order of startproject, with Django's own list of common passwords.
LIST = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
VALIDATORS = ["user_attribute_similarity", "minimum_length",
              {"NAME": "common_password", "OPTIONS": {"password_list_path": str(LIST)}}, "numeric_password"]


def toml(value):
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    return "[" + ", ".join(toml(item) for item in value) + "]"


def document(settings):
    """A TOML document: plain keys first, then one table for each dictionary."""
    plain = [f"{key} = {toml(value)}" for key, value in settings.items() if not isinstance(value, dict)]
    for name, table in settings.items():
        if isinstance(table, dict):
            plain += ["", f"[{name}]", *(f"{key} = {toml(value)}" for key, value in table.items())]
    return "\n".join(plain) + "\n"


class Hallpass:
    """Runs the command with one `hallpass.toml`."""

    program = [BINARY]

    def __init__(self, folder, model, database, **settings):
        self.folder = folder
        self.database = databases.of(database)
        folder.mkdir(parents=True, exist_ok=True)
        defaults = {
            "secret_key": SECRET_KEY,
            "database_url": self.database.url,
            "django_version": DJANGO,
            "allowed_hosts": ["localhost", "127.0.0.1"],
            "installed_apps": [*APPS, *model.apps],
            "auth_user_model": model.label,
            "pbkdf2_iterations": ITERATIONS,
            "login_redirect_url": "/api/whoami/",
            "rest_framework": {
                "default_authentication_classes": ["session", "token", "basic"],
                "default_permission_classes": ["is_authenticated"],
            },
            "token": {"auto_create": True},
        }
        merged = {**defaults, **settings}
        merged = {key: value for key, value in merged.items() if value is not None}
        (folder / "hallpass.toml").write_text(document(merged), "utf-8")
        self._servers = 0

    def run(self, *arguments, stdin="", timeout=60, **environment):
        return run([*self.program, *arguments], self.folder, clean_environment(**environment), stdin, timeout)

    def must(self, *arguments, **keywords):
        """Runs a command that has to succeed and returns what it printed."""
        done = self.run(*arguments, **keywords)
        if done.code != 0:
            raise AssertionError(f"hallpass {' '.join(map(str, arguments))}: {done}")
        return done.out

    def serve(self, *arguments, **environment):
        self._servers += 1
        log = self.folder / f"serve-{self._servers}.log"
        return Server([*self.program, "serve", "--bind", "127.0.0.1:0", *arguments], self.folder,
                      clean_environment(**environment), log)
