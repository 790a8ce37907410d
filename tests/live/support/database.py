"""What is in an SQLite file, and what another process can do to it."""
import contextlib
import sqlite3


def rows(path, sql, parameters=()):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, parameters).fetchall()


def value(path, sql, parameters=()):
    return rows(path, sql, parameters)[0][0]


def execute(path, sql, parameters=()):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, parameters)


def dump(path):
    """Every statement that would make this database again."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def schema(path):
    """The texts of all tables and indexes, SQLite's own excepted, in one order."""
    found = rows(path, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    return sorted(found)


def journal_mode(path):
    return value(path, "PRAGMA journal_mode")


@contextlib.contextmanager
def exclusive_lock(path):
    """Another process that keeps the whole file to itself."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")
