"""The kinds of databases that rules are checked on."""
from .database import Sqlite
from .mariadb import MariaDb
from .postgresql import PostgreSql

SERVERS = (PostgreSql, MariaDb)
EVERY = (Sqlite, *SERVERS)
