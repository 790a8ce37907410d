"""People with browsers: to the login page and back, forms, preflights, WebSockets."""
import re
import socket
from urllib.parse import urlsplit

from .support.case import HTML, for_each_proxy
from .support.hallpass import PASSWORD

SECRET = "abcdefghijABCDEFGHIJ0123456789Zz"


class Browsers:
    def test_to_the_login_page_and_back(self):
        browser = self.browser()
        site = f"http://127.0.0.1:{self.proxy.port}"
        for accept in (HTML, ("Accept", "text/html")):
            answer = browser.send("GET", "/page/?x=1&y=%20", [accept, ("Host", site[7:])])
            self.assertEqual(answer.status, 302, answer)
            self.assertEqual(self.application.seen, [])
        location = urlsplit(answer.header("Location"))
        self.assertEqual(location.path, "/api-auth/login/")
        host = ("Host", site[7:])
        page = browser.send("GET", f"{location.path}?{location.query}", [HTML, host])
        self.assertEqual(page.status, 200, page)
        token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="(\w{64})"', page.text())[1]
        following = re.search(r'name="next"[^>]*value="([^"]*)"', page.text())[1].replace("&amp;", "&")
        self.assertEqual(following, f"{site}/page/?x=1&y=%20")
        fields = {"username": "alice", "password": PASSWORD, "csrfmiddlewaretoken": token, "next": following}
        done = browser.post(location.path, fields, [host, ("Origin", site)])
        self.assertEqual((done.status, done.header("Location")), (302, following), done)
        back = browser.send("GET", "/page/?x=1&y=%20", [HTML, host])
        self.assertEqual(back.status, 200)
        self.assertIdentity(self.application.seen[-1], "alice")

    def test_login_leads_to_no_other_site(self):
        for target in ("https://evil.example/", "//evil.example/", "http://127.0.0.1@evil.example/"):
            page = self.browser().get(f"/api-auth/login/?next={target}")
            self.assertNotIn("evil.example", page.text())

    def test_scripts_and_forms_are_told_instead_of_led_away(self):
        for method, headers in (("GET", [("Accept", "application/json")]), ("POST", [HTML]),
                                ("GET", [HTML, ("Authorization", "Token wrong")])):
            answer = self.ask("/", headers, method)
            self.assertRefused(answer, 401)
            self.assertIsNone(answer.header("Location"))

    def test_a_form_needs_the_token_and_its_body_arrives(self):
        key = self.hallpass.session("bob")
        cookies = ("Cookie", f"sessionid={key}; csrftoken={SECRET}")
        form = ("Content-Type", "application/x-www-form-urlencoded")
        body = b"a=b&csrfmiddlewaretoken=" + SECRET.encode()
        self.assertRefused(self.ask("/form/", [cookies, form], "POST", body=body), 403)
        self.assertRefused(self.ask("/form/", [cookies, form, ("X-CSRFToken", "x" * 32)], "POST", body=body), 403)
        proof = ("X-CSRFToken", SECRET)
        answer = self.ask("/form/", [cookies, form, proof], "POST", body=body)
        self.assertAllowed(answer, "bob")
        self.assertEqual(answer.seen.body_length, len(body))
        self.assertRefused(self.ask("/form/", [cookies, proof, ("Origin", "http://evil.example")], "POST"), 403)
        own = ("Origin", "http://app.example")
        self.assertAllowed(self.ask("/form/", [cookies, proof, own], "POST"), "bob")
        large = b"x" * 300_000
        answer = self.ask("/form/", [cookies, proof], "POST", body=large)
        self.assertAllowed(answer, "bob")
        self.assertEqual(answer.seen.body_length, len(large))

    def test_the_application_can_look_at_the_form_itself(self):
        cookies = ("Cookie", f"sessionid={self.hallpass.session('bob')}")
        self.assertAllowed(self.ask("/django/form/", [cookies], "POST", body=b"csrfmiddlewaretoken=x"), "bob")

    def test_a_preflight_passes_where_a_rule_says_so(self):
        preflight = [("Origin", "https://spa.example"), ("Access-Control-Request-Method", "PUT"),
                     ("Access-Control-Request-Headers", "authorization")]
        self.assertRefused(self.ask("/x", preflight, "OPTIONS"), 403)
        self.assertRefused(self.ask("/x", [*preflight, self.token("alice")], "OPTIONS"), 403)
        answer = self.ask("/spa/x", preflight, "OPTIONS")
        self.assertAllowed(answer, None)
        self.assertEqual(answer.seen.method, "OPTIONS")
        self.assertRefused(self.ask("/spa/x", [], "OPTIONS"), 401)

    def test_a_web_socket_opens_where_a_rule_says_so(self):
        own, foreign = ("Origin", "http://app.example"), ("Origin", "http://evil.example")
        session = ("Cookie", f"sessionid={self.hallpass.session('alice')}")
        for target, headers, status in (("/x", [self.token("alice")], 403), ("/live/", [], 401),
                                        ("/live/", [session], 403), ("/live/", [session, foreign], 403),
                                        ("/live/", [self.token("alice"), foreign], 403)):
            with self.subTest(target, headers=headers):
                answer, _ = self.handshake(target, headers)
                self.assertIn(f" {status} ", answer.splitlines()[0])
                self.assertEqual(self.application.seen, [])
        for headers in ([session, own], [self.token("alice")]):
            answer, echo = self.handshake("/live/", headers)
            self.assertIn(" 101 ", answer.splitlines()[0], self.proxy.log()[-2000:])
            self.assertEqual(echo, b"\x81\x02hi")
            self.assertIdentity(self.application.seen[-1], "alice")

    def test_no_other_protocol_is_passed_on(self):
        for value in ("h2c", "websocket, h2c", "h2c, websocket", "TLS/1.0"):
            answer, _ = self.handshake("/live/", [self.token("alice")], value)
            self.assertNotIn(" 101 ", answer.splitlines()[0])
            for seen in self.application.seen:
                self.assertEqual(seen.all("Upgrade"), [], value)

    def test_no_other_protocol_is_passed_on_in_a_second_line(self):
        for first, second in (("websocket", "h2c"), ("h2c", "websocket"), ("websocket", "websocket"), ("", "websocket"),
                              ("websocket", ""), ("WebSocket", "h2c")):
            with self.subTest(first=first, second=second):
                self.application.seen.clear()
                answer, _ = self.handshake("/live/", [self.token("alice"), ("Upgrade", second)], first)
                for seen in self.application.seen:
                    passed = [value.lower() for value in seen.all("Upgrade")]
                    self.assertIn(passed, ([], ["websocket"]))
                    self.assertEqual(" 101 " in answer.splitlines()[0], passed == ["websocket"], answer)

    def test_who_offers_another_protocol_is_answered_in_this_one(self):
        """Some clients offer h2c with every request; what is passed on has no offer, and so nothing is refused."""
        offer = [("Upgrade", "h2c"), ("Connection", "Upgrade, HTTP2-Settings"), ("HTTP2-Settings", "AAMAAABkAAQAAP__")]
        answer = self.ask("/x", [self.token("alice"), *offer])
        self.assertAllowed(answer, "alice")
        self.assertEqual(answer.seen.all("Upgrade"), [])

    def handshake(self, target, headers, protocol="websocket"):
        """Asks for another protocol; the head of the answer, and what comes back of two letters where it is 101."""
        lines = [f"GET {target} HTTP/1.1", "Host: app.example", f"Upgrade: {protocol}", "Connection: Upgrade",
                 "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
        lines += [f"{name}: {value}" for name, value in headers]
        with socket.create_connection(("127.0.0.1", self.proxy.port), timeout=30) as connection:
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
            stream = connection.makefile("rb")
            head = b""
            while (line := stream.readline()) not in (b"\r\n", b""):
                head += line
            if b" 101 " not in head.splitlines()[0]:
                return head.decode(), b""
            connection.sendall(b"\x81\x02hi")
            return head.decode(), stream.read(4)


for_each_proxy(globals(), Browsers)
