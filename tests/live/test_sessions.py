"""Session engines: a session that one side made is the other side's too, and so is its end."""
import json
import pickle
import re
from datetime import datetime, timedelta, timezone

from .support.case import LiveTest, beside_every_django, on_kinds
from .support.database import moment
from .support.http import Browser, send
from .support.kinds import EVERY
from .support.models import PASSWORD, SECRET_KEY, STOCK
from .support.redis import Redis

BACKENDS = "django.contrib.sessions.backends."

# What another application may keep in a session: every type of JSON, beyond 53 bits, in an order of its own.
THEIRS = {
    "z": 9007199254740993,
    "big": [2**63, -2**64, 10**40, -1, 0, 255, 256, 65536, -2**31],
    "floats": [0.1, 1e16, 1e-7, -0.0, 1.7976931348623157e308, 5e-324, 1.0],
    "a": {"y": None, "b": [True, False, [], {}], "nested": [[[["deep"]]]]},
    "ä☃": "𝄞 \u0000 \" \\ ü",
    "surrogate": "a\ud800b",
    "long": "word " * 200,
    "many": {f"key{number}": number for number in range(50)},
}


class Sessions:
    """The rules of all engines."""

    model = STOCK
    engine = None
    caches = {}
    key_prefix = None

    def setUp(self):
        super().setUp()
        self.prepare()
        self.them = self.django()
        self.them.migrate()
        self.us = self.rust()
        self.us.must("createuser", STOCK.login, "--password-stdin", stdin=PASSWORD)

    def prepare(self):
        """Starts what the engine needs."""

    def django(self, **settings):
        caches = {"CACHES": {"default": {name.upper(): value for name, value in self.caches.items()}}}
        return self.project(SESSION_ENGINE=BACKENDS + self.engine, **(caches if self.caches else {}), **settings)

    def rust(self, **settings):
        caches = {"caches.default": self.caches} if self.caches else {}
        return self.hallpass(session_engine=self.engine, **caches, **settings)

    def both(self):
        return self.serve(self.us), self.serve(self.them)

    def put(self, browser, values):
        answer = browser.send("POST", "/session/set/", [("Content-Type", "application/json")], json.dumps(values))
        self.assertEqual(answer.status, 200, answer.text())

    def whoami(self, browser, port):
        browser.port = port
        return browser.get("/api/whoami/")

    def assertKnown(self, browser, port):
        answer = self.whoami(browser, port)
        self.assertEqual((answer.status, answer.json().get("username")), (200, STOCK.login), answer.text())

    def assertUnknown(self, browser, port):
        answer = self.whoami(browser, port)
        self.assertEqual((answer.status, answer.json()),
                         (403, {"detail": "Authentication credentials were not provided."}))

    def log_out(self, browser, port):
        browser.port = port
        browser.post("/api-auth/logout/", {"csrfmiddlewaretoken": browser.cookies["csrftoken"]})
        self.assertNotIn("sessionid", browser.cookies)

    @beside_every_django
    def test_log_in_here_read_there(self):
        """A log-in on one side is known on the other; a log-out on either side is one on both."""
        ours, theirs = self.both()
        for here, there in ((ours, theirs), (theirs, ours)):
            for leave in (here, there):
                browser = Browser(here)
                self.assertEqual(browser.login(STOCK.login, PASSWORD).status, 302)
                self.assertKnown(browser, there)
                self.assertKnown(browser, here)
                old = dict(browser.cookies)
                self.log_out(browser, leave)
                for side in (here, there):
                    self.assertUnknown(browser, side)
                    if self.engine != "signed_cookies":
                        self.assertUnknown(Browser(side, dict(old)), side)
                self.assertNothingLeft()

    @beside_every_django
    def test_values_of_others_survive(self):
        """What Django keeps in an anonymous session is there digit for digit, in its order, after a log-in here."""
        ours, theirs = self.both()
        browser = Browser(theirs)
        self.put(browser, THEIRS)
        first = browser.cookies["sessionid"]
        browser.port = ours
        self.assertEqual(browser.login(STOCK.login, PASSWORD).status, 302)
        self.assertNotEqual(browser.cookies["sessionid"], first)
        browser.port = theirs
        text = browser.get("/session/get/").text()
        self.assertTrue(text.startswith(json.dumps(THEIRS)[:-1] + ', "_auth_user_id": '), text)
        self.assertEqual(browser.get("/page/").text(), STOCK.login)
        # Changed there, it is what the next change here starts from.
        self.put(browser, {"more": 2**70})
        browser.port = ours
        self.assertEqual(browser.login(STOCK.login, PASSWORD).status, 302)
        browser.port = theirs
        self.assertTrue(browser.get("/session/get/").text().endswith(f', "more": {2**70}}}'))

    def test_ends_of_their_own(self):
        """Seconds and instants that Django set are kept by a save here, in cookie, row and cache."""
        ours, theirs = self.both()
        instant = (datetime.now(timezone.utc) + timedelta(seconds=5000)).isoformat()
        for expiry, seconds, ends in ((300, 300, True), (instant, 5000, True), (0, 1209600, False)):
            browser = Browser(theirs)
            self.put(browser, {"expiry": expiry})
            browser.port = ours
            cookie = self.cookie(browser.login(STOCK.login, PASSWORD))
            self.assertEqual(("Max-Age" in cookie, "expires" in cookie), (ends, ends), cookie)
            if ends:
                self.assertTrue(seconds - 60 <= int(re.search(r"Max-Age=(\d+);", cookie)[1]) <= seconds, cookie)
            self.assertKnown(browser, theirs)
            self.assertLives(browser.cookies["sessionid"], seconds - 60, seconds)

    def test_ends_of_all(self):
        """`SESSION_COOKIE_AGE`, `SESSION_EXPIRE_AT_BROWSER_CLOSE` and `SESSION_SAVE_EVERY_REQUEST` do the same."""
        for settings in ({"SESSION_COOKIE_AGE": 500}, {"SESSION_EXPIRE_AT_BROWSER_CLOSE": True},
                         {"SESSION_SAVE_EVERY_REQUEST": True, "SESSION_COOKIE_AGE": 700}):
            ours = self.serve(self.rust(**{name.lower(): value for name, value in settings.items()}))
            theirs = self.serve(self.django(**settings))
            seen = []
            for port in (ours, theirs):
                browser = Browser(port)
                answers = [browser.login(STOCK.login, PASSWORD), browser.get("/api/whoami/"), browser.get("/api/whoami/")]
                seen.append([self.shape(self.cookie(answer)) for answer in answers])
                self.assertKnown(browser, theirs if port == ours else ours)
                age = settings.get("SESSION_COOKIE_AGE", 1209600)
                self.assertLives(browser.cookies["sessionid"], age - 60, age)
            self.assertEqual(*seen)

    def cookie(self, answer):
        return next((text for text in answer.all("Set-Cookie") if text.startswith("sessionid=")), None)

    def shape(self, cookie):
        """A session cookie without its value and its date."""
        return cookie and re.sub(r"expires=[^;]+", "expires=<date>", cookie.partition("; ")[2])

    @beside_every_django
    def test_retired_key(self):
        """A session made under a retired secret key is let in, and renewed in place for the current one."""
        old = self.serve(self.them)
        browser = Browser(old)
        self.assertEqual(browser.login(STOCK.login, PASSWORD).status, 302)
        first = browser.cookies["sessionid"]
        fresh = "another-live-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"
        new = self.serve(self.rust(secret_key=fresh, secret_key_fallbacks=[SECRET_KEY]))
        self.assertKnown(browser, new)
        self.assertNotEqual(browser.cookies["sessionid"], first)
        # A Django that knows the current key alone.
        self.assertKnown(browser, self.serve(self.django(SECRET_KEY=fresh)))

    def test_a_session_ends_with_the_password(self):
        """A password changed on one side ends the sessions that the other side made."""
        ours, theirs = self.both()
        for here, there in ((ours, theirs), (theirs, ours)):
            browser = Browser(there)
            self.assertEqual(browser.login(STOCK.login, PASSWORD).status, 302)
            self.us.must("changepassword", STOCK.login, "--password-stdin", stdin="other-odd-password-88")
            self.assertUnknown(browser, here)
            self.assertNotIn("sessionid", browser.cookies)
            self.assertNothingLeft()
            self.us.must("changepassword", STOCK.login, "--password-stdin", stdin=PASSWORD)

    def test_anonymous_requests_leave_nothing(self):
        """Without a log-in there is no session, whatever cookie comes along."""
        ours, _ = self.both()
        for cookies in ({}, {"sessionid": "u" * 32}, {"sessionid": "short"}, {"sessionid": "x:y:z" * 10}):
            for target in ("/api/whoami/", "/api-auth/login/", "/healthz"):
                Browser(ours, dict(cookies)).get(target)
        self.assertNothingLeft()

    def test_expired_rows(self):
        """`clearsessions` removes expired rows where sessions are rows, and does nothing elsewhere, on both sides."""
        for side, key in ((self.us, "o" * 32), (self.them, "t" * 32)):
            self.database.execute("INSERT INTO django_session VALUES (?, 'x', '2020-01-01 00:00:00')", (key,))
            side.must("clearsessions")
            left = self.rows()
            self.assertEqual(left, [] if self.engine in ("db", "cached_db") else [key])
            self.database.execute("DELETE FROM django_session")

    def rows(self):
        return [row[0] for row in self.database.rows("SELECT session_key FROM django_session")]

    def assertNothingLeft(self):
        self.assertEqual(self.rows(), [])

    def assertLives(self, key, least, most):
        pass


