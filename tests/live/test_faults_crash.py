"""kill -9 under a load of writes: what was answered is in the database, and nothing is there by halves."""
import itertools
import os
import random
import secrets
import signal
import threading
import time

from .support.case import on_kinds
from .support.database import Sqlite
from .support.faults import FaultTest
from .support.http import Browser, send
from .support.kinds import EVERY, SERVERS
from .support.models import PASSWORD, STOCK
from .support.postgresql import PostgreSql

KILLS = 4
REMOTE = {
    "authentication_backends": ["remote_user", "model"],
    "rest_framework": {"default_authentication_classes": ["session", "token", "remote_user"],
                       "default_permission_classes": ["is_authenticated"]},
}


class Crash(FaultTest):
    """New users, each with a token of its own in the same transaction, and new sessions, as many as there can be."""

    settings = REMOTE

    def setUp(self):
        super().setUp()
        self.names, self.sessions, self.numbers = [], [], itertools.count()
        self.chance = random.Random(int(os.environ.get("HALLPASS_SEED", "0")))

    def write(self, until):
        """Writes until an answer does not come, and notes what was answered with success."""
        def user():
            name = f"user{next(self.numbers)}"
            if send(self.port, "GET", "/api/whoami/", [("Remote-User", name)]).status == 200:
                self.names.append(name)

        def session():
            browser = Browser(self.port)
            if browser.login(STOCK.login, PASSWORD).status == 302:
                self.sessions.append(browser.cookies["sessionid"])

        def work(act):
            while not until.is_set():
                try:
                    act()
                except (OSError, AssertionError):  # no answer, or half of one: it was killed
                    time.sleep(0.01)

        threads = [threading.Thread(target=work, args=(act,)) for act in (user, user, user, session)]
        for thread in threads:
            thread.start()
        return threads

    def under_load(self, kill):
        ended = threading.Event()
        threads = self.write(ended)
        try:
            time.sleep(self.chance.uniform(0.2, 0.8))
            kill()
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def assertWhole(self):
        there = {name for name, in self.database.rows("SELECT username FROM auth_user")}
        self.assertEqual(set(self.names) - there, set(), "answered and lost")
        users = {row[0] for row in self.database.rows("SELECT id FROM auth_user")}
        owners = [row[0] for row in self.database.rows("SELECT user_id FROM authtoken_token")]
        self.assertEqual((users, len(owners)), (set(owners), len(users)), "a user and not its token")
        kept = {key for key, in self.database.rows("SELECT session_key FROM django_session")}
        self.assertEqual(set(self.sessions) - kept, set(), "answered and lost")
        if self.kind is Sqlite:
            self.assertEqual(self.database.value("PRAGMA integrity_check"), "ok")

    def test_hallpass_is_killed(self):
        for _ in range(KILLS):
            self.begin()
            self.under_load(lambda: self.running.process.send_signal(signal.SIGKILL))
            self.running.process.wait(10)
            self.assertWhole()
        self.begin()
        for name in self.names[-5:]:
            self.assertEqual(send(self.port, "GET", "/api/whoami/", [("Remote-User", name)]).status, 200)
        self.assertEqual(Browser(self.port, {"sessionid": self.sessions[-1]}).get("/api/whoami/").status, 200)
        print(f"\n{self.kind.__name__}: {len(self.names)} users and {len(self.sessions)} sessions answered, all there")


class DatabaseCrash(Crash):
    test_hallpass_is_killed = None

    def test_database_is_killed(self):
        """The same when it is the database's server that is killed; Hallpass goes on without a restart."""
        self.begin()
        for _ in range(2):
            # Of PostgreSQL the first process is left to tell the others.
            self.under_load(lambda: self.server.end("QUIT" if self.kind is PostgreSql else "KILL"))
            self.server.start()
            self.assertRecovers()
            self.assertWhole()
        self.assertRefused(self.ask(secrets.token_hex(20)))
        self.assertRecovers(self.log_in, 302)


on_kinds(globals(), Crash, EVERY)
on_kinds(globals(), DatabaseCrash, SERVERS)
