"""The database of one side: made from the fixture, read from outside, put back between episodes."""
import os
import shutil
import sqlite3
from pathlib import Path

# Everything that a request can change, the referring tables first.
CHANGING = ("authtoken_token", "django_session", "reference_widget", "tests_basicmodel", "auth_user")


class Sqlite:
    """A file of one side's own."""

    def __init__(self, file, fixture):
        self.file = Path(file)
        shutil.copyfile(fixture, self.file)
        self.url = f"sqlite:///{self.file.absolute()}"
        self.connection = sqlite3.connect(self.file, isolation_level=None, timeout=30)
        self.kept = {table: self.select(f"SELECT * FROM {table}") for table in CHANGING}
        self.counters = self.select("SELECT name, seq FROM sqlite_sequence")

    def select(self, query):
        return self.connection.execute(query).fetchall()

    def restore(self):
        self.connection.execute("BEGIN IMMEDIATE")
        for table in CHANGING:
            self.connection.execute(f"DELETE FROM {table}")
        for table in reversed(CHANGING):
            places = ", ".join("?" * len(self.kept[table][0]))
            self.connection.executemany(f"INSERT INTO {table} VALUES ({places})", self.kept[table])
        self.connection.executemany("UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1", self.counters)
        self.connection.execute("COMMIT")

    def close(self):
        self.connection.close()
        os.remove(self.file)


class Postgres:
    """A database of one side's own on a private server, copied from the fixture's."""

    COUNTERS = ("auth_user", "reference_widget", "tests_basicmodel")

    def __init__(self, server, name, fixture):
        import psycopg

        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{fixture}"')
        self.server, self.name = server, name
        self.url = server.url(name)
        self.connection = psycopg.connect(self.url, autocommit=True)
        # Rows are put back in any order.
        self.connection.execute("SET session_replication_role = replica")
        self.kept = {table: self.select(f"SELECT * FROM {table}") for table in CHANGING}

    def select(self, query):
        return self.connection.execute(query).fetchall()

    def restore(self):
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for table in CHANGING:
                cursor.execute(f"DELETE FROM {table}")
                places = ", ".join(["%s"] * len(self.kept[table][0]))
                cursor.executemany(f"INSERT INTO {table} VALUES ({places})", self.kept[table])
            for table in self.COUNTERS:
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")

    def close(self):
        self.connection.close()
        self.server.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')
