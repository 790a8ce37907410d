"""Password hashes of every algorithm: one side's are the other's, and neither replaces what the other prefers."""
from .support.case import LiveTest, beside_every_django, on_kinds
from .support.http import JSON, send
from .support.kinds import EVERY
from .support.models import PASSWORD, STOCK

# Our name of each hasher, and the class in the Django project; the two of PBKDF2 with the few rounds of these tests.
HASHERS = {
    "pbkdf2_sha256": "project.hashers.Fast",
    "pbkdf2_sha1": "project.hashers.FastSha1",
    "argon2": "django.contrib.auth.hashers.Argon2PasswordHasher",
    "bcrypt_sha256": "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "bcrypt": "django.contrib.auth.hashers.BCryptPasswordHasher",
    "scrypt": "django.contrib.auth.hashers.ScryptPasswordHasher",
    "md5": "django.contrib.auth.hashers.MD5PasswordHasher",
}

# Runs with each algorithm in front. `made`: Django's users. `verdicts`: of each of ours, the algorithm, whether the
# right password is taken and a wrong one is not, and whether the hash is still what it was.
AT_DJANGO = """\
from django.contrib.auth.hashers import identify_hasher
from django.test import override_settings
answer = {}
for first in given["hashers"]:
    order = [first, *(name for name in given["hashers"] if name != first)]
    with override_settings(PASSWORD_HASHERS=[given["hashers"][name] for name in order]):
        user = User.objects.get(username=first + "-ours")
        before = user.password
        right = authenticate(username=user.username, password=given["password"]) is not None
        wrong = authenticate(username=user.username, password=given["password"] + "x") is None
        user.refresh_from_db()
        answer[first] = [identify_hasher(before).algorithm, right, wrong, user.password == before]
        User.objects.create_user(first + "-theirs", password=given["password"])
"""


class TwoSides:
    def setUp(self):
        super().setUp()
        self.them = self.project(PASSWORD_HASHERS=list(HASHERS.values()))
        self.them.migrate()

    def preferring(self, first):
        """Hallpass with this hasher in front of all others."""
        return self.hallpass(password_hashers=[first, *(name for name in HASHERS if name != first)])

    def hash_of(self, login):
        return self.database.value("SELECT password FROM auth_user WHERE username = ?", (login,))

    def token(self, port, login, password):
        """What the token endpoint answers: whether the password is right, as far as anybody outside can tell."""
        body = f'{{"username": "{login}", "password": "{password}"}}'
        return send(port, "POST", "/api-token-auth/", [JSON], body).status

    def made_here(self):
        """One user of ours for each hasher."""
        for first in HASHERS:
            self.preferring(first).must("createuser", f"{first}-ours", "--password-stdin", stdin=PASSWORD)

    def made_there(self):
        """One user of Django's for each hasher; what Django makes of ours."""
        return self.them.ask(AT_DJANGO, hashers=HASHERS, password=PASSWORD)


class EachHasher(TwoSides):
    @beside_every_django
    def test_in_front(self):
        """A hash that one side makes is let in by the other and left as it is, where both prefer its algorithm."""
        self.made_here()
        self.assertEqual(self.made_there(), {name: [name, True, True, True] for name in HASHERS})
        for first in HASHERS:
            with self.subTest(first):
                login = f"{first}-theirs"
                before = self.hash_of(login)
                self.assertTrue(before.startswith(f"{first}$"), before[:20])
                port = self.serve(self.preferring(first))
                self.assertEqual(self.token(port, login, PASSWORD), 200)
                self.assertEqual(self.token(port, login, PASSWORD + "x"), 400)
                self.assertEqual(self.hash_of(login), before)

    def test_unusable(self):
        """A user without a password is one on both sides, and no password opens the account."""
        us = self.preferring("pbkdf2_sha256")
        us.must("createuser", "ours", "--no-password")
        answer = self.them.ask(
            "User.objects.create_user('theirs')\n"
            "answer = [User.objects.get(username='ours').has_usable_password(),\n"
            "          authenticate(username='ours', password=User.objects.get(username='ours').password)]")
        self.assertEqual(answer, [False, None])
        port = self.serve(us)
        for password in (PASSWORD, "!", self.hash_of("theirs")):
            self.assertEqual(self.token(port, "theirs", password), 400)


on_kinds(globals(), EachHasher, EVERY)


class OldHashers(TwoSides, LiveTest):
    model = STOCK

    @beside_every_django
    def test_replaced_once(self):
        """A log-in anywhere replaces what is not preferred, once: from then on both sides leave the hash alone."""
        self.made_here()
        self.made_there()
        ours, theirs = self.serve(self.preferring("pbkdf2_sha256")), self.serve(self.them)
        for number, name in enumerate(HASHERS):
            for login in (f"{name}-ours", f"{name}-theirs"):
                with self.subTest(login):
                    # Half of each side's users log in here first, half there.
                    sides = [ours, theirs] if (number + login.endswith("ours")) % 2 else [theirs, ours]
                    before = self.hash_of(login)
                    self.assertEqual(self.token(sides[0], login, PASSWORD), 200)
                    after = self.hash_of(login)
                    self.assertTrue(after.startswith("pbkdf2_sha256$1000$"), after[:24])
                    self.assertEqual(after == before, name == "pbkdf2_sha256")
                    for side in sides[::-1]:
                        self.assertEqual(self.token(side, login, PASSWORD), 200)
                    self.assertEqual(self.hash_of(login), after)
