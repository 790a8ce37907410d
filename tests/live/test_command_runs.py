"""Replays recorded runs of Django's commands (tests/vectors/cli.json): same output, exit code, effect and dialogue."""
import json
import os
import re
import shutil
import sqlite3
import sys
from pathlib import Path

import pexpect

from .support.database import Sqlite
from .support.case import LiveTest
from .support.hallpass import BINARY, VALIDATORS
from .support.models import EMAIL, STOCK
from .support.process import Run, clean_environment, run
from .support.project import migrated
from .support.sources import SETTINGS

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
RUNS = json.loads((VECTORS / "cli.json").read_text())["runs"]
MODELS = {"default": STOCK, "email-user": EMAIL}
FIXTURES = {"default": "fixture.sql", "email-user": "fixture-email-user.sql"}

# The harness checks itself with HALLPASS_LIVE_SELF=1: Django's own manage.py is then replayed.
SELF = os.environ.get("HALLPASS_LIVE_SELF") == "1"

LEFT_OUT = {
    "migrate one application backwards": "Hallpass makes Django's tables, it never removes them",
    "showmigrations after that": "follows the one above",
    "unknown command": "wrong usage is exit 2 here, as for every other wrong word",
    "close to a command": "the same",
    "check": "Hallpass has checks of its own",
}

# Dialogues held with both programs, on a project without password validators: command, what is typed.
ODD = "sufficiently-odd-77"
ARABIC = "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668"  # digits, so entirely numeric
DIALOGUES = {
    STOCK: [
        (["createsuperuser"], ["suraj", "a b", "zoe", "nope", "", "one", "two", "", "", ODD, ODD]),
        (["createsuperuser", "--username", "zoe"], ["Zoe@EXAMPLE.com", "a", "a"]),
        (["createsuperuser", "--username", "suraj"], ["zoe", "", ODD, ODD]),
        (["changepassword", "suraj"], ["a", "b", ODD, ODD]),
        (["changepassword", "suraj"], ["a", "b", "c", "d", "e", "f"]),
        (["changepassword"], []),
    ],
    EMAIL: [
        (["createsuperuser"], ["suraj@gmail.com", "nope", "", "zoe@EXAMPLE.com", "one", "two", ODD, ODD]),
        (["createsuperuser", "--email", "zoe@example.com"], ["", "", ODD, ODD]),
        (["changepassword", "suraj@gmail.com"], ["a", "b", ODD, ODD]),
    ],
}

# The same with the four validators: too weak, taken all the same, refused three times, forced upon a script.
WEAK_DIALOGUES = {
    STOCK: [
        (["createsuperuser"], ["zoe", "anna@example.com", "zoe-zoe", "zoe-zoe", "n", "1234567", "1234567", "",
                               "Password1", "Password1", "yes", "Anna@Example", "Anna@Example", "Y"]),
        (["createsuperuser"], ["zoe", "", ARABIC, ARABIC, "N", ODD, ODD]),
        (["changepassword", "suraj"], ["suraj", "suraj", "surajgmail", "surajgmail", ODD, ODD]),
        (["changepassword", "suraj"], ["12345678", "12345678", "a", "b", "trustno1", "trustno1"]),
    ],
    EMAIL: [
        (["createsuperuser"], ["zoe@wonderland.example", "wonderland", "wonderland", "n", "zoe", "zoe", "", ODD, ODD]),
        (["changepassword", "suraj@gmail.com"], ["gmail.com", "gmail.com", "suraj@gmail", "suraj@gmail", ODD, ODD]),
    ],
}

PROMPT = r"(?:Username[^:\n]*|Email address|Password(?: \(again\))?|\[y/N\]): $"
# A line that is taken away again: on a slow machine ours says that it is at work.
PASSING = re.compile(r"\r\x1b\[K(?:[^\r\n]*(?=\r\x1b\[K))?")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def fits(recorded):
    return (recorded["profile"] in MODELS and recorded["note"] not in LEFT_OUT
            and not recorded["note"].startswith("check "))


