"""Rules for new passwords: Hallpass and Django on the same passwords, with Django's own list and with ours."""
import gzip
import random
import re
from pathlib import Path

import pexpect

from .support.case import LiveTest
from .support.hallpass import BINARY, LIST, VALIDATORS
from .support.models import STOCK
from .support.process import clean_environment

OUR_LIST = Path(__file__).resolve().parents[2] / "crates/hallpass-formats/data/common-passwords.txt.gz"
BYPASS = "Bypass password validation"
OWNER = {"username": "alice", "email": "alice.liddell@wonderland.example"}

MESSAGES = """\
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
user = User(**given["owner"])
answer = []
for password in given["passwords"]:
    try:
        validate_password(password, user)
        answer.append([])
    except ValidationError as error:
        answer.append(error.messages)
"""


def words(path):
    return gzip.open(path, "rt", encoding="utf-8").read().split()


def samples():
    """Common ones, spoiled ones, names of the owner, digits of all kinds; each is refused by something or by nothing."""
    chosen = random.Random(7).sample(words(LIST), 60)
    spoiled = [word + "~" for word in chosen[:15]] + [word.upper() for word in chosen[15:30]]
    names = ["alice", "ecila", "alice123", "liddell1", "wonderland99", "alice.liddell", "example-alice", "ALICELIDDELL",
             "lidd-ell-ali", "alicealicealicealicealicealicealicealicealicealice"]
    digits = ["\u0661" * 8, "\u00b2" * 9, "\u00bd" * 9, "\u2460" * 8, "1234 5678", "20260101"]
    return [*chosen, *spoiled, *names, *digits, "\u00dcN\u00cfC\u00d6D\u00c9", "\U0001f511" * 4]


class Passwords(LiveTest):
    model = STOCK

    def verdicts(self, us, passwords):
        """What `createsuperuser` says of each password: it asks again as long as the answer is no."""
        arguments = ["createsuperuser", "--username", OWNER["username"], "--email", OWNER["email"]]
        child = pexpect.spawn(str(BINARY), arguments, cwd=str(us.folder), env=clean_environment(LANG="C.UTF-8"),
                              encoding="utf-8", timeout=20)
        found = []
        child.expect("Password: $")
        for password in passwords:
            child.sendline(password)
            child.expect(r"\(again\): $")
            child.sendline(password)
            child.expect([BYPASS, "Superuser created successfully"])
            said = re.sub(r"\x1b\[[0-9;]*m", "", child.before)
            found.append([line for line in said.replace("\r", "").split("\n") if line])
            if child.after != BYPASS:
                break
            child.expect(r"\[y/N\]: ")
            child.sendline("n")
            child.expect("Password: $")
        child.close(force=True)
        return found

    def test_the_same_verdicts_as_django(self):
        """With Django's list, each refused password is refused in the same words, and the others pass."""
        us, them = self.hallpass(auth_password_validators=VALIDATORS), self.project()
        us.must("migrate")
        passwords = samples()
        expected = them.ask(MESSAGES, owner=OWNER, passwords=passwords)
        refused = [(password, said) for password, said in zip(passwords, expected) if said]
        self.assertGreater(len(refused), 60)
        found = self.verdicts(us, [password for password, _ in refused])
        self.assertEqual(list(zip((p for p, _ in refused), found)), refused)
        for password in (password for password, said in zip(passwords, expected) if not said):
            with self.subTest(password=password):
                us = self.hallpass(database=self.folder / f"{abs(hash(password))}.sqlite3",
                                   auth_password_validators=VALIDATORS)
                us.must("migrate")
                self.assertEqual(self.verdicts(us, [password]), [[]])

    def test_our_list_beside_djangos(self):
        """The built-in list is another one: it has more than half of Django's, and the rest is a stated difference."""
        ours, theirs = set(words(OUR_LIST)), set(words(LIST))
        shared = len(ours & theirs) / len(theirs)
        self.assertTrue(0.5 < shared < 0.9, f"{shared:.0%} of Django's list are in ours")
        for password in ("password", "12345678", "qwertyuiop", "letmein123", "trustno1", "Password1".lower()):
            self.assertIn(password, ours)

    def test_scripts_are_not_judged(self):
        """Neither side asks the validators with `--noinput`; nor do `createuser` and `changepassword` for scripts."""
        us = self.hallpass(auth_password_validators=VALIDATORS)
        us.must("migrate")
        us.must("createsuperuser", "--noinput", "--username", "zoe", "--email", "", DJANGO_SUPERUSER_PASSWORD="1")
        us.must("createuser", "bob", "--password-stdin", stdin="1\n")
        us.must("changepassword", "bob", "--password-stdin", stdin="2\n")
        self.assertEqual(
            self.project().ask("answer = [bool(authenticate(username=n, password=p)) for n, p in given['pairs']]",
                               pairs=[["zoe", "1"], ["bob", "2"], ["bob", "1"]]),
            [True, True, False])
