"""Databases on a PostgreSQL server of the run's own."""
import contextlib
import itertools
import os
from functools import cache
from pathlib import Path

import psycopg

from .database import Database
from .private_server import PrivateServer, give, program
from .process import run


def programs():
    """The folder of `initdb` and its like: Debian keeps them out of PATH, one folder a version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = program("initdb", *filter(None, [os.environ.get("TEST_POSTGRESQL_BIN")]), *versions)
    return found and found.resolve().parent


class Server(PrivateServer):
    account = "postgres"
    pid_file = "data/postmaster.pid"
    end_signal = "INT"
    stop_signal = "QUIT"  # nothing is kept, so nothing has to be written down

    def preparation(self):
        return [[programs() / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8",
                 "--locale=C.UTF-8", "-N"]]

    def command(self):
        return [programs() / "postgres", "-D", self.folder / "data", "-k", self.folder, "-p", self.port,
                "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off",
                "-c", "max_connections=200"]

    def connect(self, database="postgres"):
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True)

    def ask(self):
        self.connect().close()

    def execute(self, sql):
        with self.connect() as connection:
            connection.execute(sql)

    def read_only(self, on):
        """Refuses every transaction that writes, or no longer."""
        self.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if on else 'off'}")
        self.execute("SELECT pg_reload_conf()")


server = cache(Server)
numbers = itertools.count(1)


class PostgreSql(Database):
    kind = "postgresql"

    def __init__(self, name, on):
        self.name = name
        self.server = on
        port = on.port
        self.url = f"postgres://postgres@127.0.0.1:{port}/{name}"
        self.django = {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": str(port),
                       "USER": "postgres", "NAME": name}

    @classmethod
    def missing(cls):
        return None if programs() else "no initdb (Debian: apt install postgresql)"

    @classmethod
    def new(cls, folder, name="db", on=None):
        made = cls(f"{name}_{next(numbers)}", on or server())
        made.server.execute(f"CREATE DATABASE {made.name}")
        return made

    def move_to(self, folder):
        """Keeps its tables there from now on; nobody may be connected."""
        folder.mkdir()
        give(self.server.account, folder)
        self.server.execute(f"CREATE TABLESPACE {self.name}_there LOCATION '{folder}'")
        self.server.execute(f"ALTER DATABASE {self.name} SET TABLESPACE {self.name}_there")

    def refuse_sessions(self):
        """Says of every new session that there is no room for it; returns what ends that."""
        self.execute("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                     " $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$")
        self.execute("CREATE TRIGGER full_disk BEFORE INSERT ON django_session EXECUTE FUNCTION full_disk()")
        return lambda: self.execute("DROP FUNCTION full_disk CASCADE")

    def discard(self):
        self.server.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        self.server.execute(f"DROP TABLESPACE IF EXISTS {self.name}_there")

    def connect(self):
        return self.server.connect(self.name)

    def tables(self):
        return [name for name, in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]

    def schema(self):
        """What pg_dump writes, sentence by sentence: names, types, defaults, constraints, indexes, sequences."""
        done = run([programs() / "pg_dump", "--schema-only", "--no-owner", "-h", "127.0.0.1", "-p", self.server.port,
                    "-U", "postgres", self.name], self.server.folder, self.server.environment)
        if done.code != 0:
            raise AssertionError(f"pg_dump: {done}")
        # Its `\restrict` lines hold a new word each time.
        lines = [line for line in done.out.splitlines() if line and not line.startswith(("--", "\\"))]
        return "\n".join(lines).split(";\n")

    def copy_from(self, other):
        self.discard()
        self.server.execute(f"CREATE DATABASE {self.name} TEMPLATE {other.name}")

    @contextlib.contextmanager
    def locked(self, table):
        """Another transaction that keeps the table to itself."""
        with self.connect() as connection, connection.transaction():
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield

    def deadlocks(self):
        return self.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