class CommandRuns(LiveTest):
    def fresh(self, recorded):
        """The database that the run starts from; returns the keys it holds."""
        self.database.path.unlink(missing_ok=True)
        if recorded.get("database") == "no tables":
            return set()
        connection = sqlite3.connect(self.database)
        connection.executescript((VECTORS / FIXTURES[recorded["profile"]]).read_text("utf-8"))
        keys = {key for key, in connection.execute("SELECT key FROM authtoken_token")}
        connection.close()
        return keys

    def program(self, recorded):
        """Program and folder of the run: Hallpass, or Django's manage.py when the harness checks itself."""
        model = MODELS[recorded["profile"]]
        if SELF:
            hashers = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
            return [sys.executable, "manage.py"], self.project(model, PASSWORD_HASHERS=hashers).folder
        us = self.hallpass(model, pbkdf2_iterations=None, token={"auto_create": False}, auth_password_validators=VALIDATORS)
        return [BINARY], us.folder

    def environment(self, recorded):
        return clean_environment(LOGNAME="root", USER="root", LANG="C.UTF-8", **recorded.get("env", {}))

    def masked(self, text, keys):
        text = PASSING.sub("", text)
        text = re.sub(r"\b[0-9a-f]{40}\b", lambda m: m[0] if m[0] in keys else "<<token>>", text.replace("\r\n", "\n"))
        text = re.sub(r"(?:python )?manage\.py", "hallpass", text)
        return re.sub(r"leave blank to use '[^']*'", "leave blank to use '...'", text)

    def replay(self, recorded):
        keys = self.fresh(recorded)
        program, folder = self.program(recorded)
        done = run([*program, *recorded["argv"]], folder, self.environment(recorded))
        self.assertNotIn("panicked", done.err)
        self.assertEqual(done.code, recorded["exit"], done)
        if recorded["exit"] == 2 and "usage:" in recorded["stderr"]:
            self.assertEqual(done.out, "", done)  # usage is told in each program's own words
            self.assertTrue(done.err.strip(), done)
        elif "<<traceback>>" in recorded["stderr"]:
            self.assertIn(recorded["stderr"].split()[-1], done.err)  # the missing table, in one line instead
            if not SELF:
                self.assertRefused(done)
        else:
            self.assertEqual(self.masked(done.out, keys), self.masked(recorded["stdout"], keys), done)
            self.assertEqual(self.masked(done.err, keys), self.masked(recorded["stderr"], keys), done)
        self.effect(recorded)

    def effect(self, recorded):
        for expected in recorded.get("database_after", ()):
            connection = sqlite3.connect(self.database)
            found = [list(row) for row in connection.execute(expected["sql"])]
            connection.close()
            self.assertEqual(found, expected["rows"], expected["sql"])

    def converse(self, recorded):
        """Types what was typed, each time a prompt waits; returns how it ended and the whole screen."""
        program, folder = self.program(recorded)
        return self.talk([*program, *recorded["argv"]], folder, self.environment(recorded), recorded["typed"])

    def talk(self, command, folder, environment, all_typed):
        child = pexpect.spawn(str(command[0]), list(map(str, command[1:])), cwd=str(folder), env=environment,
                              encoding="utf-8", timeout=20)
        screen = []
        child.logfile_read = type("Screen", (), {"write": lambda _, text: screen.append(text), "flush": lambda _: None})()
        for typed in all_typed:
            child.expect(PROMPT)
            if typed == "^C":
                child.delaybeforesend = 0.5
                child.sendintr()
            else:
                child.sendline(typed)
        child.expect(pexpect.EOF)
        child.close()
        return Run(child.exitstatus, "".join(screen), "")

    def dialogue(self, recorded):
        keys = self.fresh(recorded)
        done = self.converse(recorded)
        self.assertNotIn("panicked", done.out)
        shown, expected = (COLOUR.sub("", self.masked(text, keys)) for text in (done.out, recorded["screen"]))
        self.assertEqual(shown, expected)
        self.assertEqual(done.code, recorded["exit"], done)
        self.effect(recorded)

    def test_dialogues(self):
        """The same typing at Django and at Hallpass: same screen, same end, same users afterwards."""
        self.compare(DIALOGUES, validators=[])

    def test_dialogues_about_weak_passwords(self):
        """The same with Django's validators and its list: what is refused, in which words, and what may be forced."""
        self.compare(WEAK_DIALOGUES, VALIDATORS)

    def compare(self, every, validators):
        for model, dialogues in every.items():
            self.known = self.folder / f"{model.name}-with-suraj.sqlite3"
            shutil.copyfile(migrated(model), self.known)
            self.project(model, database=self.known).must("createsuperuser", "--noinput", *model.create_arguments())
            for arguments, typed in dialogues:
                with self.subTest(model=model.label, arguments=arguments, typed=typed):
                    theirs, ours = (self.held(side, model, arguments, typed, validators)
                                    for side in ("django", "hallpass"))
                    self.assertEqual(ours, theirs)

    def held(self, side, model, arguments, typed, validators):
        """One dialogue on a fresh database that knows suraj: the screen without colours, exit code, users."""
        path = self.folder / f"{side}.sqlite3"
        shutil.copyfile(self.known, path)
        if side == "hallpass" and not SELF:
            command, folder = [BINARY, *arguments], self.hallpass(
                model, database=path, auth_password_validators=validators).folder
        else:
            theirs = SETTINGS["AUTH_PASSWORD_VALIDATORS"] if validators else []
            folder = self.project(model, database=path, AUTH_PASSWORD_VALIDATORS=theirs).folder
            command = [sys.executable, "manage.py", *arguments]
        environment = clean_environment(LOGNAME="root", USER="root", LANG="C.UTF-8")
        done = self.talk(command, folder, environment, typed)
        users = Sqlite(path).rows(f"SELECT {model.login_column}, email, is_staff, is_superuser, is_active,"
                                    f" CASE WHEN password LIKE '!%' THEN '!' ELSE substr(password, 1, 19) END"
                                    f" FROM {model.table}")
        return COLOUR.sub("", self.masked(done.out, set())), done.code, users

    def test_errors_are_red_on_a_terminal(self):
        """On a terminal errors are wrapped in red, as Django does; through a pipe they are plain."""
        recorded = next(r for r in RUNS if r["note"] == "empty password")
        self.fresh(recorded)
        self.assertIn("\x1b[31;1mCommandError: aborted\r\n\x1b[0m", self.converse(recorded).out)


def replayed(recorded):
    """The test method of one recorded run."""
    def test(self):
        (self.dialogue if recorded["terminal"] else self.replay)(recorded)

    test.__doc__ = f"{' '.join(recorded['argv'])}: {recorded['note']}"
    return test


for number, recorded in enumerate(RUNS):
    if fits(recorded):
        words = re.sub(r"\W+", "_", f"{recorded['argv'][0]}_{recorded['note']}").strip("_").lower()
        setattr(CommandRuns, f"test_{number:02d}_{words}", replayed(recorded))
