"""Databases on a MariaDB server of the run's own."""
import contextlib
import itertools
import re
import shutil
from functools import cache

import pymysql

from .database import Database
from .private_server import PrivateServer, give, program

USER, PASSWORD = "live", "s3cret/word"


class Server(PrivateServer):
    account = "mysql"
    stop_signal = "KILL"  # nothing is kept, so nothing has to be written down

    def preparation(self):
        return [[program("mariadb-install-db"), "--no-defaults", f"--datadir={self.folder}/data",
                 "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-log-bin"]]

    def command(self):
        # A server that starts empties its folder of temporary tables: no two share one.
        return [program("mariadbd", "/usr/sbin"), "--no-defaults", f"--datadir={self.folder}/data", f"--tmpdir={self.folder}",
                f"--socket={self.folder}/sock", f"--pid-file={self.folder}/pid", f"--port={self.port}",
                "--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin", "--max-connections=300",
                "--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync", "--innodb-buffer-pool-size=64M"]

    def connect(self, database=None):
        # Names in double quotes, as everywhere else.
        return pymysql.connect(host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, database=database,
                               autocommit=True, init_command="SET sql_mode = 'ANSI_QUOTES,STRICT_TRANS_TABLES'")

    def execute(self, sql):
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(sql)

    def read_only(self, on):
        """Refuses every statement that writes, or no longer."""
        self.as_root(f"SET GLOBAL read_only = {int(on)}")

    def ask(self):
        self.as_root("SELECT 1")

    def prepare(self):
        """Makes the account that everybody uses. It has no way around a server that is read-only."""
        self.as_root(f"CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}'", f"GRANT ALL ON *.* TO {USER}@'%'",
                     f"REVOKE SUPER, READ_ONLY ADMIN ON *.* FROM {USER}@'%'")

    def as_root(self, *statements):
        with pymysql.connect(unix_socket=f"{self.folder}/sock", user="root", autocommit=True) as connection:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)


server = cache(Server)
numbers = itertools.count(1)


class MariaDb(Database):
    kind = "mariadb"
    django_needs = "import pymysql\npymysql.install_as_MySQLdb()\n"

    def __init__(self, name, on):
        self.name = name
        self.server = on
        port = on.port
        self.url = f"mysql://{USER}:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{port}/{name}"
        self.django = {"ENGINE": "django.db.backends.mysql", "HOST": "127.0.0.1", "PORT": str(port),
                       "USER": USER, "PASSWORD": PASSWORD, "NAME": name}

    @classmethod
    def missing(cls):
        return None if program("mariadbd", "/usr/sbin") else "no mariadbd (Debian: apt install mariadb-server)"

    @classmethod
    def new(cls, folder, name="db", on=None):
        made = cls(f"{name}_{next(numbers)}", on or server())
        made._make()
        return made

    def _make(self):
        self.server.execute(f"CREATE DATABASE {self.name} CHARACTER SET utf8mb4")

    def move_to(self, folder):
        """Keeps its tables there from now on; there must be none yet."""
        place = self.server.folder / "data" / self.name
        shutil.move(place, folder)
        give(self.server.account, folder, *folder.iterdir())
        place.symlink_to(folder)

    def refuse_sessions(self):
        """Says of every new session that there is no room for it; returns what ends that."""
        self.execute("CREATE TRIGGER full_disk BEFORE INSERT ON django_session FOR EACH ROW"
                     " SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'")
        return lambda: self.execute("DROP TRIGGER full_disk")

    def discard(self):
        self.server.execute(f"DROP DATABASE IF EXISTS {self.name}")

    def connect(self):
        return self.server.connect(self.name)

    def tables(self):
        return sorted(name for name, in self.rows("SHOW TABLES"))

    def schema(self):
        """The server's own description of every table, without the counter, which tells of rows."""
        return [re.sub(r" AUTO_INCREMENT=\d+", "", self._definition(table)) for table in self.tables()]

    def _definition(self, table):
        return self.rows(f'SHOW CREATE TABLE "{table}"')[0][1]

    def copy_from(self, other):
        self.discard()
        self._make()
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SET foreign_key_checks = 0")
            for table in other.tables():
                cursor.execute(other._definition(table))
                cursor.execute(f'INSERT INTO "{table}" SELECT * FROM {other.name}."{table}"')

    @contextlib.contextmanager
    def locked(self, table):
        """Another connection that keeps the table to itself."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLES {table} WRITE")
            yield

    def deadlocks(self):
        return int(self.rows("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")[0][1])
