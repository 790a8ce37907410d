"""The database stops, stalls, restarts, becomes read-only, is slow, or has no room left."""
import contextlib
import secrets
import threading
import time

from .support.case import on_kinds
from .support.faults import LONGEST, FaultTest
from .support.http import Browser, send
from .support.kinds import EVERY, SERVERS
from .support.models import PASSWORD, STOCK
from .support.postgresql import PostgreSql


class ServerFaults(FaultTest):
    def setUp(self):
        super().setUp()
        if self.kind is PostgreSql:
            self.us.must("migrate", "--with-triggers")
        self.begin()
        self.browser = Browser(self.port)
        self.assertEqual(self.browser.login(STOCK.login, PASSWORD).status, 302)

    def session(self):
        return Browser(self.port, dict(self.browser.cookies)).get("/api/whoami/")

    def test_stopped(self):
        """503 at once while there is no server; nobody is logged out by it, and the process lives."""
        with self.watched(self.session):
            self.server.end()
            try:
                self.assertSoonUnavailable()
                for ask in (self.ask, self.session, self.obtain, self.log_in):
                    began = time.monotonic()
                    self.assertUnavailable(ask())
                    self.assertLess(time.monotonic() - began, 1)
                self.assertEqual(send(self.port, "GET", "/healthz").status, 200)
                self.assertEqual(send(self.port, "GET", "/readyz").status, 503)
                time.sleep(1)
            finally:
                self.server.start()
            self.assertRecovers()
            self.assertRecovers(self.session)
            self.assertRecovers(self.log_in, 302)

    def test_stalled(self):
        """A server that says nothing, on connections that stay open, is given up after the time that it has."""
        with self.watched(self.session):
            with self.server.stalled():
                asks = (self.ask, self.session, self.obtain, self.log_in)
                for answer in at_once(*(self.until_unavailable(ask) for ask in asks)):
                    self.assertUnavailable(answer)
                self.assertEqual(send(self.port, "GET", "/healthz").status, 200)
            self.assertRecovers()
            self.assertRecovers(self.session)
            self.assertRecovers(self.log_in, 302)

    def until_unavailable(self, ask):
        def asking():
            until = time.monotonic() + LONGEST
            while (answer := ask()).status != 503 and time.monotonic() < until:
                time.sleep(0.05)
            return answer
        return asking

    def test_restarted(self):
        """A restart is seen as a moment of 503, or not at all."""
        with self.watched(self.session, self.log_in):
            for _ in range(3):
                self.server.end()
                self.server.start()
                self.assertRecovers()
                self.assertRecovers(self.log_in, 302)

    def test_read_only(self):
        """What reads goes on, what writes is 503, and a refusal sets no cookie."""
        with self.watched(self.session):
            with self.read_only():
                self.assertUnavailable(self.log_in())
                for ask in (self.ask, self.session, self.obtain):
                    self.assertEqual(ask().status, 200)
            self.assertRecovers(self.log_in, 302)

    @contextlib.contextmanager
    def read_only(self):
        self.server.read_only(True)
        try:
            time.sleep(0.2)  # PostgreSQL's processes read it when they come to it
            yield
        finally:
            self.server.read_only(False)

    def test_slow(self):
        """A table that another transaction holds: a moment is waited for, longer than the time allowed is 503."""
        with self.watched():
            with self.database.locked("authtoken_token"):
                waiting, answers = in_background(self.ask_unknown)
                time.sleep(1)
                self.assertEqual(answers, [])
            waiting.join()
            self.assertRefused(answers[0])
            with self.database.locked("authtoken_token"):
                began = time.monotonic()
                self.assertUnavailable(self.ask_unknown())
                self.assertLess(time.monotonic() - began, LONGEST)
            self.assertRecovers()
            self.assertRefused(self.ask_unknown())


class Uncommitted(FaultTest):
    """What another transaction has not committed is not seen, and what it undid never was."""

    def setUp(self):
        super().setUp()
        if self.kind is PostgreSql:
            self.us.must("migrate", "--with-triggers")
        self.begin()

    @contextlib.contextmanager
    def transaction(self, end):
        with contextlib.closing(self.database.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute("BEGIN")
            yield lambda sql: cursor.execute(sql)
            cursor.execute(end)

    def test_uncommitted(self):
        fresh = secrets.token_hex(20)
        replace = f"""UPDATE authtoken_token SET "key" = '{fresh}'"""
        for end in ("ROLLBACK", "COMMIT"):
            self.assertRefused(self.ask(fresh))
            with self.transaction(end) as execute:
                execute(replace)
                for _ in range(3):
                    self.assertRefused(self.ask(fresh))
                    self.assertEqual(self.ask().status, 200)
            if end == "ROLLBACK":
                self.assertRefused(self.ask(fresh))
                self.assertEqual(self.ask().status, 200)
        self.assertTrue(soon(lambda: self.ask(fresh).status == 200))
        self.assertTrue(soon(lambda: self.ask().status != 200))


on_kinds(globals(), ServerFaults, SERVERS)
on_kinds(globals(), Uncommitted, EVERY)


def soon(holds):
    """Within the second after which PostgreSQL's notifications must have come."""
    until = time.monotonic() + 1
    while not holds():
        if time.monotonic() > until:
            return False
    return True


def in_background(ask):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask()))
    thread.start()
    return thread, answers


def at_once(*asks):
    running = [in_background(ask) for ask in asks]
    for thread, _ in running:
        thread.join()
    return [answer for _, answers in running for answer in answers]
