"""Databases on a MariaDB server of the run's own."""
import itertools
import re
from functools import cache

import pymysql

from .database import Database
from .private_server import PrivateServer, program

USER, PASSWORD = "live", "s3cret/word"


class Server(PrivateServer):
    account = "mysql"
    stop_signal = "KILL"  # nothing is kept, so nothing has to be written down

    def preparation(self):
        return [[program("mariadb-install-db"), "--no-defaults", f"--datadir={self.folder}/data",
                 "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-log-bin"]]

    def command(self):
        return [program("mariadbd", "/usr/sbin"), "--no-defaults", f"--datadir={self.folder}/data",
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

    def ask(self):
        """The first one who gets through makes the account that everybody uses."""
        with pymysql.connect(unix_socket=f"{self.folder}/sock", user="root") as connection:
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}'")
                cursor.execute(f"GRANT ALL ON *.* TO {USER}@'%'")


server = cache(Server)
numbers = itertools.count(1)


class MariaDb(Database):
    kind = "mariadb"
    django_needs = "import pymysql\npymysql.install_as_MySQLdb()\n"

    def __init__(self, name):
        self.name = name
        port = server().port
        self.url = f"mysql://{USER}:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{port}/{name}"
        self.django = {"ENGINE": "django.db.backends.mysql", "HOST": "127.0.0.1", "PORT": str(port),
                       "USER": USER, "PASSWORD": PASSWORD, "NAME": name}

    @classmethod
    def missing(cls):
        return None if program("mariadbd", "/usr/sbin") else "no mariadbd (Debian: apt install mariadb-server)"

    @classmethod
    def new(cls, folder, name="db"):
        made = cls(f"{name}_{next(numbers)}")
        made._make()
        return made

    def _make(self):
        server().execute(f"CREATE DATABASE {self.name} CHARACTER SET utf8mb4")

    def discard(self):
        server().execute(f"DROP DATABASE IF EXISTS {self.name}")

    def connect(self):
        return server().connect(self.name)

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

    def deadlocks(self):
        return int(self.rows("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")[0][1])
