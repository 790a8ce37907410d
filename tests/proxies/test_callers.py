"""Who may pass, who may not, and what the application is told."""
import base64

from .support.case import for_each_proxy
from .support.hallpass import PASSWORD


class Callers:
    def test_a_token_passes_with_its_user(self):
        """Path and query reach the application as they were sent."""
        for target in ("/", "/a/b?c=d&e=%2F..%2F", "/caf%C3%A9/%61?x", "/a%20b"):
            answer = self.ask(target, [self.token("alice")])
            self.assertAllowed(answer, "alice")
            self.assertEqual(answer.seen.target, target)

    def test_basic_and_session_pass(self):
        basic = base64.b64encode(f"bob:{PASSWORD}".encode()).decode()
        self.assertAllowed(self.ask(headers=[("Authorization", f"Basic {basic}")]), "bob")
        cookie = ("Cookie", f"a=b; sessionid={self.hallpass.session('bob')}")
        self.assertAllowed(self.ask(headers=[cookie]), "bob")

    def test_head_and_unsafe_methods_pass(self):
        for method in ("HEAD", "POST", "PUT", "PATCH", "OPTIONS"):
            answer = self.ask("/x", [self.token("alice")], method)
            self.assertAllowed(answer, "alice")
            self.assertEqual(answer.seen.method, method)

    def test_programs_without_credentials_are_shown_every_challenge(self):
        answer = self.ask()
        self.assertRefused(answer, 401)
        challenges = answer.header("WWW-Authenticate")
        self.assertEqual(challenges, 'Token, Basic realm="api"')
        self.assertIn("detail", answer.json())
        self.assertEqual(answer.header("Cache-Control"), "no-store")

    def test_wrong_credentials_are_refused_even_where_everybody_may_pass(self):
        with self.subTest("inactive"):
            self.sql("UPDATE auth_user SET is_active = 0 WHERE username = 'dave'")
            self.assertRefused(self.ask("/public/", [self.token("dave")]), 401)
        for value in ("Token wrong", "Token a b", "Basic Ym9iOndyb25n", "Basic %%%"):
            with self.subTest(value):
                self.assertRefused(self.ask("/public/", [("Authorization", value)]), 401)

    def test_who_is_known_and_not_allowed_gets_403(self):
        self.assertRefused(self.ask("/staff/x", [self.token("alice")]), 403)
        self.assertAllowed(self.ask("/staff/x", [self.token("carol")]), "carol")
        self.assertRefused(self.ask("/x", [self.token("alice")], "DELETE"), 403)
        self.assertAllowed(self.ask("/x", [self.token("carol")], "DELETE"), "carol")

    def test_where_everybody_may_pass_nobody_is_said_to_be_nobody(self):
        self.assertAllowed(self.ask("/public/x"), None)
        self.assertAllowed(self.ask("/", host="public.example"), None)

    def test_who_asks_too_often_is_told_when_to_come_back(self):
        for _ in range(2):
            self.assertAllowed(self.ask("/slow/", [self.token("alice")]), "alice")
        answer = self.ask("/slow/", [self.token("alice")])
        self.assertRefused(answer, 429)
        self.assertGreater(int(answer.header("Retry-After")), 3500)
        self.assertAllowed(self.ask("/slow/", [self.token("bob")]), "bob")

    def test_a_revoked_token_stops_at_once(self):
        key = self.hallpass.create("erin")
        self.assertAllowed(self.ask(headers=[("Authorization", f"Token {key}")]), "erin")
        self.sql("DELETE FROM authtoken_token WHERE key = ?", key)
        self.assertRefused(self.ask(headers=[("Authorization", f"Token {key}")]), 401)

    def test_names_cannot_split_a_header(self):
        key = self.hallpass.create("mallory")
        self.sql("UPDATE auth_user SET username = ?, first_name = ?, email = '' WHERE username = 'mallory'",
                 "a\r\nRemote-User: carol", "Zo\u00eb, {env.HOME} $remote_addr")
        seen = self.ask(headers=[("Authorization", f"Token {key}")]).seen
        self.assertEqual(seen.named_like("Remote-User"), ["a%0D%0ARemote-User: carol"])
        self.assertEqual(seen.named_like("Remote-Name"), ["Zo%C3%AB%2C %7Benv.HOME%7D %24remote_addr"])
        self.assertEqual(seen.named_like("Remote-Email"), ["-"])


for_each_proxy(globals(), Callers)
