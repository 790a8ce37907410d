"""The commands of `docs/forward-auth.md`, run as they stand there but for the ports."""
import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from live.support.http import Browser, send
from live.support.process import answers, clean_environment, free_port

from .support.hallpass import BINARY, PASSWORD
from .support.proxy import PATH, Nginx

DOCS = Path(__file__).resolve().parents[2] / "docs" / "forward-auth.md"


def blocks(heading):
    """The shell blocks below one heading."""
    _, _, rest = DOCS.read_text().partition(f"\n## {heading}\n")
    section, _, _ = rest.partition("\n## ")
    return re.findall(r"```sh\n(.*?)```", section, re.S)


class Docs(unittest.TestCase):
    def setUp(self):
        if not Nginx.program():
            self.skipTest("no nginx (Debian: apt install nginx)")
        self.folder = Path(tempfile.mkdtemp(prefix="hallpass-proxies-"))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "hallpass").symlink_to(BINARY)
        python = programs / "python"  # no link: an environment is found beside the program
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        self.work = self.folder / "work"
        self.work.mkdir()
        self.work.chmod(0o755)
        self.environment = clean_environment(PATH=os.pathsep.join([str(programs), PATH]))
        self.ports = {}

    def free(self, text):
        """The text with a free port in the place of each that it names. Defaults are written out."""
        text = text.replace("hallpass serve &", "hallpass serve --bind 8000 &")
        text = re.sub(r"proxy-config nginx(?! --)", "proxy-config nginx --upstream http://127.0.0.1:9000", text)
        if "--hallpass" not in text:
            text = text.replace("proxy-config nginx", "proxy-config nginx --hallpass http://127.0.0.1:8000")
        text = text.replace("proxy-config nginx", "proxy-config nginx --listen 127.0.0.1:8080")
        return re.sub(r"(?<![\w.])(?:127\.0\.0\.1:)?(8000|8001|8080|9000)\b", self.port, text)

    def port(self, found):
        number = found[1]
        self.ports.setdefault(number, free_port())
        return found[0].replace(number, str(self.ports[number]))

    def sh(self, text):
        """Runs lines one after the other, except for one that starts everything: it goes on until the end of the test."""
        for line in self.free(text).splitlines():
            if not line.startswith("("):
                subprocess.run(["bash", "-c", line], cwd=self.work, env=self.environment, check=True, timeout=60,
                               capture_output=True)
                continue
            log = open(self.folder / "log", "wb")
            self.addCleanup(log.close)
            process = subprocess.Popen(["bash", "-c", line], cwd=self.work, env=self.environment, stdout=log,
                                       stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
            self.addCleanup(self.end, process)
            until = time.monotonic() + 60
            while not all(answers(port) for port in self.ports.values()):
                self.assertLess(time.monotonic(), until, (self.folder / "log").read_text("utf-8", "replace"))
                time.sleep(0.05)

    def end(self, process):
        """The whole group that the line started, and nothing else."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
            time.sleep(0.5)
        process.wait(10)

    def ask(self, target="/", headers=()):
        return send(self.ports["8080"], "GET", target, headers, host=f"127.0.0.1:{self.ports['8080']}")

    def walk(self, name, token):
        """What the second block shows, and a browser on top."""
        self.assertEqual(self.ask().status, 401)
        led = self.ask(headers=[("Accept", "text/html")])
        self.assertEqual((led.status, led.header("Location").split("?")[0]), (302, "/api-auth/login/"))
        basic = base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
        for value in (f"Basic {basic}", f"Token {token}"):
            answer = self.ask("/hello.txt", [("Authorization", value)])
            self.assertEqual((answer.status, answer.text()), (200, "hello"), value)
        browser = Browser(self.ports["8080"])
        done = browser.login(name, PASSWORD)
        self.assertEqual(done.status, 302, done)
        answer = browser.get("/hello.txt", [("Accept", "text/html")])
        self.assertEqual((answer.status, answer.text()), (200, "hello"))
        return browser

    def test_in_front_of_a_folder_of_files(self):
        start, _ = blocks("In front of a folder of files")
        self.sh(start)
        (self.work / "site" / "hello.txt").write_text("hello")
        done = subprocess.run(["hallpass", "drf_create_token", "alice"], cwd=self.work, env=self.environment, text=True,
                              capture_output=True, check=True, timeout=60)
        token = done.stdout.split()[2]
        self.walk("alice", token)
        # The folder that the recipe leaves open has no secrets in it.
        for name in ("hallpass.toml", "db.sqlite3", "nginx.conf"):
            self.assertTrue((self.work / name).is_file(), name)
            answer = self.ask(f"/{name}", [("Authorization", f"Token {token}")])
            self.assertEqual(answer.status, 404, name)

    def test_in_front_of_a_django_application(self):
        """A project that knows nothing of Hallpass; its own admin knows the session of our login page."""
        try:
            import django  # noqa: F401
        except ImportError:
            self.skipTest("no Django: cargo xtask test makes an environment with one")
        django = subprocess.run([sys.executable, "-m", "django", "startproject", "site_", "."], cwd=self.work,
                                env=self.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(django.returncode, 0, django.stderr)
        settings = self.work / "site_" / "settings.py"
        settings.write_text(settings.read_text().replace(
            "INSTALLED_APPS = [", "INSTALLED_APPS = ['rest_framework', 'rest_framework.authtoken',")
            + "\nALLOWED_HOSTS = ['*']\n")
        (self.work / "site_" / "urls.py").write_text(
            "from django.contrib import admin\nfrom django.http import HttpResponse\nfrom django.urls import path\n"
            "def who(request):\n"
            "    return HttpResponse(f\"{request.headers['Remote-User']} {request.user.get_username()}\")\n"
            "urlpatterns = [path('admin/', admin.site.urls), path('who/', who),"
            " path('hello.txt', lambda request: HttpResponse('hello'))]\n")
        make = ("from django.contrib.auth.models import User; from rest_framework.authtoken.models import Token;"
                f"u = User.objects.create_superuser('alice', 'a@example.com', '{PASSWORD}');"
                "print(Token.objects.create(user=u).key)")
        for arguments in (["migrate"], ["shell", "-c", make]):
            done = subprocess.run(["python", "manage.py", *arguments], cwd=self.work, env=self.environment, text=True,
                                  capture_output=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
        token = done.stdout.split()[-1]
        start, = blocks("In front of a Django application")
        self.sh(start)
        browser = self.walk("alice", token)
        self.assertEqual(browser.get("/who/").text(), "alice alice")
        page = browser.get("/admin/auth/group/add/")
        self.assertEqual(page.status, 200)
        csrf = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text())[1]
        for token, status in ((csrf, 302), ("x" * 64, 403)):
            done = browser.post("/admin/auth/group/add/", {"name": "editors", "csrfmiddlewaretoken": token})
            self.assertEqual(done.status, status, done.text()[:2000])
