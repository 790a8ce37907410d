"""Both sides write to one database at once, for some seconds: nothing is lost, nobody is refused, nothing goes in circles."""
import itertools
import json
import threading
import time

from .support.case import LiveTest, beside_every_django, on_kinds
from .support.database import Sqlite
from .support.http import JSON, Browser, send
from .support.kinds import EVERY
from .support.models import PASSWORD, STOCK

SECONDS = 5
ROUNDS = 8  # that each thread makes at least, however slow the machine


class Crowd:
    """Threads that repeat what they do until the time is up; what goes wrong in one of them ends all."""

    def __init__(self, seconds):
        self.until = time.monotonic() + seconds
        self.wrong = []
        self.threads = []

    def add(self, act):
        self.threads.append(threading.Thread(target=self._repeat, args=(act,), name=act.__name__))

    def _repeat(self, act):
        for number in itertools.count():
            if self.wrong or (number >= ROUNDS and time.monotonic() > self.until):
                return
            try:
                act(number)
            except Exception as error:
                self.wrong.append(f"{act.__name__} {number}: {error!r}")

    def run(self):
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            thread.join()


def both_at_once(*acts):
    """Starts all of them together; returns what each gave."""
    given, start = [None] * len(acts), threading.Barrier(len(acts))

    def do(place, act):
        start.wait(10)
        given[place] = act()

    threads = [threading.Thread(target=do, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


class BothWrite:
    maker = "hallpass"  # who made the database

    def setUp(self):
        super().setUp()
        self.us, self.them = self.hallpass(), self.project(**self.patient())
        if self.maker == "hallpass":
            self.us.must("migrate")
        else:
            self.them.migrate()
        for login in ("anna", "ben", "changing"):
            self.us.must("createuser", login, "--password-stdin", stdin=PASSWORD)
        self.keys = dict(self.database.rows(
            'SELECT username, "key" FROM auth_user JOIN authtoken_token ON user_id = id'))
        self.ours, self.theirs = self.serve(self.us), self.serve(self.them, 2)
        self.made, self.open, self.closed = [], set(), set()

    def patient(self):
        """Of SQLite, Django's transactions that read before they write must say at once that they will write, as
        Django's docs advise: one that finds the file changed in between fails without waiting."""
        if self.kind is not Sqlite:
            return {}
        return {"DATABASES": {"default": {**self.database.django, "OPTIONS": {"transaction_mode": "IMMEDIATE"}}}}

    @beside_every_django
    def test_nothing_is_lost(self):
        """Log-ins, log-outs, new users, tokens, passwords and groups from both sides: each is there in the end."""
        hashes, deadlocks = self.hashes(), self.database.deadlocks()
        crowd = Crowd(SECONDS)
        for act in (self.anna_comes_and_goes, self.ben_comes_and_goes, self.users_here, self.users_there,
                    self.passwords, self.groups):
            crowd.add(act)
        crowd.run()
        self.assertEqual(crowd.wrong, [])

        logins = {login for login, in self.database.rows("SELECT username FROM auth_user")}
        self.assertEqual(logins, {"anna", "ben", "changing", *self.made})
        # One token each, whoever asked for it first.
        owners = self.database.rows("SELECT user_id FROM authtoken_token")
        self.assertEqual((len(owners), len(set(owners))), (len(logins), len(logins)))
        self.assertEqual({key for key, in self.database.rows("SELECT session_key FROM django_session")}, self.open)
        for side in (self.ours, self.theirs):
            self.assertEqual({self.whoami(side, key) for key in list(self.open)[:20]} - {"anna", "ben"}, set())
            self.assertEqual({self.whoami(side, key) for key in list(self.closed)[:20]}, {None})
        # Nobody's hash was replaced but by a new password.
        self.assertEqual({login: self.hashes()[login] for login in ("anna", "ben")},
                         {login: hashes[login] for login in ("anna", "ben")})
        self.assertEqual(self.database.deadlocks(), deadlocks)

    def hashes(self):
        return dict(self.database.rows("SELECT username, password FROM auth_user"))

    def whoami(self, port, key):
        answer = Browser(port, {"sessionid": key}).get("/api/whoami/")
        return answer.json().get("username") if answer.status == 200 else None

    def anna_comes_and_goes(self, number):
        self.come_and_go("anna", number)

    def ben_comes_and_goes(self, number):
        self.come_and_go("ben", number)

    def come_and_go(self, login, number):
        """In on one side, seen on the other; every other time out again, on either side."""
        here, there = (self.ours, self.theirs) if number % 4 < 2 else (self.theirs, self.ours)
        browser = Browser(here)
        self.expect(browser.login(login, PASSWORD), 302)
        key = browser.cookies["sessionid"]
        browser.port = there
        self.expect(browser.get("/api/whoami/"), 200)
        if number % 2:
            self.open.add(key)
            return
        browser.port = here if number % 8 < 4 else there
        self.expect(browser.post("/api-auth/logout/", {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}), 200, 302)
        self.closed.add(key)

    def users_here(self, number):
        login = f"ours{number}"
        self.us.must("createuser", login, "--password-stdin", stdin=PASSWORD)
        self.made.append(login)
        self.one_token(login)

    def users_there(self, number):
        login = f"theirs{number}"
        self.administer(201, do="create", login=login, password=PASSWORD)
        self.made.append(login)
        self.one_token(login)

    def one_token(self, login):
        """Both sides are asked for the user's token at the same moment: it is one."""
        first, second = both_at_once(*(lambda side=side: self.token(side, login, PASSWORD)
                                       for side in (self.ours, self.theirs)))
        if first[0] != 200 or first != second:
            raise AssertionError(f"{login}: {first} here, {second} there")

    def passwords(self, number):
        """A password changed on one side is the only one on the other, at once."""
        old, new = (PASSWORD if number == 0 else f"odd-password-{number - 1}"), f"odd-password-{number}"
        if number % 2:
            self.us.must("changepassword", "changing", "--password-stdin", stdin=new)
        else:
            self.administer(200, do="password", login="changing", password=new)
        for side in (self.ours, self.theirs):
            seen = self.token(side, "changing", new)[0], self.token(side, "changing", old)[0]
            if seen != (200, 400):
                raise AssertionError(f"{seen} with the new and the old password")

    def groups(self, number):
        """What Django makes of somebody's groups is what whoami says, at once."""
        wanted = [f"group{place}" for place in range(3) if number >> place & 1]
        self.administer(200, do="groups", login="changing", groups=wanted)
        for side in (self.ours, self.theirs):
            answer = send(side, "GET", "/api/whoami/", [("Authorization", f"Token {self.keys['changing']}")])
            if sorted(answer.json()["groups"]) != wanted:
                raise AssertionError(f"{answer.json()['groups']} instead of {wanted}")

    def token(self, port, login, password):
        body = json.dumps({"username": login, "password": password})
        answer = send(port, "POST", "/api-token-auth/", [JSON], body)
        return answer.status, answer.body

    def administer(self, status, **what):
        self.expect(send(self.theirs, "POST", "/people/", [JSON], json.dumps(what)), status)

    def expect(self, answer, *statuses):
        if answer.status not in statuses:
            raise AssertionError(f"{answer.status} instead of {statuses[0]}: {answer.text()[:500]}")


on_kinds(globals(), BothWrite, EVERY)


class BothWriteOnDjangosFile(BothWrite, LiveTest):
    """SQLite with the rollback journal, where a reader holds up writers."""

    model = STOCK
    maker = "django"
