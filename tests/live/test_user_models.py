"""User models of a project's own: a UUID as the key with e-mail login, and a model whose columns have other names."""
import json
import uuid
from dataclasses import replace

from .support import sources
from .support.case import make
from .support.database import Sqlite
from .support.http import JSON, Browser, send
from .support.kinds import EVERY
from .support.models import EMAIL, PASSWORD

# The guide's model with another key.
UUID_MODELS = "import uuid\n\n" + sources.APP_MODELS.replace(
    "    username = None\n",
    "    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)\n"
    "    username = None\n")

# No `PermissionsMixin`, and every column called something else than Django would call it.
MEMBER_MODELS = """\
import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class MemberManager(BaseUserManager):
    def get_by_natural_key(self, badge):
        return self.get(badge=badge)


class Member(AbstractBaseUser):
    key = models.UUIDField(primary_key=True, default=uuid.uuid4, db_column="member_key")
    password = models.CharField(max_length=200, db_column="secret")
    last_login = models.DateTimeField(null=True, db_column="seen_at")
    badge = models.CharField(max_length=20, unique=True)
    is_active = models.BooleanField(default=True, db_column="enabled")
    company = models.UUIDField(null=True)
    floor = models.IntegerField(null=True)

    USERNAME_FIELD = "badge"
    REQUIRED_FIELDS = []
    objects = MemberManager()

    class Meta:
        db_table = "people"
"""

MEMBER = replace(EMAIL, name="member", label="app.Member", table="people", login_column="badge", login="B-7")
MEMBER_SETTINGS = {
    "table": "people", "username_field": "badge", "id_column": "member_key", "password_column": "secret",
    "last_login_column": "seen_at", "is_active_column": "enabled", "extra_columns": ["company", "floor"],
}


class OwnModel:
    """Rules for a project whose `app/models.py` is `models`, migrated by Django."""

    models = None
    user_model = None

    def setUp(self):
        super().setUp()
        self.them = self.project()
        migrations = self.them.folder / "app/migrations"
        (migrations / "0001_initial.py").unlink()
        (self.them.folder / "app/models.py").write_text(self.models, "utf-8")
        self.them.must("makemigrations", "app")
        self.us = self.hallpass(user_model=self.user_model)

    def token(self, key):
        return [("Authorization", f"Token {key}")]

    def key_of(self, out):
        """The key in what `drf_create_token` prints."""
        return out.removeprefix("Generated token ").split()[0]


