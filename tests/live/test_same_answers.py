"""Request for request: live Django and Hallpass, each on its own copy of one database, give the same answers."""
import os

from .support import people
from .support.case import for_both_models
from .support.compare import comparable, differences
from .support.exchanges import Sessions, exchanges
from .support.http import Response, send

# The harness checks itself with HALLPASS_LIVE_SELF=1: Django is then compared with Django.
SELF = os.environ.get("HALLPASS_LIVE_SELF") == "1"

# Exchanges in which Hallpass differs on purpose, each with the line of DIFFERENCES.md that says why. They must differ.
DELIBERATE = {
    f"{method} {path}": "a path with percent-encoded letters or slashes"
    for method in ("GET", "POST") for path in ("/api/who%61mi/", "/api%2Fwhoami/")
}

DOTTED = {"session": "Session", "token": "Token", "basic": "Basic"}


def answer_to(case, port):
    """What is compared of the answer; a server that says nothing in time has status "none"."""
    try:
        answer = send(port, case.method, case.target, case.headers, case.body, case.host, timeout=5)
    except TimeoutError:
        answer = Response("none", [], b"")
    return comparable(answer, case.headers)


class SameAnswers:
    def servers(self, order):
        """Both sides with these authentication classes, on equal databases; returns their ports."""
        self.sessions = Sessions()
        cases = list(exchanges(self.model, self.sessions))
        self.copy = self.empty("copy")
        classes = [f"rest_framework.authentication.{DOTTED[name]}Authentication" for name in order]
        rest = {"DEFAULT_AUTHENTICATION_CLASSES": classes,
                "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
                "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
        them = self.project(REST_FRAMEWORK=rest)
        them.migrate()
        people.make(them, self.sessions.used)
        self.copy.copy_from(self.database)
        theirs = self.serve(them)
        if SELF:
            self.folder = self.folder / "second"
            return cases, theirs, self.serve(self.project(database=self.copy, REST_FRAMEWORK=rest))
        us = self.hallpass(database=self.copy, rest_framework={
            "default_authentication_classes": order, "default_permission_classes": ["is_authenticated"]})
        return cases, theirs, self.serve(us)

    def compare(self, order):
        cases, theirs, ours = self.servers(order)
        wrong, alike = {}, []
        for case in cases:
            answers = [answer_to(case, port) for port in (theirs, ours)]
            lines = differences(*answers)
            if case.name in DELIBERATE:
                alike += [] if lines else [case.name]
            elif lines:
                wrong.setdefault("\n    ".join(["", *lines]), []).append(f"{case.name} ({answers[0]['status']})")
        told = [f"* {'; '.join(names)}{lines}" for lines, names in wrong.items()] + list(self.database_differences())
        if told:
            self.fail("\n".join([f"{sum(map(len, wrong.values()))} of {len(cases)} exchanges differ:", *told]))
        if not SELF:
            self.assertEqual(alike, [], "these no longer differ")

    def database_differences(self):
        """After all requests both databases hold the same, as far as chance and time allow."""
        queries = {
            "prepared sessions left": "SELECT session_key FROM django_session WHERE length(session_key) = 32"
                                      " AND session_key GLOB '[a-z]*0000000000000*' ORDER BY 1",
            "number of sessions": "SELECT count(*) FROM django_session",
            "tokens": "SELECT user_id, key FROM authtoken_token ORDER BY 1",
            "users": f"SELECT {self.model.login_column}, last_login IS NULL, password FROM {self.model.table}",
        }
        for what, sql in queries.items():
            theirs, ours = self.database.rows(sql), self.copy.rows(sql)
            if theirs != ours:
                yield f"* {what}: only Django {sorted(set(theirs) - set(ours))}, only Hallpass {sorted(set(ours) - set(theirs))}"

    def test_session_first(self):
        """The guide's order: session, token, basic."""
        self.compare(["session", "token", "basic"])

    def test_token_first(self):
        """Token first: refusals are 401 with a challenge, and sessions still need CSRF."""
        self.compare(["token", "session", "basic"])

    def test_without_sessions(self):
        """Basic and token alone: cookies mean nothing."""
        self.compare(["basic", "token"])


for_both_models(globals(), SameAnswers)
