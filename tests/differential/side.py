"""One side of the comparison: a server, its own database, and what it has handed out."""
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import compare, people, rows
from .state import State
from .wire import Client, encode

HERE = Path(__file__).resolve().parent
SECRET_KEY = "reference-conformance-secret-key-0123456789abcdef"
FALLBACKS = ("reference-conformance-old-secret-fedcba9876543210",)
LISTENING = re.compile(r"127\.0\.0\.1:(\d+)")
LITERALS = {
    *people.SESSION_KEYS.values(),
    *(person.token for person in people.PEOPLE if person.token),
    *(key for key, _ in people.CUSTOM_TOKENS),
}


def django(plant=None):
    """How the real Django is started."""
    plants = {"DIFFERENTIAL_PLANT": plant} if plant else {}
    return [sys.executable, "-B", "-m", "project.serve"], "127.0.0.1:0", {"PYTHONPATH": str(HERE), **plants}


def reference(binary, plant=None):
    """How our reference app is started."""
    return [binary, "--bind"], "127.0.0.1:0", {"REFERENCE_PLANT": plant} if plant else {}


class Side:
    """Started by `start`, ended by `close`; the database outlives restarts of the server."""

    def __init__(self, name, how, database, folder):
        self.name, self.how, self.database = name, how, database
        self.log = Path(folder) / f"{name}.log"
        self.process = self.client = None
        self.reader = rows.Reader(database, SECRET_KEY, FALLBACKS)

    def start(self):
        self.stop()
        program, address, extra = self.how
        unwanted = ("DJANGO_", "HALLPASS_", "REFERENCE_", "DIFFERENTIAL_", "DATABASE_URL", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        environment = {**kept, "DATABASE_URL": self.database.url, **extra}
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen([*program, address], cwd=HERE, env=environment, stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=subprocess.STDOUT)
        self.client = Client(self._port())

    def _port(self):
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            found = LISTENING.search(self.log.read_text("utf-8", "replace"))
            if found:
                return int(found[1])
            time.sleep(0.02)
        raise SystemExit(f"{self.name} does not start:\n{self.log.read_text('utf-8', 'replace')[-3000:]}")

    def stop(self):
        if self.client:
            self.client.close()
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def close(self):
        self.stop()
        self.database.close()

    def reset(self, generation):
        """Puts the rows back and forgets what was handed out."""
        self.database.restore()
        self.state = State(LITERALS, generation)

    def begin(self, step, number):
        state = self.state
        state.step = number
        headers = [(name, state.fill(value)) for name, value in step["headers"]]
        for name, value in headers:
            if name.lower() == "cookie":
                state.know(part.partition("=")[2].strip(' "') for part in value.split(";"))
        cookies = state.cookie_header(step["jar"]) if step["jar"] else ""
        if cookies:
            headers.append(("Cookie", cookies))
        target, body = state.fill(step["target"]), state.fill(step["body"])
        self.client.begin(encode(step["method"], target, headers, body), step["method"])

    def finish(self, step):
        """The answer, and what of it is compared."""
        response = self.client.finish()
        seen = compare.comparable(response, self.state, step)
        self.state.take(step["jar"], response, step["capture"])
        return response, seen

    def rows(self):
        return self.reader.read(self.state)
