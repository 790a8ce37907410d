"""The clock jumps back and forth: nobody is let in for longer than the clock says, and nothing falls over."""
import base64
import itertools
import re
import secrets
import threading
import time

from .support.case import LiveTest, on_kinds
from .support.clock import Clock
from .support.database import Sqlite
from .support.faults import FaultTest
from .support.http import Browser, send
from .support.models import PASSWORD, STOCK
from .support.postgresql import PostgreSql
from .support.process import free_port

MINUTE, HOUR, DAY = 60, 3600, 86400
YEAR = 365 * DAY


class Clocked(FaultTest):
    def setUp(self):
        super().setUp()
        self.clock = Clock(self)

    def begin(self):
        super().begin(**self.clock.environment)
        self.addCleanup(lambda: self.assertNotIn("panicked", self.running.output()))


class SessionsByTheClock(Clocked):
    """A session lives for two weeks of the clock, remembered or not."""

    def test_sessions(self):
        self.begin()
        browser = Browser(self.port)
        self.assertEqual(browser.login(STOCK.login, PASSWORD).status, 302)
        for offset in (0, 13 * DAY, 15 * DAY, 13 * DAY, -DAY, 15 * DAY, 30 * YEAR, -YEAR, 0):
            self.clock.set(offset)
            expected = 200 if offset < 14 * DAY else 403
            for _ in range(3):
                known = Browser(self.port, dict(browser.cookies))
                self.assertEqual(known.get("/api/whoami/").status, expected, f"{offset / DAY} days")

    def test_log_ins(self):
        """Logging in works at any time, and what it gives lasts from then on."""
        self.begin()
        for offset in (20 * YEAR, -30 * YEAR, 0):
            self.clock.set(offset)
            browser = Browser(self.port)
            self.assertEqual(browser.login(STOCK.login, PASSWORD).status, 302)
            self.assertEqual(browser.get("/api/whoami/").status, 200)
            self.clock.set(offset + 15 * DAY)
            self.assertEqual(browser.get("/api/whoami/").status, 403)
            self.assertEqual(self.ask().status, 200)


class DbSessionsByTheClock(SessionsByTheClock, LiveTest):
    settings = {"session_engine": "db"}


class CookieSessionsByTheClock(SessionsByTheClock, LiveTest):
    settings = {"session_engine": "signed_cookies"}


class BasicByTheClock(Clocked, LiveTest):
    """What was found right is believed for as long as is said, however late the clock says that it is."""

    SECONDS = 2

    def setUp(self):
        self.settings = {"identity_cache": {"remember_basic": self.SECONDS},
                         "metrics_bind": f"127.0.0.1:{free_port()}"}
        super().setUp()
        self.begin()

    def basic(self, password=PASSWORD):
        credentials = base64.b64encode(f"{STOCK.login}:{password}".encode()).decode()
        return send(self.port, "GET", "/api/whoami/", [("Authorization", f"Basic {credentials}")]).status

    def hashes(self):
        port = int(self.settings["metrics_bind"].rpartition(":")[2])
        return int(re.search(r"hallpass_hash_seconds_count (\d+)", send(port, "GET", "/metrics").text())[1])

    def test_forgotten_in_time(self):
        self.assertEqual(self.basic(), 200)
        for offset in (-DAY, YEAR, -YEAR):
            before = self.hashes()
            self.clock.set(offset)
            time.sleep(self.SECONDS + 0.2)
            self.assertEqual(self.basic(), 200)
            self.assertEqual(self.hashes(), before + 1, "believed for longer")

    def test_a_changed_password_ends_it(self):
        for number, offset in enumerate((-DAY, YEAR, 0)):
            old = PASSWORD if number == 0 else f"another-odd-{number}"
            self.assertEqual((self.basic(old), self.basic(old)), (200, 200))
            self.clock.set(offset)
            self.us.must("changepassword", STOCK.login, "--password-stdin", stdin=f"another-odd-{number + 1}")
            self.assertIn(self.basic(old), (401, 403))


class ThrottlesByTheClock(Clocked, LiveTest):
    """A clock that is set back gives nobody more requests; when it is right again all is as before."""

    settings = {"rest_framework": {
        "default_authentication_classes": ["token"],
        "default_permission_classes": ["is_authenticated"],
        "default_throttle_classes": ["user"],
        "default_throttle_rates": {"user": "5/min"},
    }}

    def statuses(self, number):
        return [self.ask().status for _ in range(number)]

    def test_throttles(self):
        self.begin()  # asks once
        self.assertEqual(self.statuses(5), [200] * 4 + [429])
        for offset in (-HOUR, -YEAR, -1):
            self.clock.set(offset)
            self.assertEqual(self.statuses(3), [429] * 3)
        self.clock.set(0)
        self.assertEqual(self.statuses(3), [429] * 3)
        self.clock.set(2 * MINUTE)
        self.assertEqual(self.statuses(6), [200] * 5 + [429])


class RevocationByTheClock(Clocked):
    """What is revoked while the clock jumps is refused as quickly as ever."""

    def setUp(self):
        super().setUp()
        if self.kind is PostgreSql:
            self.us.must("migrate", "--with-triggers")
        self.begin()

    def jump(self, ended):
        for offset in itertools.cycle((DAY, -YEAR, 10 * YEAR, -MINUTE, 0)):
            self.clock.set(offset)
            if ended.wait(0.02):
                return

    def test_revocation(self):
        owner = self.database.value("SELECT id FROM auth_user")
        ended = threading.Event()
        jumping = threading.Thread(target=self.jump, args=(ended,))
        jumping.start()
        try:
            longest = max(self.late(owner) for _ in range(30))
        finally:
            ended.set()
            jumping.join()
        print(f"\n{self.kind.__name__}: revoked while the clock jumped, still accepted for {longest * 1000:.1f} ms at most")
        self.assertLessEqual(longest, 1 if self.kind is PostgreSql else 0)

    def late(self, owner):
        """For how long a token was accepted after it was replaced, in seconds."""
        key = secrets.token_hex(20)
        self.database.execute("""UPDATE authtoken_token SET "key" = ? WHERE user_id = ?""", [key, owner])
        self.assertRecoversWith(key)
        self.assertEqual(self.ask(key).status, 200)
        self.database.execute("""UPDATE authtoken_token SET "key" = ? WHERE user_id = ?""", [secrets.token_hex(20), owner])
        revoked = begun = time.monotonic()
        late = 0.0
        while (status := self.ask(key).status) == 200:
            late = begun - revoked + 1e-9
            begun = time.monotonic()
        self.assertIn(status, (401, 403))
        return late

    def assertRecoversWith(self, key):
        """A new token is good at once; where notifications carry the news, soon."""
        until = time.monotonic() + 1
        while self.ask(key).status != 200:
            self.assertLess(time.monotonic(), until)


on_kinds(globals(), RevocationByTheClock, (Sqlite, PostgreSql))
