"""Traefik and Envoy: no package exists to start them, so their questions are sent as their documentation describes."""
import shutil
import tempfile
import unittest
from pathlib import Path

from live.support.http import send

from .support.hallpass import Hallpass

HTML = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
IDENTITY = ("Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups", "X-Hallpass-User-Id", "X-Hallpass-Auth")


class Described(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="hallpass-proxies-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.hallpass = Hallpass(cls.folder / "hallpass")
        cls.hallpass.serve()
        cls.addClassCleanup(cls.hallpass.stop)

    def token(self, name):
        return ("Authorization", f"Token {self.hallpass.tokens[name]}")

    def traefik(self, target, headers=(), method="GET", proto="http", host="app.example"):
        """ForwardAuth: a GET without body to `address`; the client's headers, then X-Forwarded-* of its own.
        X-Forwarded-Port, -Server and X-Real-Ip are set for every request that comes in."""
        return send(self.hallpass.port, "GET", "/forward-auth/traefik", [
            *headers, ("X-Forwarded-Method", method), ("X-Forwarded-Proto", proto), ("X-Forwarded-Host", host),
            ("X-Forwarded-Uri", target), ("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Port", "8080"),
            ("X-Forwarded-Server", "traefik"), ("X-Real-Ip", "192.0.2.7"), ("User-Agent", "curl/8"),
            ("Accept-Encoding", "gzip")], host=f"127.0.0.1:{self.hallpass.port}")

    def envoy(self, target, headers=(), method="GET", proto="http", host="app.example"):
        """ext_authz over HTTP: the request's own method, its path behind `path_prefix`, its Host, no body; headers as
        far as `allowed_headers` lets them. Envoy writes names in lower case and says how long the body is not."""
        headers = [(name.lower(), value) for name, value in headers]
        return send(self.hallpass.port, method, f"/forward-auth/envoy{target}", [
            ("host", host), *headers, ("x-forwarded-for", "192.0.2.7"), ("x-forwarded-proto", proto),
            ("x-envoy-internal", "true"), ("x-envoy-expected-rq-timeout-ms", "5000"), ("content-length", "0")])

    def ways(self):
        return (("traefik", self.traefik), ("envoy", self.envoy))

    def assertAllowed(self, answer, name):
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.all("Remote-User"), [name])
        for header in IDENTITY:
            self.assertEqual(len(answer.all(header)), 1, header)
            self.assertTrue(answer.header(header), header)
        self.assertEqual(answer.body, b"")

    def test_the_table(self):
        session = ("Cookie", f"sessionid={self.hallpass.session('bob')}")
        for name, ask in self.ways():
            with self.subTest(name):
                self.assertAllowed(ask("/a?b=c", [self.token("alice")]), "alice")
                self.assertAllowed(ask("/a", [session]), "bob")
                self.assertAllowed(ask("/public/x"), "-")
                self.assertAllowed(ask("/x", [self.token("carol")], "DELETE"), "carol")
                self.assertEqual(ask("/x", [self.token("alice")], "DELETE").status, 403)
                self.assertEqual(ask("/staff/", [self.token("alice")]).status, 403)
                refused = ask("/")
                self.assertEqual(refused.status, 401)
                self.assertEqual(refused.all("WWW-Authenticate"), ["Token", 'Basic realm="api"'])
                self.assertEqual(ask("/public/", [("Authorization", "Token wrong")]).status, 401)
                self.assertEqual(ask("/public/../staff/", [self.token("carol")]).status, 400)
                self.assertEqual(ask("/x", [session], "POST").status, 403)

    def test_browsers_are_sent_to_the_login_page(self):
        for name, ask in self.ways():
            answer = ask("/a?b=c", [HTML], proto="https", host="app.example:8443")
            location = "/api-auth/login/?next=https%3A//app.example%3A8443/a%3Fb%3Dc"
            self.assertEqual((answer.status, answer.header("Location")), (302, location), name)

    def test_names_of_ours_from_the_client(self):
        sent = [(header, "carol") for header in (*IDENTITY, *(header.replace("-", "_") for header in IDENTITY))]
        for name, ask in self.ways():
            self.assertAllowed(ask("/public/", sent), "-")
            self.assertAllowed(ask("/", [*sent, self.token("alice")]), "alice")

    def test_web_sockets(self):
        """Traefik leaves Connection and Upgrade out and may say ws; Envoy sends Upgrade where allowed_headers has it."""
        handshake = [("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13"),
                     self.token("alice")]
        for ask in (lambda target: self.traefik(target, handshake),
                    lambda target: self.traefik(target, handshake, proto="ws"),
                    lambda target: self.envoy(target, [*handshake, ("Upgrade", "websocket")])):
            self.assertAllowed(ask("/live/"), "alice")
            self.assertEqual(ask("/x").status, 403)

    def test_preflights(self):
        sent = [("Origin", "https://spa.example"), ("Access-Control-Request-Method", "PUT")]
        for name, ask in self.ways():
            self.assertAllowed(ask("/spa/", sent, "OPTIONS"), "-")
            self.assertEqual(ask("/", sent, "OPTIONS").status, 403, name)

    def test_what_is_printed_says_the_same(self):
        """Every header that the endpoint needs or gives is in the configuration."""
        traefik = self.hallpass.must("proxy-config", "traefik")
        envoy = self.hallpass.must("proxy-config", "envoy")
        for header in IDENTITY:
            self.assertIn(f"          - {header}\n", traefik)
            self.assertEqual(envoy.count(f"{{ exact: {header.lower()} }}"), 1, header)
            self.assertIn(f"- remove: {header.lower()}\n", envoy)
        for spelling in ("X-Company-User", "X-Company_User", "X_Company-User", "X_Company_User"):
            self.assertIn(f'          {spelling}: ""\n', traefik)
        self.assertIn("- remove: x-company-user\n", envoy)
        for header in ("authorization", "cookie", "accept", "origin", "referer", "x-csrftoken", "x-forwarded-for",
                       "x-forwarded-proto", "access-control-request-method", "upgrade"):
            self.assertEqual(envoy.count(f"{{ exact: {header} }}"), 1, header)