class Rows(Sessions):
    def assertLives(self, key, least, most):
        ends = moment(self.database.value("SELECT expire_date FROM django_session WHERE session_key = ?", (key,)))
        left = (ends - datetime.now(timezone.utc)).total_seconds()
        self.assertTrue(least <= left <= most, left)


class Cached(Sessions):
    def prepare(self):
        self.redis = Redis(self)
        self.caches = {"backend": "django.core.cache.backends.redis.RedisCache", "location": self.redis.url,
                       "key_prefix": "live", "version": 3}

    def entry(self, key):
        return f"live:3:django.contrib.sessions.{self.engine}{key}"

    def assertNothingLeft(self):
        super().assertNothingLeft()
        self.assertEqual(self.redis.keys(), [])

    def assertLives(self, key, least, most):
        left = self.redis.ask("TTL", self.entry(key))
        self.assertTrue(least <= left <= most, left)

    def test_entries_are_the_same(self):
        """Both sides keep one entry under one key; what we pickle, Python unpickles to what Django would have kept."""
        ours, theirs = self.both()
        browser = Browser(theirs)
        self.put(browser, THEIRS)
        self.assertEqual(self.redis.keys(), [self.entry(browser.cookies["sessionid"])])
        browser.port = ours
        browser.login(STOCK.login, PASSWORD)
        key = self.entry(browser.cookies["sessionid"])
        self.assertEqual(self.redis.keys(), [key])
        value = pickle.loads(self.redis.ask("GET", key))
        self.assertEqual(json.dumps(value, sort_keys=False)[:-1].split(', "_auth_user_id"')[0],
                         json.dumps(THEIRS)[:-1])
        self.assertKnown(browser, theirs)

    def test_foreign_pickles(self):
        """An entry that is more than data is never run here."""
        class Call:
            def __reduce__(self):
                return open, (str(self.folder / "broken-into"), "w")

        Call.folder = self.folder
        ours, _ = self.both()
        self.redis.ask("SET", self.entry("k" * 32), pickle.dumps({"_auth_user_id": "1", "call": Call()}))
        self.assertUnknown(Browser(ours, {"sessionid": "k" * 32}), ours)
        self.assertFalse((self.folder / "broken-into").exists())

    def test_redis_gone(self):
        """Redis gone is 503 with `Retry-After`, no cookie is taken away, and all is well again when it is back."""
        ours, theirs = self.both()
        browser = Browser(theirs)
        browser.login(STOCK.login, PASSWORD)
        self.assertKnown(browser, ours)
        cookies = dict(browser.cookies)
        self.redis.stop()
        answer = self.whoami(browser, ours)
        self.assertEqual((answer.status, answer.header("Retry-After")), (503, "1"))
        self.assertEqual(browser.cookies, cookies)
        self.assertEqual(send(ours, "GET", "/healthz").status, 200)
        self.redis.start()
        if self.engine == "cached_db":
            self.assertKnown(browser, ours)  # its entry is gone, its row is not
        else:
            self.assertUnknown(browser, ours)
        fresh = Browser(ours)
        self.assertEqual(fresh.login(STOCK.login, PASSWORD).status, 302)
        self.assertKnown(fresh, theirs)


