"""A database that Django made: its tokens, passwords and sessions work here, and nothing is written unasked.

On every kind of database; what `serve` refuses to start on is shown on SQLite."""
import base64
import subprocess

from .support.case import LiveTest, beside_every_django, for_both_models
from .support.http import JSON, Browser, send
from .support.kinds import EVERY
from .support.models import EMAIL, PASSWORD, STOCK
from .support.project import migrated

MAKE_PEOPLE = """\
from django.contrib.auth.models import Group
def person(login, **fields):
    if User.USERNAME_FIELD == "email":
        user = User.objects.create_user(login, given["password"], **fields)
    else:
        user = User.objects.create_user(login, given["email"], given["password"], **fields)
    Token.objects.get_or_create(user=user)
    return user
user = person(given["login"], is_staff=True)
for name in ("editors", "archive"):
    user.groups.add(Group.objects.create(name=name))
person("gone@example.com", is_active=False)
answer = {t.user.get_username(): t.key for t in Token.objects.all()}
"""


class MadeByDjango:
    def setUp(self):
        super().setUp()
        self.them = self.project()
        self.them.migrate()
        self.keys = self.them.ask(MAKE_PEOPLE, login=self.model.login, email=self.model.email, password=PASSWORD)
        self.key = self.keys[self.model.login]
        self.us = self.hallpass()

    def token(self, key=None):
        return [("Authorization", f"Token {key or self.key}")]

    @beside_every_django
    def test_tokens_and_passwords(self):
        """Tokens and passwords of Django's users are accepted; an inactive user is refused with Django's words."""
        port = self.serve(self.us)
        who = send(port, "GET", "/api/whoami/", self.token())
        self.assertEqual(who.status, 200, who.body)
        self.assertEqual(list(who.json().items()), [
            ("id", 1), ("username", self.model.login), ("email", self.model.email), ("is_staff", True),
            ("is_superuser", False), ("groups", ["editors", "archive"]), ("authenticated_by", "token")])
        basic = base64.b64encode(f"{self.model.login}:{PASSWORD}".encode()).decode()
        who = send(port, "GET", "/api/whoami/", [("Authorization", f"Basic {basic}")])
        self.assertEqual(who.json()["authenticated_by"], "basic")
        body = f'{{"username": "{self.model.login}", "password": "{PASSWORD}"}}'
        self.assertEqual(send(port, "POST", "/api-token-auth/", [JSON], body).json(), {"token": self.key})
        gone = send(port, "GET", "/api/whoami/", self.token(self.keys["gone@example.com"]))
        self.assertEqual((gone.status, gone.json()), (403, {"detail": "User inactive or deleted."}))

    @beside_every_django
    def test_sessions(self):
        """A session cookie that live Django handed out opens whoami; a changed password ends it."""
        browser = Browser(self.serve(self.them))
        self.assertEqual(browser.login(self.model.login, PASSWORD).status, 302)
        browser.port = self.serve(self.us)
        self.assertEqual(browser.get("/api/whoami/").json()["authenticated_by"], "session")
        self.them.ask("u = User.objects.get(id=1)\nu.set_password('something-else-9')\nu.save()\nanswer = 1")
        ended = browser.get("/api/whoami/")
        self.assertEqual(ended.status, 403)
        self.assertEqual(ended.json(), {"detail": "Authentication credentials were not provided."})

    def test_revocation_is_seen(self):
        """A token deleted by Django, or a user made inactive, stops working at the next request."""
        port = self.serve(self.us)
        self.assertEqual(send(port, "GET", "/api/whoami/", self.token()).status, 200)
        self.database.execute(f"UPDATE {self.model.table} SET is_active = FALSE WHERE id = 1")
        self.assertEqual(send(port, "GET", "/api/whoami/", self.token()).json()["detail"], "User inactive or deleted.")
        self.database.execute(f"UPDATE {self.model.table} SET is_active = TRUE WHERE id = 1")
        self.assertEqual(send(port, "GET", "/api/whoami/", self.token()).status, 200)
        self.database.execute("DELETE FROM authtoken_token WHERE user_id = 1")
        self.assertEqual(send(port, "GET", "/api/whoami/", self.token()).json()["detail"], "Invalid token.")

    def test_reading_writes_nothing(self):
        """Serving reads and refused writes leaves every row, the journal mode and the schema as they were."""
        browser = Browser(self.serve(self.them))
        browser.login(self.model.login, PASSWORD)
        before = self.database.dump()
        browser.port = port = self.serve(self.us)
        for _ in range(3):
            self.assertEqual(browser.get("/api/whoami/").status, 200)
            self.assertEqual(send(port, "GET", "/api/whoami/", self.token()).status, 200)
            self.assertEqual(send(port, "GET", "/api-auth/login/").status, 200)
            self.assertEqual(send(port, "GET", "/healthz").status, 200)
            body = f'{{"username": "{self.model.login}", "password": "wrong"}}'
            self.assertEqual(send(port, "POST", "/api-token-auth/", [JSON], body).status, 400)
        self.us.run("check")
        self.us.run("showmigrations")
        self.assertUnchanged(before)

    @beside_every_django
    def test_log_in_changes_only_what_django_changes(self):
        """Logging in writes `last_login` and one session row, and no other byte."""
        before = self.database.dump()
        browser = Browser(self.serve(self.us))
        self.assertEqual(browser.login(self.model.login, PASSWORD).status, 302)
        self.database.execute(f"UPDATE {self.model.table} SET last_login = NULL")
        self.assertEqual(self.database.value("SELECT count(*) FROM django_session"), 1)
        self.database.execute("DELETE FROM django_session")
        self.assertUnchanged(before)

    @beside_every_django
    def test_migrate_has_nothing_to_do(self):
        """`hallpass migrate` on a Django database says so and changes nothing; all rows show as applied."""
        before = self.database.dump()
        self.assertDone(self.us.run("migrate"), self.them.must("migrate"))
        self.assertDone(self.us.run("showmigrations"), self.them.must("showmigrations"))
        self.assertDone(self.us.run("migrate", "--check"))
        self.assertUnchanged(before)

    def test_check_finds_no_error(self):
        """`hallpass check` finds nothing that is an error."""
        self.assertDone(self.us.run("check"))

    def test_new_users_and_changed_passwords(self):
        """What Hallpass adds to Django's database, Django reads: a user, a token, a changed password."""
        login = "new@example.com"
        self.us.must("createuser", login, "--password-stdin", stdin=PASSWORD)
        self.us.must("changepassword", self.model.login, "--password-stdin", stdin="another-odd-one-5\n")
        answer = self.them.ask(
            "def ok(login, password): return authenticate(username=login, password=password) is not None\n"
            "answer = [ok(given['new'], given['old_password']), ok(given['login'], 'another-odd-one-5'),\n"
            "          ok(given['login'], given['old_password']), Token.objects.count(),\n"
            "          User.objects.get(pk=3).get_username()]",
            new=login, login=self.model.login, old_password=PASSWORD)
        self.assertEqual(answer, [True, True, False, 3, login])


    def test_groups_change(self):
        """Who is in which group, and what a group is called, is read anew with every request."""
        port = self.serve(self.us)
        for change, groups in (
                ("user.groups.add(Group.objects.create(name='late'))\n"
                 "Group.objects.filter(name='archive').update(name='attic')", ["editors", "attic", "late"]),
                ("Group.objects.get(name='editors').delete()\n"
                 "user.groups.remove(Group.objects.get(name='late'))", ["attic"])):
            self.them.ask(f"from django.contrib.auth.models import Group\nuser = User.objects.get(pk=1)\n{change}\n"
                          "answer = 1")
            self.assertEqual(send(port, "GET", "/api/whoami/", self.token()).json()["groups"], groups, change)


