"""Faults: killed halfway, a locked file, a read-only file, bodies without end. Nothing half-written, nothing hangs."""
import os
import random
import shutil
import signal
import subprocess
import time

from .support import people
from .support.case import LiveTest
from .support.hallpass import BINARY, Hallpass
from .support.http import FORM, JSON, Browser, send
from .support.models import EMAIL, PASSWORD, STOCK
from .support.process import clean_environment

KILLS = 40
TOKEN = [("Authorization", f"Token {people.KEYS['walker']}")]


class KilledHalfway(LiveTest):
    model = EMAIL

    def test_user_and_token_or_neither(self):
        """kill -9 at any moment of `createuser` leaves a user with a token, or neither of them."""
        us = self.hallpass()
        us.must("migrate")
        chance = random.Random(int(os.environ.get("HALLPASS_SEED", "0")))
        whole = self.attempt(us, "first@example.com", None)
        made = 0
        for number in range(KILLS):
            self.attempt(us, f"user{number}@example.com", chance.uniform(0, 1.3 * whole))
            users = {row[0] for row in self.database.rows("SELECT id FROM app_user")}
            owners = {row[0] for row in self.database.rows("SELECT user_id FROM authtoken_token")}
            self.assertEqual(users, owners, f"after kill {number}")
            made = len(users) - 1
        self.assertEqual(self.database.value("PRAGMA integrity_check"), "ok")
        self.assertLess(made, KILLS, "no kill came in time")
        us.must("createuser", "last@example.com", "--password-stdin", stdin=PASSWORD)

    def attempt(self, us, login, delay):
        """Makes a user, killed after `delay` seconds unless that is None; returns the seconds it took."""
        began = time.monotonic()
        process = subprocess.Popen([BINARY, "createuser", login, "--password-stdin"], cwd=us.folder,
                                   env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            process.stdin.write(PASSWORD.encode() + b"\n")
            process.stdin.close()
        except BrokenPipeError:
            pass
        if delay is not None:
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        process.wait(30)
        return time.monotonic() - began


class Faults(LiveTest):
    """On a database that Django made, with the people of the comparison."""

    model = STOCK

    def setUp(self):
        super().setUp()
        them = self.project()
        them.migrate()
        people.make(them, 1)
        self.us = self.hallpass()

    def test_locked_file(self):
        """While another process keeps the file, what must be looked up is 503 with Retry-After. Who is remembered may be
        let in, because nothing has been committed; the process stays alive and recovers."""
        port = self.serve(self.us)
        new = [("Authorization", f"Token {people.KEYS['foreign']}")]
        self.assertEqual(send(port, "GET", "/api/whoami/", TOKEN).status, 200)
        with self.database.exclusive_lock():
            self.assertIn(send(port, "GET", "/api/whoami/", TOKEN).status, (200, 503))
            busy = send(port, "GET", "/api/whoami/", new)
            self.assertEqual(busy.status, 503, busy.body)
            self.assertRegex(busy.header("Retry-After") or "", r"^\d+$")
            self.assertEqual(send(port, "GET", "/healthz").status, 200)
            body = '{"username": "suraj", "password": "%s"}' % PASSWORD
            busy = send(port, "POST", "/api-token-auth/", [JSON], body)
            self.assertEqual(busy.status, 503, busy.body)
        for headers in (TOKEN, new):
            self.assertEqual(send(port, "GET", "/api/whoami/", headers).status, 200)

    def test_locked_file_and_commands(self):
        """A command that cannot get at the file says so in one line, exit 1, and has written nothing."""
        before = self.database.dump()
        with self.database.exclusive_lock():
            done = self.us.run("createuser", "late", "--password-stdin", stdin=PASSWORD)
        self.assertRefused(done)
        self.assertRegex(done.err.lower(), "locked|busy")
        self.assertUnchanged(before)

    def test_writer_elsewhere_does_not_stop_reading(self):
        """On a file of our own making (write-ahead log) a writer elsewhere holds up writing, not reading."""
        path = self.empty("ours")
        us = self.hallpass(database=path)
        us.must("migrate")
        us.must("createuser", "suraj", "--password-stdin", stdin=PASSWORD)
        key = path.value("SELECT key FROM authtoken_token")
        port = self.serve(us)
        with path.exclusive_lock():
            self.assertEqual(send(port, "GET", "/api/whoami/", [("Authorization", f"Token {key}")]).status, 200)
            refused = Browser(port).login("suraj", PASSWORD)
            self.assertEqual(refused.status, 503, refused.body)
            self.assertEqual(refused.all("Set-Cookie"), [])
        self.assertEqual(Browser(port).login("suraj", PASSWORD).status, 302)

    def test_read_only_file(self):
        """Reading goes on; what must write is refused: one line and exit 1, or 503 over HTTP."""
        us = self.unprivileged()
        before = self.database.dump()
        port = self.serve(us)
        self.assertEqual(send(port, "GET", "/api/whoami/", TOKEN).status, 200)
        body = '{"username": "suraj", "password": "%s"}' % PASSWORD
        answer = send(port, "POST", "/api-token-auth/", [JSON], body)
        self.assertEqual((answer.status, answer.json()), (200, {"token": people.KEYS["walker"]}))
        refused = Browser(port).login("suraj", PASSWORD)
        self.assertEqual(refused.status, 503, refused.body)
        self.assertRefused(us.run("createuser", "late", "--password-stdin", stdin=PASSWORD))
        done = us.run("drf_create_token", "-r", "suraj")
        self.assertRefused(done)
        self.assertRegex(done.err.lower(), "read-?only|permission|write")
        self.assertDone(us.run("drf_create_token", "suraj"))
        self.assertUnchanged(before)

    def unprivileged(self):
        """Hallpass run by somebody who may read the folder and the file, but not write to them."""
        shutil.copy2(BINARY, self.folder / "hallpass-copy")
        self.addCleanup(os.chmod, self.folder, 0o700)
        os.chmod(self.folder / "hallpass" / "hallpass.toml", 0o644)
        os.chmod(self.database, 0o444)
        os.chmod(self.folder, 0o555)
        prefix = []
        if os.geteuid() == 0:
            prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            if not shutil.which("setpriv"):
                self.skipTest("root writes to read-only files, and there is no setpriv to be somebody else")
        return Unprivileged(self.us, [*prefix, self.folder / "hallpass-copy"])

    def test_bodies_over_the_limit(self):
        """A body over 2.5 MiB is refused whatever it is, without being kept in memory; the next request works."""
        server = self.us.serve()
        self.addCleanup(server.stop)
        huge = b'{"username": "' + b"x" * 40_000_000 + b'"}'
        for headers in ([JSON], [FORM], [("Content-Type", "application/octet-stream")],
                        [JSON, ("Content-Length", "99999999999999")]):
            answer = send(server.port, "POST", "/api-token-auth/", headers, huge)
            self.assertIn(answer.status, (400, 413, 415), headers)
        self.assertEqual(send(server.port, "GET", "/api/whoami/", TOKEN).status, 200)
        self.assertLess(memory(server.process.pid, "VmHWM"), 60, "MB at the worst moment")

    def test_long_heads(self):
        """Heads beyond any browser's are refused with a status and do not stop the server."""
        port = self.serve(self.us)
        for headers in ([("X-Long", "x" * 1_000_000)], [(f"X-{n}", "x") for n in range(5000)],
                        [("Cookie", "a=b; " * 100_000)], [("Authorization", "Token " + "x" * 200_000)]):
            answer = send(port, "GET", "/api/whoami/", headers)
            self.assertIn(answer.status, (400, 401, 403, 431), headers[0][0])
        self.assertEqual(send(port, "GET", "/api/whoami/", TOKEN).status, 200)

    def test_idle_memory(self):
        """The release server is under 30 MB resident after it has answered."""
        server = self.us.serve()
        self.addCleanup(server.stop)
        for _ in range(100):
            self.assertEqual(send(server.port, "GET", "/api/whoami/", TOKEN).status, 200)
        self.assertLess(memory(server.process.pid, "VmRSS"), 30)

    def test_ends_when_told(self):
        """SIGTERM and Ctrl-C end the server within seconds."""
        for number in (signal.SIGTERM, signal.SIGINT):
            server = self.us.serve()
            self.addCleanup(server.stop)
            send(server.port, "GET", "/api/whoami/", TOKEN)
            server.process.send_signal(number)
            server.process.wait(5)
            self.assertNotIn("panicked", server.output())


class Unprivileged(Hallpass):
    """The same settings, another person."""

    def __init__(self, other, program):
        self.folder, self.database, self.program, self._servers = other.folder, other.database, program, 0


def memory(pid, field):
    """A memory figure of a process in MB (Linux)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(field + ":"))