class DbSessions(Rows):
    engine = "db"


on_kinds(globals(), DbSessions, EVERY)


class CookieSessions(Sessions, LiveTest):
    engine = "signed_cookies"


class CacheSessions(Cached, LiveTest):
    engine = "cache"


class NoSharedCache(LiveTest):
    model = STOCK

    def test_it_is_said_at_start(self):
        """Sessions in the memory of one process, in files, or in a cache without a place are refused in one line."""
        for settings, word in (({"session_engine": "cache"}, "[caches.default]"),
                               ({"session_engine": "file"}, "not in this release"),
                               ({"session_engine": "cached_db", "caches.default": {"backend": "redis"}}, "location")):
            us = self.hallpass(**settings)
            self.assertRefused(us.run("serve", "--bind", "127.0.0.1:0"), word)


class CachedDbSessions(Cached, LiveTest):
    engine = "cached_db"

    def test_row_and_entry_end_together(self):
        """A password changed and a session ended on one side are not outlived by an entry of the other."""
        ours, theirs = self.both()
        browser = Browser(theirs)
        browser.login(STOCK.login, PASSWORD)
        key = browser.cookies["sessionid"]
        self.assertKnown(browser, ours)
        # An entry that was lost comes back from the row.
        self.redis.ask("DEL", self.entry(key))
        self.assertKnown(browser, ours)
        self.assertEqual(self.redis.keys(), [self.entry(key)])
        self.assertLives(key, 1209500, 1209600)
        self.us.must("changepassword", STOCK.login, "--password-stdin", stdin="other-odd-password-88")
        self.assertUnknown(browser, ours)
        self.assertNothingLeft()
