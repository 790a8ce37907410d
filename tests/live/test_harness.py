"""The harness itself: the generated Django projects are what the other tests take them for; docs name tests that exist."""
import re
import unittest
from pathlib import Path

from .support.case import beside_every_django, for_both_models
from .support.http import Browser, send
from .support.models import PASSWORD


class Harness:
    @beside_every_django
    def test_the_project_is_complete(self):
        """The generated project passes Django's own checks and its migrations describe its models."""
        project = self.project()
        project.migrate()
        for arguments in (["check"], ["migrate", "--check"], ["makemigrations", "--check", "--dry-run"]):
            self.assertDone(project.manage(*arguments))
        made = self.database.schema()
        self.assertIn(self.model.table, [name for _, name, _, _ in made])

    def test_the_project_serves(self):
        """Token, session and the plain page work in the project alone."""
        project = self.project()
        project.migrate()
        project.must("createsuperuser", "--noinput", *self.model.create_arguments(), DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        key = project.must("drf_create_token", self.model.login).split()[2]
        port = self.serve(project)
        answer = send(port, "GET", "/api/whoami/", [("Authorization", f"Token {key}")])
        self.assertEqual(answer.json(), {"id": 1, "username": self.model.login, "email": self.model.email,
                                         "is_staff": True, "is_superuser": True, "groups": [],
                                         "authenticated_by": "token"})
        browser = Browser(port)
        self.assertEqual(browser.login(self.model.login, PASSWORD).status, 302)
        self.assertEqual(browser.get("/page/").text(), self.model.login)


for_both_models(globals(), Harness)


class TableOfFormats(unittest.TestCase):
    def test_it_names_tests_that_exist(self):
        """Each test in docs/formats.md is a function of the file before it, and each Django there is pinned."""
        root = Path(__file__).resolve().parent.parent.parent
        text = re.sub(r" \([^)]*\)", "", (root / "docs/formats.md").read_text("utf-8"))  # without remarks
        named = re.findall(r"`([\w/-]+\.(?:py|rs))`((?:[:,] `\w+`)+)", text)
        self.assertEqual(len(named), len(re.findall(r"\.(?:py|rs)`: ", text)))
        for file, tests in named:
            source = (root / file if "/" in file else root / "tests/live" / file).read_text("utf-8")
            for test in re.findall(r"[:,] `(\w+)`", tests):
                self.assertTrue(re.search(rf"\b(?:def|fn) {test}\(", source), f"{file}: {test}")
        for file, django, drf in re.findall(r"`(tests/live/requirements[\w.-]*\.txt)` \| ([\d.]+) \| ([\d.]+)", text):
            pins = (root / file).read_text("utf-8")
            self.assertIn(f"\nDjango=={django}\n", pins)
            self.assertIn(f"\ndjangorestframework=={drf}\n", pins)
