"""Hallpass with users, sessions and rules, in a folder of its own."""
import os
from pathlib import Path

from live.support.process import Server, clean_environment, run

BINARY = Path(os.environ.get("HALLPASS_BIN", "hallpass")).resolve()

PASSWORD = "correct-horse-battery"

SETTINGS = """\
secret_key = "behind-the-proxies-behind-the-proxies-behind-the-proxies"
allowed_hosts = ["app.example", "127.0.0.1", "localhost"]
login_url = "/api-auth/login/"
login_redirect_url = "/api/whoami/"
pbkdf2_iterations = 1000
remote_user_header = "HTTP_X_COMPANY_USER"

[token]
auto_create = true
"""

RULES = """
[[rule]]
path = "/public/"
permissions = ["allow_any"]

[[rule]]
path = "/staff/"
permissions = ["is_admin_user"]

[[rule]]
path = "/slow/"
throttle = "2/hour"

[[rule]]
path = "/spa/"
preflight = true

[[rule]]
path = "/live/"
websocket = true

[[rule]]
path = "/django/"
csrf = "defer"

[[rule]]
host = "public.example"
permissions = ["allow_any"]

[[rule]]
methods = ["DELETE"]
permissions = ["is_admin_user"]
"""


class Hallpass:
    """A migrated database with users and tokens, and the command on it."""

    def __init__(self, folder, rules=RULES, settings=SETTINGS):
        self.folder = folder
        folder.mkdir()
        (folder / "hallpass.toml").write_text(settings + rules)
        self.port = None
        self._starts = 0
        self.must("migrate")
        self.tokens = {name: self.create(name, *flags) for name, flags in
                       {"alice": (), "bob": (), "carol": ("--staff",), "dave": ()}.items()}

    def create(self, name, *flags):
        """Makes a user and returns the token."""
        self.must("createuser", name, "--email", f"{name}@example.com", *flags, "--password-stdin",
                  stdin=PASSWORD + "\n")
        return self.must("drf_create_token", name).split()[2]

    def session(self, name):
        return self.must("session", "create", name).strip()

    def run(self, *arguments, stdin="", timeout=60):
        return run([BINARY, *arguments], self.folder, clean_environment(), stdin, timeout)

    def must(self, *arguments, **keywords):
        done = self.run(*arguments, **keywords)
        if done.code != 0:
            raise AssertionError(f"hallpass {' '.join(map(str, arguments))}: {done}")
        return done.out

    @property
    def database(self):
        return self.folder / "db.sqlite3"

    def serve(self):
        """Starts the server; again on the same port after it was stopped."""
        self._starts += 1
        self.server = Server([BINARY, "serve", "--bind", f"127.0.0.1:{self.port or 0}"], self.folder,
                             clean_environment(), self.folder / f"serve-{self._starts}.log", self.port)
        self.port = self.server.port

    def stop(self):
        self.server.stop()
