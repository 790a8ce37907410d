"""Redis stops, stalls and restarts, where it keeps sessions or the counts of throttles."""
import secrets
import time

from .support.case import LiveTest
from .support.faults import FaultTest
from .support.http import Browser, send
from .support.models import PASSWORD, STOCK
from .support.redis import Redis

# A request waits so long for Redis, and what a busy machine adds.
PATIENCE = 2 + 2


class RedisFaults(FaultTest):
    """What needs Redis is 503 while it is gone; what does not goes on."""

    def empty(self, name="db"):
        self.redis = Redis(self)
        return super().empty(name)

    def hallpass(self, **settings):
        cache = {"backend": "redis", "location": self.redis.url}
        return super().hallpass(**{**settings, "caches.default": cache})

    def test_stopped(self):
        with self.watched(*self.needless):
            for _ in range(2):
                self.redis.stop()
                self.assertSoonUnavailable(self.needs, PATIENCE)
                began = time.monotonic()
                self.assertUnavailable(self.needs())
                self.assertLess(time.monotonic() - began, 1)
                self.assertNeedless()
                self.redis.start()
                self.assertBack()

    def test_stalled(self):
        with self.watched(*self.needless):
            with self.redis.stalled():
                self.assertSoonUnavailable(self.needs, PATIENCE)
                self.assertNeedless()
            self.assertBack()

    def test_restarted_under_load(self):
        with self.watched(self.needs, *self.needless):
            for _ in range(3):
                self.redis.stop()
                self.redis.start()
                self.assertBack()

    def assertNeedless(self):
        self.assertEqual(send(self.port, "GET", "/healthz").status, 200)
        for ask in self.needless:
            self.assertEqual(ask().status, 200)


class SessionFaults(RedisFaults):
    def setUp(self):
        super().setUp()
        self.needless = (self.obtain,)
        self.begin()
        self.browser = Browser(self.port)
        self.assertEqual(self.browser.login(STOCK.login, PASSWORD).status, 302)

    def needs(self):
        """Whoever has a session; 302 stands for a log-in."""
        known = Browser(self.port, dict(self.browser.cookies))
        answer = known.get("/api/whoami/")
        self.assertEqual(known.cookies, self.browser.cookies, "a cookie was taken away")
        return answer

    def test_unknown_sessions(self):
        """A session that nobody has is not let in by a Redis that is gone."""
        unknown = lambda: Browser(self.port, {"sessionid": secrets.token_hex(16)}).get("/api/whoami/")
        self.assertRefused(unknown())
        self.redis.stop()
        self.assertUnavailable(unknown())
        self.assertWrites(self.log_in())
        self.redis.start()
        self.assertRecovers(unknown, 403)


class CacheSessionFaults(SessionFaults, LiveTest):
    settings = {"session_engine": "cache"}
    allowed = {"needs": (403, 503)}

    def needs(self):
        """Redis forgets with every end: a session that is gone is looked for as one that is there."""
        return Browser(self.port, {"sessionid": "0" * 32}).get("/api/whoami/")

    def assertWrites(self, answer):
        self.assertUnavailable(answer)

    def assertBack(self):
        self.assertRecovers(self.needs, 403)
        self.assertRecovers(self.log_in, 302)


class CachedDbSessionFaults(SessionFaults, LiveTest):
    settings = {"session_engine": "cached_db"}

    def assertWrites(self, answer):
        """The row is enough, as in Django."""
        self.assertEqual(answer.status, 302)

    def assertBack(self):
        """The rows are still there, so nobody has to log in again."""
        self.assertRecovers(self.needs)


class ThrottleFaults(RedisFaults, LiveTest):
    """A count that cannot be made lets nobody through."""

    needless = ()
    settings = {"rest_framework": {
        "default_authentication_classes": ["token"],
        "default_permission_classes": ["is_authenticated"],
        "default_throttle_classes": ["user", "anon"],
        "default_throttle_rates": {"user": "1000000/day", "anon": "1000000/day"},
    }}

    def setUp(self):
        super().setUp()
        self.begin()

    def needs(self):
        return self.ask()

    def assertBack(self):
        self.assertRecovers()

    def test_unknown_callers(self):
        """A wrong token is refused before anything is counted; nobody at all is not let in."""
        self.redis.stop()
        self.assertRefused(self.ask_unknown())
        self.assertRefused(send(self.port, "GET", "/api/whoami/"))
        self.redis.start()
        self.assertBack()
