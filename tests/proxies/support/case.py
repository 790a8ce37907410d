"""The base of the tests: one proxy, one Hallpass and one application for a whole class."""
import contextlib
import shutil
import sqlite3
import tempfile
import unittest
from pathlib import Path

from live.support.http import Browser, send

from .application import Application
from .hallpass import Hallpass
from .proxy import PROXIES

HTML = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")


class ProxyTest(unittest.TestCase):
    """Everything is started once for a class; `proxy_class` is set for each proxy."""

    proxy_class = None

    @classmethod
    def setUpClass(cls):
        if not cls.proxy_class.program():
            name = cls.proxy_class.name
            raise unittest.SkipTest(f"no {name} (Debian: apt install {name})")
        cls.folder = Path(tempfile.mkdtemp(prefix="hallpass-proxies-"))
        cls.folder.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.application = Application()
        cls.addClassCleanup(cls.application.stop)
        cls.hallpass = Hallpass(cls.folder / "hallpass")
        cls.hallpass.serve()
        cls.addClassCleanup(lambda: cls.hallpass.stop())
        cls.proxy = cls.proxy_class(cls.folder / "proxy", cls.hallpass, cls.hallpass.port, cls.application.port)
        cls.addClassCleanup(cls.proxy.stop)

    def setUp(self):
        self.application.seen.clear()

    def token(self, name):
        return ("Authorization", f"Token {self.hallpass.tokens[name]}")

    def ask(self, target="/", headers=(), method="GET", host="app.example", body=b""):
        """One request to the proxy. What the application answered is what it saw: `answer.seen`."""
        before = len(self.application.seen)
        answer = send(self.proxy.port, method, target, headers, body, host=host)
        reached = self.application.seen[before:]
        answer.seen = reached[-1] if reached else None
        return answer

    def patient(self, seconds):
        """A request whose client waits so many seconds for an answer."""
        return send(self.proxy.port, "GET", "/", [self.token("alice")], host="app.example", timeout=seconds)

    def sql(self, statement, *parameters):
        """What another process does to the database."""
        with contextlib.closing(sqlite3.connect(self.hallpass.database, timeout=10)) as connection, connection:
            connection.execute(statement, parameters)

    def browser(self):
        return Browser(self.proxy.port)

    def assertAllowed(self, answer, name=None):
        """The application answered, and was told that it is `name`, once and in no other spelling."""
        self.assertEqual(answer.status, 200, f"{answer}\n{self.proxy.log()[-2000:]}")
        self.assertIsNotNone(answer.seen, f"somebody else answered: {answer}")
        self.assertIdentity(answer.seen, name)

    def assertIdentity(self, seen, name):
        expected = {"Remote-User": name or "-", "Remote-Email": f"{name}@example.com" if name else "-",
                    "Remote-Name": "-", "Remote-Groups": "-"}
        for header, value in expected.items():
            self.assertEqual(seen.named_like(header), [value], f"{header}: {seen}")
        for header in ("X-Hallpass-User-Id", "X-Hallpass-Auth"):
            values = seen.named_like(header)
            self.assertEqual(len(values), 1, f"{header}: {seen}")
            self.assertEqual(values[0] == "-", name is None, f"{header}: {seen}")

    def assertRefused(self, answer, *statuses):
        """The application was not reached."""
        self.assertIsNone(answer.seen, f"the application was reached: {answer}")
        self.assertIn(answer.status, statuses, f"{answer}\n{self.proxy.log()[-2000:]}")


def for_each_proxy(namespace, rules):
    """Makes a test class for each proxy out of `rules`, a plain class of test methods."""
    for proxy in PROXIES:
        name = f"{rules.__name__}Behind{proxy.name.capitalize()}"
        namespace[name] = type(name, (rules, ProxyTest), {"proxy_class": proxy, "__module__": namespace["__name__"]})
