"""The commands that work on what Django made, and whose work Django takes: sessions, tokens, the settings file."""
import json

from .support.case import for_both_models, on_kinds
from .support.hallpass import BINARY
from .support.http import Browser, send
from .support.kinds import SERVERS
from .support.models import PASSWORD
from .support.process import clean_environment, run

BACKEND = "django.contrib.auth.backends.ModelBackend"


class TwoSidedCommands:
    def setUp(self):
        super().setUp()
        self.us, self.them = self.hallpass(), self.project()
        self.them.migrate()
        self.them.must("createsuperuser", "--noinput", *self.model.create_arguments(),
                       DJANGO_SUPERUSER_PASSWORD=PASSWORD)

    def whoami(self, port, key):
        answer = Browser(port, {"sessionid": key}).get("/api/whoami/")
        return answer.json().get("username") if answer.status == 200 else answer.status

    def test_django_accepts_a_made_session(self):
        """The key of `session create` opens Django's API and pages; it holds what Django's own login puts there."""
        key = self.us.must("session", "create", self.model.login).strip()
        port = self.serve(self.them)
        self.assertEqual(self.whoami(port, key), self.model.login)
        self.assertEqual(Browser(port, {"sessionid": key}).get("/page/").text(), self.model.login)
        found = self.them.ask(
            "from django.contrib.sessions.models import Session\n"
            "from django.utils.timezone import now\n"
            "s = Session.objects.get(session_key=given['key']); user = User.objects.get()\n"
            "answer = [s.get_decoded(), str(user.pk), user.get_session_auth_hash(),\n"
            "          (s.expire_date - now()).total_seconds(), user.last_login]", key=key)
        data, user_id, auth_hash, seconds, last_login = found
        self.assertEqual(data, {"_auth_user_id": user_id, "_auth_user_backend": BACKEND, "_auth_user_hash": auth_hash})
        self.assertTrue(1209500 < seconds <= 1209600, seconds)
        self.assertIsNone(last_login)

    def test_sessions_of_django_are_listed_and_revoked(self):
        """Sessions of a log-in at Django are listed with their user, without their key, and end for Django too."""
        port = self.serve(self.them)
        browser = Browser(port)
        self.assertEqual(browser.login(self.model.login, PASSWORD).status, 302)
        key = browser.cookies["sessionid"]
        listed = json.loads(self.us.must("session", "list", "--json"))
        self.assertEqual([(s["key"], s["user"], s["state"]) for s in listed],
                         [(key[:8], self.model.login, "logged in")])
        self.assertEqual(self.whoami(port, key), self.model.login)
        self.assertEqual(self.us.must("session", "revoke", self.model.login), "Revoked 1 session\n")
        self.assertIn(self.whoami(port, key), (401, 403))

    def test_a_password_change_at_django_makes_sessions_stale(self):
        """A session of ours is listed as stale once Django has changed the password, and Django refuses it."""
        key = self.us.must("session", "create", self.model.login).strip()
        self.them.ask("user = User.objects.get(); user.set_password('another-odd-5'); user.save(); answer = 1")
        self.assertIn("(stale)", self.us.must("session", "list"))
        self.assertIn(self.whoami(self.serve(self.them), key), (401, 403))

    def test_everybody_gets_a_token(self):
        """After `drf_create_token --all-missing` each of Django's users has one token, and old ones are kept."""
        self.them.ask(
            "Token.objects.all().delete()\n"
            "User.objects.bulk_create(User(**{User.USERNAME_FIELD: 'u%d@example.com' % n}) for n in range(600))\n"
            "Token.objects.create(user=User.objects.first(), key='kept')\n"
            "answer = 1")
        out = self.us.must("drf_create_token", "--all-missing")
        self.assertEqual(out, "Generated 600 tokens for users without one\n")
        answer = self.them.ask("answer = [User.objects.filter(auth_token=None).count(), Token.objects.count(),"
                               " Token.objects.filter(key='kept').count()]")
        self.assertEqual(answer, [0, 601, 1])
        key = self.database.value("""SELECT "key" FROM authtoken_token WHERE "key" <> 'kept' LIMIT 1""")
        answer = send(self.serve(self.them), "GET", "/api/whoami/", [("Authorization", f"Token {key}")])
        self.assertEqual(answer.status, 200)

    def test_settings_come_from_the_project(self):
        """`diffsettings --all | hallpass init --from-django` gives a Hallpass that works beside that project."""
        project = self.project(SESSION_COOKIE_AGE=7200, SESSION_COOKIE_NAME="sid", SECRET_KEY_FALLBACKS=["old-key"],
                               CSRF_TRUSTED_ORIGINS=["https://example.com"], SECRET_PATH="/hidden")
        folder = self.folder / "filled"
        folder.mkdir()
        printed = project.must("diffsettings", "--all")
        made = run([BINARY, "init", "--from-django"], folder, clean_environment(), printed)
        self.assertDone(made)
        for word in ("project.hashers.Fast", "SECRET_PATH", "DEFAULT_RENDERER_CLASSES"):
            self.assertIn(word, made.err)
        text = (folder / "hallpass.toml").read_text("utf-8")
        self.assertNotIn("/hidden", text)
        self.assertEqual((folder / "hallpass.toml").stat().st_mode & 0o777, 0o600)
        self.assertIn('\nsession_cookie_name = "sid"\n', text)
        self.assertIn('\nsecret_key_fallbacks = ["old-key"]\n', text)
        again = run([BINARY, "init", "--from-django"], folder, clean_environment(), printed)
        self.assertRefused(again, "exists already")

        checked = run([BINARY, "check"], folder, clean_environment())
        self.assertEqual(checked.code, 0, checked)
        key = run([BINARY, "session", "create", self.model.login], folder, clean_environment())
        self.assertDone(key)
        port = self.serve(project)
        answer = Browser(port, {"sid": key.out.strip()}).get("/api/whoami/")
        self.assertEqual((answer.status, answer.json()["username"]), (200, self.model.login))
        shown = run([BINARY, "showmigrations"], folder, clean_environment())
        self.assertNotIn("[ ]", shown.out)


for_both_models(globals(), TwoSidedCommands)
on_kinds(globals(), TwoSidedCommands, SERVERS)
