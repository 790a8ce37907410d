"""The base of all live tests."""
import shutil
import tempfile
import unittest
from pathlib import Path

from .database import Sqlite
from .hallpass import Hallpass
from .models import EMAIL, STOCK
from .project import Project


def beside_every_django(test):
    """Marks a test that tells something new when another version of Django stands beside us."""
    test.beside_every_django = True
    return test


class LiveTest(unittest.TestCase):
    """A folder of its own for every test, removed afterwards; servers are stopped."""

    maxDiff = 20000
    model = None  # set by the subclass for each user model
    kind = Sqlite  # of the databases

    def setUp(self):
        if missing := self.kind.missing():
            self.skipTest(missing)
        self.folder = Path(tempfile.mkdtemp(prefix="hallpass-live-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.database = self.empty()

    def twice_told(self):
        """Whether beside another version of Django this tells no more than the same test does elsewhere."""
        return self.model is EMAIL and self.kind is not Sqlite

    def empty(self, name="db"):
        """A database of the test's kind with nothing in it."""
        made = self.kind.new(self.folder, name)
        self.addCleanup(made.discard)
        return made

    def project(self, model=None, database=None, **settings):
        """A Django project on the test's database."""
        return Project(self.folder / "django", model or self.model, database or self.database, **settings)

    def hallpass(self, model=None, database=None, **settings):
        """Hallpass on the test's database."""
        return Hallpass(self.folder / "hallpass", model or self.model, database or self.database, **settings)

    def serve(self, side, *arguments):
        """Starts a server that lives until the end of the test; returns its port."""
        server = side.serve(*arguments)
        self.addCleanup(server.stop)
        return server.port

    def assertDone(self, run, out=None):
        self.assertEqual(run.code, 0, run)
        if out is not None:
            self.assertEqual(run.out, out)

    def assertRefused(self, run, *words):
        """Exit code 1, one clear line on standard error that contains all the words."""
        self.assertEqual(run.code, 1, run)
        lines = run.err.strip().splitlines()
        self.assertEqual(len(lines), 1, f"one clear line expected: {run}")
        for word in words:
            self.assertIn(word, lines[0])

    def assertUnchanged(self, before):
        self.assertEqual(before, self.database.dump(), "the database was written to")


def for_both_models(namespace, rules, kinds=(Sqlite,)):
    """Makes a test class for each user model and kind of database out of `rules`, a plain class of test methods."""
    for kind in kinds:
        for model in (STOCK, EMAIL):
            place = "" if kind is Sqlite else f"On{kind.__name__}"
            make(namespace, f"{rules.__name__}With{model.name.capitalize()}User{place}", rules, model, kind)


def on_kinds(namespace, rules, kinds):
    """The same with Django's own user model alone."""
    for kind in kinds:
        make(namespace, f"{rules.__name__}On{kind.__name__}", rules, STOCK, kind)


def make(namespace, name, rules, model, kind):
    members = {"model": model, "kind": kind, "__module__": namespace["__name__"]}
    namespace[name] = type(name, (rules, LiveTest), members)
