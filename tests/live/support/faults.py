"""What all tests of faults share: a Hallpass with somebody known to it, what is asked of it all the while, and what must hold.

Whatever happens: whoever may not come in is never answered 200, everybody gets a clear status, the memory stays bounded,
and two seconds after the cause is gone all is well, without a restart."""
import contextlib
import secrets
import threading
import time
from functools import cache

from . import mariadb, postgresql
from .http import JSON, Browser, send
from .mariadb import MariaDb
from .models import PASSWORD, STOCK
from .postgresql import PostgreSql

# After the cause is gone; what the issue of this suite states. The usual is a tenth of it.
RECOVERY = 2
# The store waits five seconds for a lock or an answer, and half a second for the answer to arrive. Asserted with what a
# busy machine adds.
LONGEST = 5.5 + 2.5
# MB that a server may have taken at its worst moment.
MEMORY = 100

SERVERS = {PostgreSql: postgresql.Server, MariaDb: mariadb.Server}


@cache
def own_server(kind):
    """A server of that kind that may be ill-treated: nobody else's tests are on it."""
    return SERVERS[kind]()


class FaultTest:
    """Goes before `LiveTest`. Somebody with a token and a session; a server that knows them; watchers who ask it all the while."""

    model = STOCK
    settings = {}
    allowed = {}  # statuses of what is watched, by name; 200, 302 and 503 unless said otherwise

    def setUp(self):
        super().setUp()
        self.us = self.hallpass(**self.settings)
        self.us.must("migrate")
        self.us.must("createuser", STOCK.login, "--password-stdin", stdin=PASSWORD)
        self.key = self.database.value('SELECT "key" FROM authtoken_token')

    def empty(self, name="db"):
        if self.kind not in SERVERS:
            return super().empty(name)
        self.server = own_server(self.kind)
        made = self.kind.new(self.folder, name, self.server)
        self.addCleanup(made.discard)
        return made

    def begin(self, *arguments, **environment):
        """Starts the server; nobody has been let in by mistake until the end of the test."""
        self.running = self.us.serve(*arguments, **environment)
        self.addCleanup(self.running.stop)
        self.port = self.running.port
        self.assertEqual(self.ask().status, 200)

    def ask(self, key=None):
        return send(self.port, "GET", "/api/whoami/", [token(key or self.key)])

    def ask_unknown(self):
        """With a key that nobody has, and that nobody has asked about."""
        return self.ask(secrets.token_hex(20))

    def log_in(self):
        """What writes: a session, and the user's `last_login`."""
        return Browser(self.port).login(STOCK.login, PASSWORD)

    def obtain(self, password=PASSWORD, source=None):
        body = '{"username": "%s", "password": "%s"}' % (STOCK.login, password)
        return send(self.port, "POST", "/api-token-auth/", [JSON], body, source=source)

    @contextlib.contextmanager
    def watched(self, *more):
        """Meanwhile a good token, a wrong one and those callables are asked all the time."""
        watch = Watch(self, [("good", self.ask), ("wrong", self.ask_unknown), *((ask.__name__, ask) for ask in more)])
        try:
            yield watch
        finally:
            watch.end()
        self.assertEqual(watch.wrong, [])
        self.assertLess(self.memory(), MEMORY, "MB")
        self.assertNotIn("panicked", self.running.output())

    def memory(self, field="VmHWM"):
        """A figure of the server's memory in MB."""
        with open(f"/proc/{self.running.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith(field + ":"))

    def assertRefused(self, answer):
        self.assertIn(answer.status, (401, 403), answer.text())

    def assertUnavailable(self, answer):
        self.assertEqual(answer.status, 503, answer.text())
        self.assertRegex(answer.header("Retry-After") or "", r"^\d+$")
        self.assertEqual(answer.all("Set-Cookie"), [])

    def assertSoonUnavailable(self, ask=None, within=LONGEST):
        """What is asked may still be answered from before the fault; from then on it is 503, never later than this."""
        until = time.monotonic() + within
        while True:
            began = time.monotonic()
            answer = (ask or self.ask)()
            self.assertLess(time.monotonic() - began, within)
            if answer.status == 503:
                return self.assertUnavailable(answer)
            self.assertLess(time.monotonic(), until, answer.status)
            time.sleep(0.05)

    def assertRecovers(self, ask=None, status=200):
        """From now on it takes two seconds at most until all is well."""
        took = self.until_well(ask or self.ask, status)
        print(f"\n{self.id().partition('.')[2]}: well again after {took * 1000:.0f} ms")

    def until_well(self, ask, status=200):
        """The seconds that it takes; until then the answer is 503."""
        began = time.monotonic()
        while (answer := ask()).status != status:
            self.assertUnavailable(answer)
            self.assertLess(time.monotonic() - began, RECOVERY, "not well again")
            time.sleep(0.02)
        took = time.monotonic() - began
        self.assertLess(took, RECOVERY, "not well again")
        return took


class Watch:
    """Asks all the time, each question in a thread of its own, and notes what must not be."""

    def __init__(self, test, questions):
        self.wrong = []
        self.counts = {}
        self._ended = threading.Event()
        self._allowed = {"good": (200, 503), "wrong": (401, 403, 503), **test.allowed}
        self._threads = [threading.Thread(target=self._ask, args=question) for question in questions]
        for thread in self._threads:
            thread.start()

    def _ask(self, name, ask):
        while not self._ended.is_set():
            try:
                status = ask().status
            except Exception as error:
                self.wrong.append(f"{name}: {error!r}")
                return
            self.counts[name, status] = self.counts.get((name, status), 0) + 1
            if status not in self._allowed.get(name, (200, 302, 503)):
                self.wrong.append(f"{name}: {status}")
            self._ended.wait(0.01)

    def end(self):
        self._ended.set()
        for thread in self._threads:
            thread.join()


def token(key):
    return "Authorization", f"Token {key}"
