"""What `/schema/` says of the endpoints is what they do: schemathesis reads it and sends what it makes up."""
import json
import re
import sys
from pathlib import Path

from .support.case import LiveTest
from .support.http import send
from .support.models import STOCK
from .support.process import clean_environment, run

ST = Path(sys.executable).with_name("st")
# Not `unsupported_method`: Django's CSRF check comes before a plain view's 405, and so does ours.
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "allow_header_conformance")
SECRET = "abcdefghijABCDEFGHIJ0123456789Zz"
PASSWORD = "correct-horse-battery"


class Schema(LiveTest):
    model = STOCK

    def setUp(self):
        super().setUp()
        us = self.hallpass(token=None)
        us.must("migrate")
        us.must("createuser", "suraj", "--password-stdin", stdin=PASSWORD + "\n")
        token = us.must("drf_create_token", "suraj").split()[2]
        self.authorization = f"Authorization: Token {token}"
        self.port = self.serve(us)

    def examine(self, *headers):
        """Asks every operation with these headers, the same way in every run; the report."""
        document = self.folder / "schema.json"
        document.write_bytes(send(self.port, "GET", "/schema/").body)
        words = [word for header in headers for word in ("-H", header)]
        done = run([ST, "run", document, "--url", f"http://127.0.0.1:{self.port}", *words, "--checks", ",".join(CHECKS),
                    "--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--seed", "1"],
                   self.folder, clean_environment(NO_COLOR="1", PYTHONHASHSEED="1"), timeout=60)
        self.assertDone(done)
        tested = re.search(r"Tested: (\d+)", done.out)
        self.assertEqual(tested and int(tested[1]), len(self.operations()), done.out)
        return done.out

    def operations(self):
        document = json.loads(send(self.port, "GET", "/schema/").body)
        return [(path, method) for path, item in document["paths"].items() for method in item]

    def test_everything_that_is_switched_on_is_described(self):
        """The paths of a `serve` without settings, but for those that programs ask: forward-auth and the doctor's."""
        self.assertEqual(sorted(self.operations()), [
            ("/api-auth/login/", "get"), ("/api-auth/login/", "post"), ("/api-auth/login/", "put"),
            ("/api-auth/logout/", "post"), ("/api-token-auth/", "post"), ("/api/whoami/", "get"), ("/healthz", "get"),
            ("/readyz", "get"), ("/schema/", "get")])

    def test_whoever_asks_without_credentials(self):
        """No answer is a fault, and none is of another status, type or shape than the document says."""
        self.examine()

    def test_whoever_asks_with_a_token_and_the_proof_of_a_form(self):
        """So what is behind the refusals is seen as well."""
        report = self.examine(self.authorization, f"Cookie: csrftoken={SECRET}", f"X-CSRFToken: {SECRET}")
        self.assertNotIn("Authentication failed", report)
