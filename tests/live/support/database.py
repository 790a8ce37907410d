"""A database that both sides use: how each is told of it, what is in it, and what another process can do to it.

SQLite is here; PostgreSQL and MariaDB, which need servers, are next door. Statements are written with `?` for values,
`"key"` for names and TRUE for true, which all of them take."""
import contextlib
import shutil
import sqlite3
from datetime import datetime, timezone
from pathlib import Path


class Database:
    """What every kind can do; each kind knows how to make one, copy one and describe its tables."""

    kind = None  # for test names
    placeholder = "%s"
    django_needs = ""  # what must run before Django loads its driver
    url = None  # for Hallpass
    django = None  # DATABASES["default"]

    @classmethod
    def missing(cls):
        """What this machine lacks for this kind, or None."""

    def connect(self):
        """A connection of Python's driver that commits every statement."""
        raise NotImplementedError

    def tables(self):
        raise NotImplementedError

    def schema(self):
        """The definitions of all tables and indexes, in one order."""
        raise NotImplementedError

    def refuse_tokens(self):
        """From now on the database takes no new token."""
        self.execute("ALTER TABLE authtoken_token ADD CONSTRAINT no_tokens CHECK (user_id < 0)")

    def copy_from(self, other):
        """Becomes what the other one is."""
        raise NotImplementedError

    def discard(self):
        """The end of it, where a server keeps it."""

    def deadlocks(self):
        """How often its server had to end a transaction for the sake of another."""
        return 0

    def execute(self, sql, parameters=()):
        self._run(sql, parameters)

    def rows(self, sql, parameters=()):
        return self._run(sql, parameters)

    def value(self, sql, parameters=()):
        return self.rows(sql, parameters)[0][0]

    def dump(self):
        """Everything that is in it."""
        rows = {table: sorted(self.rows(f'SELECT * FROM "{table}"'), key=repr) for table in self.tables()}
        return {"schema": self.schema(), **rows}

    def _run(self, sql, parameters):
        with contextlib.closing(self.connect()) as connection:
            cursor = connection.cursor()
            # Without values a percent sign is one.
            cursor.execute(sql.replace("?", self.placeholder), *([tuple(parameters)] if parameters else []))
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


class Sqlite(Database):
    """A file; whoever takes a path takes it too."""

    kind = "sqlite"
    placeholder = "?"

    def __init__(self, path):
        self.path = Path(path)
        self.url = f"sqlite:///{self.path.resolve()}"
        self.django = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(self.path)}

    @classmethod
    def new(cls, folder, name="db"):
        """An empty one: a file that is not there yet."""
        return cls(folder / f"{name}.sqlite3")

    def __fspath__(self):
        return str(self.path)

    def connect(self):
        return sqlite3.connect(self.path, isolation_level=None)

    def tables(self):
        return [name for kind, name, _, _ in self.schema() if kind == "table"]

    def schema(self):
        """The texts of all tables and indexes, SQLite's own excepted."""
        return sorted(self.rows("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))

    def copy_from(self, other):
        shutil.copyfile(other, self)

    def refuse_tokens(self):
        self.execute("CREATE TRIGGER no_tokens BEFORE INSERT ON authtoken_token"
                     " BEGIN SELECT RAISE(ABORT, 'no tokens'); END")

    def journal_mode(self):
        return self.value("PRAGMA journal_mode")

    @contextlib.contextmanager
    def exclusive_lock(self):
        """Another process that keeps the whole file to itself."""
        with contextlib.closing(self.connect()) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
            connection.execute("ROLLBACK")


def moment(value):
    """A time as any of the drivers gives it, in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


def of(place):
    """A database; a path is one of SQLite's."""
    return place if isinstance(place, Database) else Sqlite(place)
