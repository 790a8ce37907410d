"""The usual guide to token authentication, walked with suraj@gmail.com, from the empty folder on."""
import json
import re
from urllib.parse import urlencode

from .support.case import for_both_models
from .support.http import FORM, JSON, Browser, send
from .support.models import PASSWORD

GENERATED = re.compile(r"Generated token ([0-9a-f]{40}) for user (\S+)\n")
TOKEN_FIRST = {"default_authentication_classes": ["token", "session", "basic"],
               "default_permission_classes": ["is_authenticated"]}
CSRF_TOKEN = "abcdefghijABCDEFGHIJ0123456789Zz"


class Guide:
    def setUp(self):
        super().setUp()
        self.us = self.hallpass()
        self.us.must("migrate")
        self.us.must("createuser", self.model.login, "--password-stdin", "--email", self.model.email, stdin=PASSWORD)
        self.key = GENERATED.fullmatch(self.us.must("drf_create_token", self.model.login))[1]

    def test_the_walk(self):
        """The printed token, the token endpoint's answer and the header that opens whoami are one key."""
        port = self.serve(self.us)
        fields = {"username": self.model.login, "password": PASSWORD}
        multipart = "".join(f'--BB\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                            for name, value in fields.items()) + "--BB--\r\n"
        bodies = [(JSON, json.dumps(fields)), (FORM, urlencode(fields)),
                  (("Content-Type", "multipart/form-data; boundary=BB"), multipart)]
        for content_type, body in bodies:
            answer = send(port, "POST", "/api-token-auth/", [content_type], body)
            self.assertEqual((answer.status, answer.body), (200, b'{"token":"%s"}' % self.key.encode()))
            self.assertEqual(answer.all("Set-Cookie"), [])
        who = send(port, "GET", "/api/whoami/", [("Authorization", f"Token {self.key}")])
        self.assertEqual(who.json()["username"], self.model.login)
        last_login = f"SELECT last_login FROM {self.model.table}"
        self.assertEqual(self.database.rows(last_login), [(None,)], "the token endpoint is not a log-in")

    def test_the_walk_in_django(self):
        """The same commands in Django print the same lines on this database."""
        line = f"Generated token {self.key} for user {self.model.login}\n"
        self.assertEqual(self.project().must("drf_create_token", self.model.login), line)

    def test_superuser(self):
        """`createsuperuser --noinput` makes a superuser with a token of its own."""
        done = self.us.run("createsuperuser", "--noinput", *self.model.create_arguments("root@example.com"),
                           DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        self.assertDone(done, "Superuser created successfully.\n")
        printed = self.us.must("drf_create_token", "root@example.com")
        keys = dict(self.database.rows("SELECT user_id, key FROM authtoken_token"))
        self.assertEqual(GENERATED.fullmatch(printed)[1], keys[2])

    def test_wrong_key(self):
        """A wrong key is 403 without a challenge while session comes first, 401 with one when token does."""
        wrong = [("Authorization", "Token " + "0" * 40)]
        refused = send(self.serve(self.us), "GET", "/api/whoami/", wrong)
        self.assertEqual((refused.status, refused.json(), refused.header("WWW-Authenticate")),
                         (403, {"detail": "Invalid token."}, None))
        refused = send(self.serve(self.hallpass(rest_framework=TOKEN_FIRST)), "GET", "/api/whoami/", wrong)
        self.assertEqual((refused.status, refused.json(), refused.header("WWW-Authenticate")),
                         (401, {"detail": "Invalid token."}, "Token"))

    def test_session_needs_csrf_and_token_does_not(self):
        """The browser's cookie alone is not enough to write; the token alone is."""
        port = self.serve(self.us)
        fields = {"username": self.model.login, "password": PASSWORD}
        browser = Browser(port)
        self.assertEqual(browser.login(self.model.login, PASSWORD).status, 302)
        right = browser.cookies["csrftoken"]

        def detail(headers=(), without_cookie=False):
            other = Browser(port, {k: v for k, v in browser.cookies.items() if k != "csrftoken" or not without_cookie})
            answer = other.post("/api-token-auth/", fields, headers)
            return answer.status, answer.json().get("detail")

        header = "CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header"
        self.assertEqual(detail(), (403, "CSRF Failed: CSRF token missing."))
        self.assertEqual(detail(without_cookie=True), (403, "CSRF Failed: CSRF cookie not set."))
        self.assertEqual(detail([("X-CSRFToken", CSRF_TOKEN)]), (403, f"{header} incorrect."))
        self.assertEqual(detail([("X-CSRFToken", "short")]), (403, f"{header} has incorrect length."))
        self.assertEqual(detail([("X-CSRFToken", "!" * 32)]), (403, f"{header} has invalid characters."))
        origin = "https://evil.example"
        self.assertEqual(
            detail([("X-CSRFToken", right), ("Origin", origin)]),
            (403, f"CSRF Failed: Origin checking failed - {origin} does not match any trusted origins."))
        self.assertEqual(detail([("X-CSRFToken", right)]), (200, None))
        token = [("Authorization", f"Token {self.key}"), JSON]
        answer = send(port, "POST", "/api-token-auth/", token, json.dumps(fields))
        self.assertEqual((answer.status, answer.json()), (200, {"token": self.key}))

    def test_settings_as_django_writes_them(self):
        """Dotted paths carried over from a Django settings file mean the same as the short names."""
        dotted = {
            "default_authentication_classes": [
                "rest_framework.authentication.TokenAuthentication",
                "rest_framework.authentication.SessionAuthentication",
                "rest_framework.authentication.BasicAuthentication",
            ],
            "default_permission_classes": ["rest_framework.permissions.IsAuthenticated"],
        }
        port = self.serve(self.hallpass(rest_framework=dotted))
        self.assertEqual(send(port, "GET", "/api/whoami/").header("WWW-Authenticate"), "Token")
        answer = send(port, "GET", "/api/whoami/", [("Authorization", f"Token {self.key}")])
        self.assertEqual(answer.status, 200)

    def test_no_token_without_the_setting(self):
        """With `auto_create` off a new user has no token until one is asked for, as in plain Django."""
        us = self.hallpass(token={"auto_create": False})
        us.must("createuser", "plain@example.com", "--password-stdin", stdin=PASSWORD)
        self.assertEqual(self.database.value("SELECT count(*) FROM authtoken_token"), 1)

    def test_init_writes_a_working_file(self):
        """`init` writes a settings file with a fresh key that works at once, and never overwrites one."""
        folder = self.folder / "fresh"
        folder.mkdir()
        self.us.folder = folder
        self.us.must("init")
        text = (folder / "hallpass.toml").read_text()
        self.assertRegex(text, r'(?m)^secret_key = "[^"]{50,}"$')
        self.us.must("migrate")
        self.us.must("createuser", "suraj", "--password-stdin", stdin=PASSWORD)
        self.assertRegex(self.us.must("drf_create_token", "suraj"), GENERATED)
        self.assertRefused(self.us.run("init"), "hallpass.toml")
        self.assertEqual((folder / "hallpass.toml").read_text(), text)


for_both_models(globals(), Guide)
