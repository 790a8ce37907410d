"""A Django REST framework project, generated into a folder, and what can be asked of it."""
import json
import sys
import tempfile
from functools import cache
from pathlib import Path

from . import database as databases
from . import sources
from .database import Sqlite
from .models import ITERATIONS, SECRET_KEY
from .process import Server, clean_environment, free_port, run

# Runs a piece of code inside the project; what it calls `answer` comes back as JSON.
PRELUDE = """\
import django, json, sys
django.setup()
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from rest_framework.authtoken.models import Token
User = get_user_model()
"""


class Project:
    """A project in `folder` on the given database; it is generated, not migrated."""

    def __init__(self, folder, model, database, **settings):
        self.folder = folder
        self.model = model
        self.database = databases.of(database)
        defaults = {
            "AUTH_USER_MODEL": model.label,
            "SECRET_KEY": SECRET_KEY,
            "PASSWORD_HASHERS": ["project.hashers.Fast"],
        }
        sources.write(folder, {**sources.SETTINGS, **defaults, **settings}, model, self.database, ITERATIONS)

    def _environment(self, **extra):
        return clean_environment(DJANGO_SETTINGS_MODULE="project.settings", **extra)

    def manage(self, *arguments, stdin="", **environment):
        return run([sys.executable, "manage.py", *arguments], self.folder, self._environment(**environment), stdin)

    def must(self, *arguments, **keywords):
        done = self.manage(*arguments, **keywords)
        if done.code != 0:
            raise AssertionError(f"manage.py {' '.join(arguments)}: {done}")
        return done.out

    def ask(self, code, **arguments):
        """Runs code inside the project with `given` as its arguments; returns its variable `answer`."""
        program = f"{PRELUDE}given = json.loads(sys.stdin.read())\n{code}\nprint(json.dumps(answer))\n"
        done = run([sys.executable, "-c", program], self.folder, self._environment(), json.dumps(arguments))
        if done.code != 0:
            raise AssertionError(f"{code}\n{done}")
        return json.loads(done.out)

    def serve(self, workers=1):
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--workers", workers, "--bind", f"127.0.0.1:{port}",
                   "--log-level", "error", "--no-control-socket", "project.wsgi:application"]
        return Server(command, self.folder, self._environment(), self.folder / f"gunicorn-{port}.log", port)

    def migrate(self):
        """Fills the empty database with what `manage.py migrate` makes."""
        self.database.copy_from(migrated(self.model, type(self.database)))


@cache
def scratch():
    """A folder for what several tests copy; removed at the end of the run."""
    return tempfile.TemporaryDirectory(prefix="hallpass-live-shared-")


def migrated(model, kind=Sqlite):
    """A database made by `manage.py migrate`, once for each user model and kind of database."""
    return _migrated(model, kind)


@cache
def _migrated(model, kind):
    folder = Path(scratch().name) / f"{kind.kind}-{model.name}"
    folder.mkdir()
    database = kind.new(folder, model.name)
    Project(folder, model, database).must("migrate")
    return database
