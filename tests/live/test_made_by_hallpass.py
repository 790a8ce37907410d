"""A database that Hallpass made: a Django project with the same applications finds nothing to do and nothing odd."""
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from .support.case import LiveTest, beside_every_django, for_both_models
from .support.hallpass import APPS
from .support.http import Browser, send
from .support.kinds import EVERY
from .support.models import PASSWORD, STOCK
from .support.project import Project, migrated
from .support.sources import SETTINGS

ROWS = {
    "content types": "SELECT app_label, model FROM django_content_type",
    "permissions": "SELECT c.app_label, c.model, p.codename, p.name FROM auth_permission p"
                   " JOIN django_content_type c ON c.id = p.content_type_id",
    "migrations": "SELECT app, name FROM django_migrations",
}


class MadeByHallpass:
    def setUp(self):
        super().setUp()
        self.us = self.hallpass()
        self.us.must("migrate")
        self.them = self.project()

    @beside_every_django
    def test_django_has_nothing_to_migrate(self):
        """`migrate --check`, `check`, `makemigrations --check` and `migrate` itself are content."""
        for arguments in (["migrate", "--check"], ["check"], ["makemigrations", "--check", "--dry-run"]):
            self.assertDone(self.them.manage(*arguments))
        before = self.database.dump()
        self.assertIn("No migrations to apply.", self.them.must("migrate"))
        self.assertUnchanged(before)

    @beside_every_django
    def test_same_schema(self):
        """Every table, index and constraint is what Django's own migrations leave behind, and none is ours alone."""
        theirs = migrated(self.model, self.kind)
        self.assertEqual(self.database.schema(), theirs.schema())
        self.assertEqual([name for name in self.database.tables() if name.startswith("hallpass")], [])
        models = self.them.must("inspectdb")
        self.assertEqual(models, Project(self.folder / "second", self.model, theirs).must("inspectdb"))
        self.assertIn("class AuthtokenToken(models.Model):", models)

    def test_same_without_admin(self):
        """Leaving the admin application out gives what Django makes without it."""
        ours, theirs = self.empty("ours"), self.empty("theirs")
        admin = "django.contrib.admin"
        apps = [app for app in [*APPS, *self.model.apps] if app != admin]
        self.hallpass(database=ours, installed_apps=apps).must("migrate")
        installed = [app for app in SETTINGS["INSTALLED_APPS"] if app != admin]
        self.project(database=theirs, INSTALLED_APPS=installed).must("migrate", "--skip-checks")
        self.assertEqual(ours.schema(), theirs.schema())
        for what, sql in ROWS.items():
            self.assertEqual(sorted(ours.rows(sql)), sorted(theirs.rows(sql)), what)

    def test_same_rows(self):
        """Content types, permissions and migration rows are the same sets, each row once."""
        for what, sql in ROWS.items():
            ours, theirs = self.database.rows(sql), migrated(self.model, self.kind).rows(sql)
            self.assertEqual(sorted(ours), sorted(theirs), what)

    def test_timestamps_are_djangos(self):
        """Django reads the `applied` times as UTC moments of this minute."""
        answer = self.them.ask(
            "from django.db.migrations.recorder import MigrationRecorder as R\n"
            "from django.utils.timezone import now\n"
            "answer = max(abs((now() - m.applied).total_seconds()) for m in R.Migration.objects.all())")
        self.assertLess(answer, 60)

    @beside_every_django
    def test_users_log_in_to_django(self):
        """Users of `createuser` and `createsuperuser` pass `authenticate()`; flags and token are in place."""
        self.us.must("createuser", self.model.login, "--password-stdin", "--email", self.model.email,
                     stdin=PASSWORD + "\n")
        other = "asha@example.com"
        self.us.must("createsuperuser", "--noinput", *self.model.create_arguments(other),
                     DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        answer = self.them.ask(
            "def user(login):\n"
            "    stored = User.objects.get_by_natural_key(login).password\n"
            "    u = authenticate(username=login, password=given['password'])\n"
            "    return [u.get_username(), u.is_active, u.is_staff, u.is_superuser, len(Token.objects.get(user=u).key),\n"
            "            u.last_login, stored.split('$')[1]]\n"
            "answer = [user(login) for login in given['logins']]"
            " + [authenticate(username=given['logins'][0], password=given['password'] + ' ') is None]",
            logins=[self.model.login, other], password=PASSWORD)
        self.assertEqual(answer, [[self.model.login, True, False, False, 40, None, "1000"],
                                  [other, True, True, True, 40, None, "1000"], True])

    @beside_every_django
    def test_default_hash_is_djangos_default(self):
        """Without `pbkdf2_iterations` a password costs what this Django spends: nothing to upgrade at log-in."""
        path = self.empty("default")
        us = self.hallpass(database=path, pbkdf2_iterations=None)
        us.must("migrate")
        us.must("createuser", self.model.login, "--password-stdin", stdin=PASSWORD)
        stored = f"SELECT password FROM {self.model.table}"
        before = path.value(stored)
        them = self.project(database=path, PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"])
        self.assertTrue(them.ask(
            "answer = authenticate(username=given['login'], password=given['password']) is not None",
            login=self.model.login, password=PASSWORD))
        self.assertEqual(path.value(stored), before)
        self.assertTrue(before.startswith(f"pbkdf2_sha256${PBKDF2PasswordHasher.iterations}$"), before[:24])

    def test_user_and_token_or_neither(self):
        """A user whose token cannot be written is not there either."""
        self.database.refuse_tokens()
        self.assertRefused(self.us.run("createuser", self.model.login, "--password-stdin", stdin=PASSWORD))
        self.assertEqual(self.database.value(f"SELECT count(*) FROM {self.model.table}"), 0)

    def test_drf_create_token(self):
        """The key that `drf_create_token` prints is the one that `Token.objects.get()` finds; `-r` replaces it."""
        self.us.must("createuser", self.model.login, "--password-stdin", stdin=PASSWORD)
        find = "answer = Token.objects.get(user__{}=given['login']).key".format(self.model.login_column)
        printed = self.us.must("drf_create_token", self.model.login)
        key = self.them.ask(find, login=self.model.login)
        self.assertEqual(printed, f"Generated token {key} for user {self.model.login}\n")
        self.assertEqual(self.us.must("drf_create_token", self.model.login), printed)
        replaced = self.us.must("drf_create_token", "-r", self.model.login)
        self.assertNotEqual(replaced, printed)
        self.assertEqual(replaced.split()[2], self.them.ask(find, login=self.model.login))
        self.assertEqual(self.them.must("drf_create_token", self.model.login), replaced)

    @beside_every_django
    def test_sessions_cross_over(self):
        """A session cookie of one side's log-in opens the other side's pages, and logging out there ends it."""
        self.us.must("createuser", self.model.login, "--password-stdin", stdin=PASSWORD)
        ours, theirs = self.serve(self.us), self.serve(self.them)
        for here, there in ((ours, theirs), (theirs, ours)):
            browser = Browser(here)
            self.database.execute(f"UPDATE {self.model.table} SET last_login = NULL")
            self.assertEqual(browser.login(self.model.login, PASSWORD).status, 302)
            browser.port = there
            answer = browser.get("/api/whoami/")
            self.assertEqual((answer.status, answer.json()["username"]), (200, self.model.login))
            self.assertEqual(answer.json()["authenticated_by"], "session")
            if there == theirs:
                self.assertEqual(browser.get("/page/").text(), self.model.login)
            seconds = self.them.ask(
                "from django.utils.timezone import now\n"
                "answer = (now() - User.objects.get().last_login).total_seconds()")
            self.assertTrue(0 <= seconds < 60, seconds)
            left = browser.post("/api-auth/logout/", {"csrfmiddlewaretoken": browser.cookies["csrftoken"]})
            self.assertIn(left.status, (200, 302))
            self.assertNotIn("sessionid", browser.cookies)
            self.assertEqual(self.database.rows("SELECT session_key FROM django_session"), [])

    def test_tokens_open_django(self):
        """The token of a user made here opens the API of a live Django."""
        self.us.must("createuser", self.model.login, "--password-stdin", stdin=PASSWORD)
        key = self.database.value('SELECT "key" FROM authtoken_token')
        answer = send(self.serve(self.them), "GET", "/api/whoami/", [("Authorization", f"Token {key}")])
        self.assertEqual(answer.json()["username"], self.model.login)

    def test_migrate_again_changes_nothing(self):
        """A second `migrate` says that there is nothing to apply and writes nothing."""
        before = self.database.dump()
        self.assertIn("  No migrations to apply.\n", self.us.must("migrate"))
        self.assertUnchanged(before)


for_both_models(globals(), MadeByHallpass, EVERY)


class JournalOfOurs(LiveTest):
    def test_write_ahead_log(self):
        """A file that Hallpass made uses the write-ahead log; Django works with it, see the other tests."""
        self.hallpass(STOCK).must("migrate")
        self.assertEqual(self.database.journal_mode(), "wal")
