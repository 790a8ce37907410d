"""The examples of `examples/`, each started as its README says and asked what its README asks."""
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from .support.case import LiveTest
from .support.http import FORM, Browser, send
from .support.process import answers, clean_environment, run

ROOT = Path(__file__).resolve().parents[2]
PORT = 3000


class Examples(LiveTest):
    def start(self, name, cwd=None):
        """Runs an example in a folder of the test's own until the test ends; returns what it printed."""
        binary = Path(os.environ["HALLPASS_EXAMPLES"]) / f"example-{name}"
        self.assertFalse(answers(PORT), f"port {PORT}, which the examples use, is taken")
        log = self.folder / "example.log"
        with open(log, "wb") as output:
            process = subprocess.Popen([binary], cwd=cwd or self.folder, env=clean_environment(),
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        self.addCleanup(self.stop, process)
        until = time.monotonic() + 60
        while not answers(PORT):
            self.assertIsNone(process.poll(), log.read_text())
            self.assertLess(time.monotonic(), until, log.read_text())
            time.sleep(0.05)
        return log.read_text()

    def stop(self, process):
        process.terminate()
        process.wait(10)

    def get(self, path, *headers):
        return send(PORT, "GET", path, list(headers))

    def test_email_user(self):
        """A user model of the application's own, and its struct in a handler."""
        token = re.search(r"Token (\w{40})", self.start("email-user"))[1]
        self.assertEqual(self.get("/me/").status, 403)
        answer = self.get("/me/", ("Authorization", f"Token {token}"))
        self.assertEqual((answer.status, answer.text()), (200, "ada@example.com true\n"))

    def test_own_scheme(self):
        """A scheme that knows its own header beside the token scheme."""
        self.start("own-scheme")
        answer = self.get("/", ("X-Device", "printer:opensesame"))
        self.assertEqual(answer.text(), "printer by device\n")
        wrong = self.get("/", ("X-Device", "printer:wrong"))
        self.assertEqual((wrong.status, wrong.header("WWW-Authenticate")), (401, "Device"))
        self.assertEqual(self.get("/").status, 401)

    def test_own_permission(self):
        """A permission that looks at the object, composed with others."""
        import base64

        self.start("own-permission")
        for name, status in (("ada", 200), ("bob", 403), ("root", 200)):
            credentials = base64.b64encode(f"{name}:secret".encode()).decode()
            answer = self.get("/diary/ada/", ("Authorization", f"Basic {credentials}"))
            self.assertEqual(answer.status, status, name)

    def test_form_session(self):
        """A form works from our own page and from nowhere else; the session remembers across the log-in."""
        self.start("form-session")
        self.assertEqual(send(PORT, "POST", "/", [FORM], b"colour=red").status, 403)
        browser = Browser(PORT)
        page = browser.get("/")
        hidden = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text())[1]
        browser.post("/", {"colour": "red", "csrfmiddlewaretoken": hidden})
        self.assertIn("Hello, stranger. Your colour: red.", browser.get("/").text())
        browser.login("ada", "lovelace", "/login/")
        self.assertIn("Hello, ada. Your colour: red.", browser.get("/").text())

    def test_tower_service(self):
        """A policy in front of a service without a router."""
        import base64

        self.start("tower-service")
        self.assertEqual(self.get("/").status, 401)
        credentials = base64.b64encode(b"ada:lovelace").decode()
        answer = self.get("/anything", ("Authorization", f"Basic {credentials}"))
        self.assertEqual(answer.text(), "Hello, ada\n")

    def test_obtain_token(self):
        """A token view with a check and fields of its own."""
        self.start("obtain-token")
        answer = send(PORT, "POST", "/api-token-auth/", [FORM], b"username=ada&password=lovelace")
        self.assertEqual(set(json.loads(answer.text())), {"token", "user_id", "email"})
        refused = send(PORT, "POST", "/api-token-auth/", [FORM], b"username=bob&password=builder")
        self.assertEqual(refused.status, 400)

    def test_beside_django(self):
        """A token of the Django project in the example's own folder opens the endpoint in Rust."""
        site = [sys.executable, str(ROOT / "examples/beside_django/site.py")]
        environment = clean_environment(DJANGO_SUPERUSER_PASSWORD="lovelace")
        for arguments in (["migrate"], ["createsuperuser", "--noinput", "--username", "ada", "--email", "a@example.com"]):
            self.assertDone(run([*site, *arguments], self.folder, environment, timeout=60))
        script = "from rest_framework.authtoken.models import Token; from django.contrib.auth.models import User;" \
                 "print(Token.objects.create(user=User.objects.get()).key)"
        done = run([*site, "shell", "--no-imports", "-c", script], self.folder, environment, timeout=60)
        self.start("beside-django")
        answer = self.get("/api/fast/", ("Authorization", f"Token {done.out.strip().splitlines()[-1]}"))
        self.assertEqual(json.loads(answer.text()), {"user": "ada", "answered_by": "Rust"})
        self.assertEqual(self.get("/api/fast/").status, 403)
