"""What a client says in the name of Hallpass or of the proxy."""
import json

from .support.case import for_each_proxy

IDENTITY = ("Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups", "X-Hallpass-User-Id", "X-Hallpass-Auth")


def spellings(name):
    """Every way to write a header that some application takes for this one."""
    for separator in "-_.":
        for written in (name, name.lower(), name.upper(), name.swapcase()):
            yield written.replace("-", separator)
    yield name.replace("-", "_", 1)
    head, _, tail = name.rpartition("-")
    yield f"{head}_{tail}"


class Spoofing:
    def test_identity_headers_in_every_spelling(self):
        for name in IDENTITY:
            for spelling in sorted(set(spellings(name))):
                for values in (["carol"], ["carol", "carol"], [""], ["", "carol"], ["-"]):
                    sent = [(spelling, value) for value in values]
                    with self.subTest(f"{spelling}: {values}"):
                        for target, headers, user in (("/public/", [], None), ("/", [self.token("alice")], "alice")):
                            for ordered in (sent + headers, headers + sent):
                                self.assertAllowed(self.ask(target, ordered), user)

    def test_all_at_once(self):
        sent = [(spelling, "carol") for name in IDENTITY for spelling in sorted(set(spellings(name)))]
        self.assertAllowed(self.ask("/public/", sent), None)
        self.assertRefused(self.ask("/staff/", sent), 401)

    def test_names_that_other_gateways_use(self):
        names = ("X-Remote-User", "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups", "X-Auth-Request-User",
                 "X-Auth-Request-Email")
        seen = self.ask("/public/", [(name, "carol") for name in names]).seen
        for name in names:
            self.assertEqual(seen.named_like(name), [], name)

    def test_a_name_of_the_settings_own(self):
        """`remote_user_header` is taken away as well, whoever believes it."""
        for spelling in sorted(set(spellings("X-Company-User"))):
            for values in (["carol"], ["carol", "carol"], [""]):
                seen = self.ask("/public/", [(spelling, value) for value in values]).seen
                self.assertEqual(seen.named_like("X-Company-User"), [], f"{spelling}: {values}")

    def test_the_doctor_finds_nothing_to_say_against_the_proxy(self):
        """It goes through the proxy as clients do; what is information was told before."""
        port = self.proxy.port
        done = self.hallpass.run("check", "--url", f"http://127.0.0.1:{port}/", "--json", "--fail-level", "warning")
        found = [finding["seen"] for finding in json.loads(done.out) if finding["level"] != "info"]
        self.assertEqual((done.code, found), (0, []), done)

    def test_an_identity_header_named_in_connection_survives(self):
        """`Connection: Remote-User` tells a proxy to drop that header: the client's wish must not reach ours."""
        for name in ("Remote-User", "remote-user", "X-Hallpass-Auth", "Authorization", "X-Forwarded-Uri"):
            answer = self.ask("/", [self.token("alice"), ("Connection", f"close, {name}")])
            if answer.status == 200:
                self.assertAllowed(answer, "alice")
            else:
                self.assertRefused(answer, 400, 401)

    def test_the_question_is_the_proxys_alone(self):
        """A client that describes another request is still asked about its own."""
        other = [("X-Original-URL", "http://app.example/public/"), ("X-Original-Method", "GET"),
                 ("X-Forwarded-Uri", "/public/"), ("X-Forwarded-Method", "OPTIONS"),
                 ("X-Forwarded-Host", "public.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "127.0.0.1"),
                 ("X-Original-Upgrade", "h2c"), ("X-Rewrite-URL", "/public/"), ("Forwarded", "host=public.example")]
        for header in other:
            for sent in ([header], [header, header], [(header[0].replace("-", "_"), header[1])]):
                with self.subTest(sent):
                    self.assertRefused(self.ask("/staff/", sent), 401)
                    self.assertAllowed(self.ask("/x", [*sent, self.token("alice")]), "alice")
        self.assertRefused(self.ask("/staff/", other), 401)

    def test_the_application_sees_no_other_path_or_method(self):
        sent = [("X-HTTP-Method-Override", "DELETE"), ("X-HTTP-Method", "DELETE"), ("X-Method-Override", "DELETE"),
                ("X-Original-URL", "/staff/"), ("X-Rewrite-URL", "/staff/")]
        answer = self.ask("/public/", sent)
        self.assertAllowed(answer, None)
        for name, _ in sent:
            self.assertEqual(answer.seen.named_like(name), [], name)

    def test_the_clients_address_is_the_connections(self):
        sent = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Host", "evil.example"),
                ("X_Forwarded_For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9")]
        seen = self.ask("/public/", sent).seen
        self.assertEqual(seen.named_like("X-Forwarded-For"), ["127.0.0.1"])
        self.assertNotIn("evil.example", seen.named_like("X-Forwarded-Host"))
        self.assertEqual(seen.named_like("Forwarded"), [])


for_each_proxy(globals(), Spoofing)