class UuidKeys(OwnModel):
    """`id = UUIDField(primary_key=True, default=uuid.uuid4)`, login by e-mail, a token for every new user."""

    model = EMAIL
    models = UUID_MODELS

    def setUp(self):
        super().setUp()
        self.them.must("migrate")
        self.them.must("createsuperuser", "--noinput", *self.model.create_arguments(),
                       DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        self.user_id, self.key = self.them.ask(
            "from django.contrib.auth.models import Group\n"
            "user = User.objects.get()\nuser.groups.add(Group.objects.create(name='editors'))\n"
            "answer = [str(user.pk), Token.objects.get(user=user).key]")

    def test_what_django_made_works_here(self):
        """Token, password and session of a user with a UUID; whoami's `id` is the string that DRF writes."""
        ours, theirs = self.serve(self.us), self.serve(self.them)
        who = send(ours, "GET", "/api/whoami/", self.token(self.key))
        self.assertEqual(who.json(), send(theirs, "GET", "/api/whoami/", self.token(self.key)).json())
        self.assertEqual((who.json()["id"], who.json()["groups"]), (self.user_id, ["editors"]))
        body = json.dumps({"username": self.model.login, "password": PASSWORD})
        self.assertEqual(send(ours, "POST", "/api-token-auth/", [JSON], body).json(), {"token": self.key})
        browser = Browser(theirs)
        self.assertEqual(browser.login(self.model.login, PASSWORD).status, 302)
        browser.port = ours
        self.assertEqual(browser.get("/api/whoami/").json()["authenticated_by"], "session")
        listed = json.loads(self.us.must("session", "list", "--json"))
        self.assertEqual([(s["user"], s["state"]) for s in listed], [(self.model.login, "logged in")])
        self.them.ask("u = User.objects.get(); u.set_password('something-else-9'); u.save(); answer = 1")
        self.assertEqual(browser.get("/api/whoami/").status, 403)

    def test_what_hallpass_made_works_there(self):
        """A user, its tokens, sessions and passwords; the key is a random UUID, stored as Django's."""
        self.us.must("createuser", "new@example.com", "--password-stdin", stdin=PASSWORD)
        stored = self.database.value("SELECT id FROM app_user WHERE email = 'new@example.com'")
        if self.kind is Sqlite:
            self.assertRegex(stored, "^[0-9a-f]{32}$")
        made = uuid.UUID(str(stored))
        self.assertEqual(made.version, 4)
        self.assertEqual(
            self.them.ask("user = authenticate(username='new@example.com', password=given['password'])\n"
                          "answer = [str(user.pk), user.pk.version]", password=PASSWORD),
            [str(made), 4])
        key = self.key_of(self.us.must("drf_create_token", "new@example.com"))
        ours, theirs = self.serve(self.us), self.serve(self.them)
        answers = [send(port, "GET", "/api/whoami/", self.token(key)).json() for port in (ours, theirs)]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0]["id"], str(made))
        session = self.us.must("session", "create", "new@example.com").strip()
        self.assertEqual(Browser(theirs, {"sessionid": session}).get("/api/whoami/").json()["username"],
                         "new@example.com")
        browser = Browser(ours)
        self.assertEqual(browser.login("new@example.com", PASSWORD).status, 302)
        browser.port = theirs
        self.assertEqual(browser.get("/api/whoami/").json()["username"], "new@example.com")
        self.us.must("changepassword", "new@example.com", "--password-stdin", stdin="another-odd-one-5")
        self.assertEqual(browser.get("/api/whoami/").status, 403)
        self.assertTrue(self.them.ask(
            "answer = authenticate(username='new@example.com', password='another-odd-one-5') is not None"))

    def test_tokens_for_all_who_lack_one(self):
        """`drf_create_token --all-missing` and `createsuperuser` find their way by UUID, too."""
        self.us.must("createsuperuser", "--noinput", "--email", "root@example.com",
                     DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        self.them.ask("Token.objects.all().delete(); answer = 1")
        self.us.must("drf_create_token", "--all-missing")
        self.assertEqual(
            self.them.ask("answer = sorted(t.user.email for t in Token.objects.all())"),
            ["root@example.com", self.model.login])
        self.assertTrue(self.them.ask("answer = User.objects.get(email='root@example.com').is_superuser"))

    def test_nothing_is_wrong_with_such_a_database(self):
        """`check` finds no error, `migrate` has nothing to do, and neither writes."""
        before = self.database.dump()
        self.assertDone(self.us.run("check"))
        self.assertDone(self.us.run("migrate"), self.them.must("migrate"))
        self.assertUnchanged(before)

    def test_a_session_with_another_kind_of_key_is_nobodys(self):
        """A session that names a number, or a UUID that nobody has, is anonymous."""
        session = self.us.must("session", "create", self.model.login).strip()
        port = self.serve(self.us)
        for key in ("1", self.user_id[:8], str(uuid.uuid4()), "", "no key"):
            self.them.ask(
                "from django.contrib.sessions.backends.db import SessionStore\n"
                "s = SessionStore(given['session']); s['_auth_user_id'] = given['key']; s.save(); answer = 1",
                session=session, key=key)
            self.assertEqual(Browser(port, {"sessionid": session}).get("/api/whoami/").status, 403, key)


class UuidKeysBesideOurTables(OwnModel):
    """Django makes the user table, Hallpass what is missing."""

    model = EMAIL
    models = UUID_MODELS

    def test_our_tables_refer_to_such_users(self):
        """`hallpass migrate` adds tokens, sessions and the admin's log exactly as Django would have."""
        self.them.must("migrate")
        whole = self.database.schema()
        for app in ("admin", "authtoken", "sessions"):
            self.them.must("migrate", app, "zero")
        self.assertNotEqual(self.database.schema(), whole)
        self.us.must("migrate")
        self.assertEqual(self.database.schema(), whole)
        self.assertDone(self.them.manage("migrate", "--check"))

    def test_a_key_that_is_neither_is_refused(self):
        """A key of text is named with its table, its column and its type, on one line."""
        self.them.must("migrate")
        self.database.execute("ALTER TABLE app_user RENAME TO kept")
        self.database.execute("CREATE TABLE app_user (id varchar(36) NOT NULL PRIMARY KEY, "
                              "email varchar(254) NOT NULL UNIQUE, password varchar(128) NOT NULL)")
        self.assertRefused(self.us.run("serve", "--bind", "127.0.0.1:0", timeout=10), "app_user.id", "(36)")


class OtherColumns(OwnModel):
    """Key, password, last login and active flag in columns of other names; no groups, no address, no staff."""

    model = MEMBER
    models = MEMBER_MODELS
    user_model = MEMBER_SETTINGS

    def setUp(self):
        super().setUp()
        self.them.must("migrate")
        self.user_id, self.key = self.them.ask(
            "user = User(badge='B-7', company='01234567-89ab-4def-8123-456789abcdef', floor=3)\n"
            "user.set_password(given['password']); user.save()\n"
            "answer = [str(user.pk), Token.objects.create(user=user).key]", password=PASSWORD)

    def test_both_directions(self):
        """Token, password and session of such a user work here; what is made here works there."""
        self.assertDone(self.us.run("check"))
        ours, theirs = self.serve(self.us), self.serve(self.them)
        who = send(ours, "GET", "/api/whoami/", self.token(self.key)).json()
        self.assertEqual(who, {"id": self.user_id, "username": "B-7", "email": None, "is_staff": None,
                               "is_superuser": None, "groups": [], "authenticated_by": "token"})
        browser = Browser(ours)
        self.assertEqual(browser.login("B-7", PASSWORD).status, 302)
        browser.port = theirs
        self.assertEqual(browser.get("/page/").text(), "B-7")
        self.assertTrue(self.them.ask("answer = User.objects.get().last_login is not None"))
        self.us.must("createuser", "B-8", "--password-stdin", stdin=PASSWORD)
        key = self.key_of(self.us.must("drf_create_token", "B-8"))
        self.assertEqual(
            self.them.ask("user = authenticate(username='B-8', password=given['password'])\n"
                          "answer = [user.is_active, Token.objects.get(user=user).key, user.floor]",
                          password=PASSWORD),
            [True, key, None])
        self.database.execute("UPDATE people SET enabled = FALSE WHERE badge = 'B-7'")
        gone = send(ours, "GET", "/api/whoami/", self.token(self.key))
        self.assertEqual(gone.json(), {"detail": "User inactive or deleted."})


for rules in (UuidKeys, UuidKeysBesideOurTables, OtherColumns):
    for kind in EVERY:
        place = "" if kind is Sqlite else f"On{kind.__name__}"
        make(globals(), f"With{rules.__name__}{place}", rules, rules.model, kind)
