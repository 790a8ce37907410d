"""Paths, hosts and methods that are written so that two programs read them differently."""
import socket

from live.support.http import parse

from .support.case import for_each_proxy

# To somebody each of these is below /staff/, or below /public/ on the way there.
TRICKS = [
    "/public/../staff/", "/public/./../staff/", "/public/..", "/public/%2e%2e/staff/", "/public/.%2e/staff/",
    "/public/%2E%2E%2Fstaff/", "/public/..%2fstaff/", "/public/%252e%252e/staff/", "/public/..%5cstaff/",
    "/public/..\\staff/", "/public/..;/staff/", "/public;x/../staff/", "//staff/", "/public//../staff/", "/.//staff/",
    "/%2fstaff/", "/staff%2f", "/staff%2fx", "/staff;x=1/", "/staff%3bx/", "/staff%00/", "/public%00/../staff/",
    "/staff%0d%0a/", "/%c0%afstaff/", "/%u0073taff/", "/staff%", "/staff%3f", "/staff%23", "/public,/staff/",
    "/%EF%BC%8Fstaff/", "/staff#/public/", "/public/#/../staff/", "/st%61ff/", "/%73%74%61%66%66/", "/staff", "/staff/.",
    "/./staff/", "/public/%09../staff/", "/staff/%2e", "/public/..%c0%afstaff/",
]


class Targets:
    def test_no_spelling_of_a_guarded_path_gets_through(self):
        for target in TRICKS:
            for headers in ([], [self.token("alice")]):
                with self.subTest(target, known=bool(headers)):
                    self.assertRefused(self.ask(target, headers), 400, 401, 403, 404)

    def test_two_spellings_that_all_agree_on_are_one_path(self):
        for target in ("/staff/", "/st%61ff/x", "/staff"):
            self.assertAllowed(self.ask(target, [self.token("carol")]), "carol")
        for target in ("/public/x?y=/../staff/", "/publi%63/x", "/public"):
            self.assertAllowed(self.ask(target), None)

    def test_hosts_that_disagree(self):
        """Whoever chooses the server by one host must not be asked about another."""
        for target, host in (("http://public.example/", "app.example"), ("http://app.example/", "public.example"),
                             ("http://public.example/staff/", "app.example")):
            answer = self.ask(target, host=host)
            if answer.seen:
                # Whoever takes the line's host must tell the application of the same.
                self.assertIn(answer.seen.all("Host"), [["public.example"]], f"{target} {host}: {answer}")
                self.assertTrue(target.startswith("http://public.example/"), target)
        for host in ("user@public.example", "public.example@app.example", "public.example, app.example",
                     "public.example/", "", "public.example:80:80", "public.example\\.app.example"):
            with self.subTest(host):
                self.assertRefused(self.ask("/", host=host), 400, 401, 403, 404)

    def test_two_host_headers(self):
        for hosts in (("public.example", "app.example"), ("app.example", "public.example")):
            answer = self.ask("/", [("Host", host) for host in hosts])
            self.assertRefused(answer, 400, 401, 403)

    def test_no_host_at_all(self):
        answer = self.raw(b"GET / HTTP/1.0\r\n\r\n")
        self.assertRefused(answer, 400, 401, 403)

    def test_methods_in_other_letters_are_no_way_around(self):
        """To Django `delete` is DELETE, which only staff may."""
        for method in ("delete", "Delete", "dELETE", "DELETE "):
            answer = self.raw(f"{method} /x HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n"
                              f"Authorization: {self.token('alice')[1]}\r\n\r\n".encode())
            self.assertRefused(answer, 400, 403, 405)

    def test_a_second_request_in_a_body_is_none(self):
        """Nobody takes the body of a question for a request."""
        body = b"GET /staff/ HTTP/1.1\r\nHost: app.example\r\n\r\n"
        answer = self.ask("/x", [self.token("alice")], "POST", body=body)
        self.assertAllowed(answer, "alice")
        self.assertEqual(answer.seen.body_length, len(body))
        self.assertEqual(len(self.application.seen), 1)
        both = self.raw(b"POST /x HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\nContent-Length: 4\r\n"
                        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + body)
        self.assertRefused(both, 400, 401)

    def raw(self, data):
        """Sends bytes as they are."""
        before = len(self.application.seen)
        received = b""
        with socket.create_connection(("127.0.0.1", self.proxy.port), timeout=30) as connection:
            connection.sendall(data)
            while (chunk := connection.recv(65536)):
                received += chunk
        answer = parse(received)
        reached = self.application.seen[before:]
        answer.seen = reached[-1] if reached else None
        return answer


for_each_proxy(globals(), Targets)
