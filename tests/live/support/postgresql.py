"""Databases on a PostgreSQL server of the run's own."""
import itertools
import os
from functools import cache
from pathlib import Path

import psycopg

from .database import Database
from .private_server import PrivateServer, program
from .process import run


def programs():
    """The folder of `initdb` and its like: Debian keeps them out of PATH, one folder a version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = program("initdb", *filter(None, [os.environ.get("TEST_POSTGRESQL_BIN")]), *versions)
    return found and found.resolve().parent


class Server(PrivateServer):
    account = "postgres"
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


server = cache(Server)
numbers = itertools.count(1)


class PostgreSql(Database):
    kind = "postgresql"

    def __init__(self, name):
        self.name = name
        port = server().port
        self.url = f"postgres://postgres@127.0.0.1:{port}/{name}"
        self.django = {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": str(port),
                       "USER": "postgres", "NAME": name}

    @classmethod
    def missing(cls):
        return None if programs() else "no initdb (Debian: apt install postgresql)"

    @classmethod
    def new(cls, folder, name="db"):
        made = cls(f"{name}_{next(numbers)}")
        server().execute(f"CREATE DATABASE {made.name}")
        return made

    def discard(self):
        server().execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def connect(self):
        return server().connect(self.name)

    def tables(self):
        return [name for name, in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]

    def schema(self):
        """What pg_dump writes, sentence by sentence: names, types, defaults, constraints, indexes, sequences."""
        done = run([programs() / "pg_dump", "--schema-only", "--no-owner", "-h", "127.0.0.1", "-p", server().port,
                    "-U", "postgres", self.name], server().folder, server().environment)
        if done.code != 0:
            raise AssertionError(f"pg_dump: {done}")
        # Its `\restrict` lines hold a new word each time.
        lines = [line for line in done.out.splitlines() if line and not line.startswith(("--", "\\"))]
        return "\n".join(lines).split(";\n")

    def copy_from(self, other):
        self.discard()
        server().execute(f"CREATE DATABASE {self.name} TEMPLATE {other.name}")

    def deadlocks(self):
        return self.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