for_both_models(globals(), MadeByDjango, EVERY)


class JournalOfDjango(LiveTest):
    model = STOCK

    def test_it_stays(self):
        """Neither reading nor writing turns Django's rollback journal into a write-ahead log."""
        self.project().migrate()
        self.assertEqual(self.database.journal_mode(), "delete")
        us = self.hallpass()
        us.must("migrate")
        us.must("createuser", STOCK.login, "--password-stdin", stdin=PASSWORD)
        self.assertEqual(Browser(self.serve(us)).login(STOCK.login, PASSWORD).status, 302)
        self.assertEqual(self.database.journal_mode(), "delete")


class RefusedAtStart(LiveTest):
    """What `serve` refuses to start on, in one line that says what is wrong."""

    model = STOCK

    def refuse(self, us, *words):
        self.assertRefused(self.start(us), *words)

    def start(self, us):
        """Runs `serve` until it gives up; a server that stays is the failure."""
        try:
            return us.run("serve", "--bind", "127.0.0.1:0", timeout=10)
        except subprocess.TimeoutExpired:
            self.fail("serve started all the same")

    def copy(self, model):
        self.database.copy_from(migrated(model))

    def test_missing_tables(self):
        """Missing tables are named, and so is the way to make them."""
        self.copy(STOCK)
        self.database.execute("DROP TABLE authtoken_token")
        self.refuse(self.hallpass(), "authtoken_token", "migrate")
        self.database.execute("DROP TABLE django_session")
        self.refuse(self.hallpass(), "authtoken_token", "django_session")

    def test_no_database_at_all(self):
        """A file that does not exist is not made by `serve`."""
        done = self.start(self.hallpass())
        self.assertEqual(done.code, 1, done)
        self.assertFalse(self.database.path.exists(), "serve made a database")

    def test_token_table_of_another_kind(self):
        """A table of the right name without the columns of a token is named."""
        self.copy(STOCK)
        self.database.execute("DROP TABLE authtoken_token")
        self.database.execute("CREATE TABLE authtoken_token (id integer PRIMARY KEY, value text)")
        self.refuse(self.hallpass(), "authtoken_token")

    def test_tokens_of_another_user_table(self):
        """Tokens that point to `auth_user` while the user model is `app.User`: both tables are named."""
        self.copy(STOCK)
        for kind, _, table, sql in migrated(EMAIL).schema():
            if kind == "table" and table.startswith("app_user"):
                self.database.execute(sql)
        self.refuse(self.hallpass(EMAIL), "auth_user", "app_user")

    def test_user_model_without_its_table(self):
        """`app.User` on a stock project's database: the missing table is named."""
        self.copy(STOCK)
        self.refuse(self.hallpass(EMAIL), "app_user")

    def test_empty_secret_key(self):
        """An empty secret key is refused."""
        self.copy(STOCK)
        self.refuse(self.hallpass(secret_key=""), "secret_key")

    def test_unknown_settings_and_classes(self):
        """An unknown key or class is refused and the nearest known one named."""
        self.copy(STOCK)
        self.refuse(self.hallpass(alowed_hosts=["x"], allowed_hosts=None), "alowed_hosts", "allowed_hosts")
        classes = {"default_authentication_classes": ["sesion"]}
        self.refuse(self.hallpass(rest_framework=classes), "sesion", "session")

    def test_tables_lost_while_serving(self):
        """A server that loses its tables answers 503 with Retry-After, and recovers when they are back."""
        self.copy(STOCK)
        kept = self.database.value("SELECT sql FROM sqlite_master WHERE name = 'authtoken_token'")
        port = self.serve(self.hallpass())
        header = [("Authorization", "Token " + "a" * 40)]
        self.assertEqual(send(port, "GET", "/api/whoami/", header).status, 403)
        self.database.execute("DROP TABLE authtoken_token")
        lost = send(port, "GET", "/api/whoami/", header)
        self.assertEqual(lost.status, 503, lost.body)
        self.assertTrue(lost.header("Retry-After"))
        self.database.execute(kept)
        self.assertEqual(send(port, "GET", "/api/whoami/", header).status, 403)
