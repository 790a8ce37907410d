"""Nobody is let in when Hallpass or its database does not answer."""
import signal
import time
from pathlib import Path

from .support.case import for_each_proxy


class Faults:
    def test_hallpass_is_down_and_comes_back(self):
        self.assertAllowed(self.ask("/", [self.token("alice")]), "alice")
        self.hallpass.stop()
        try:
            for target, headers in (("/", [self.token("alice")]), ("/", []), ("/public/", [])):
                answer = self.ask(target, headers)
                self.assertRefused(answer, 500, 502, 503, 504)
        finally:
            self.hallpass.serve()
        self.assertAllowed(self.ask("/", [self.token("alice")]), "alice")

    def test_the_database_does_not_answer(self):
        self.sql("ALTER TABLE authtoken_token RENAME TO away")
        try:
            answer = self.ask("/", [self.token("alice")])
            self.assertRefused(answer, 503)
            self.assertEqual(answer.header("Retry-After"), "1")
        finally:
            self.sql("ALTER TABLE away RENAME TO authtoken_token")
        self.assertAllowed(self.ask("/", [self.token("alice")]), "alice")

    def test_a_hallpass_that_hangs_holds_nobody_in(self):
        """What does not answer is not an answer: the client goes away before anything is passed on."""
        process = self.hallpass.server.process
        process.send_signal(signal.SIGSTOP)
        self.assertStopped(process.pid)
        try:
            with self.assertRaises(TimeoutError):
                self.patient(2)
            self.assertEqual(self.application.seen, [])
        finally:
            process.send_signal(signal.SIGCONT)

    def assertStopped(self, pid):
        """A signal takes its time to reach every thread."""
        until = time.monotonic() + 10
        threads = Path(f"/proc/{pid}/task")
        while any(") T " not in (thread / "stat").read_text() for thread in threads.iterdir()):
            self.assertLess(time.monotonic(), until, "the process does not stop")
            time.sleep(0.01)


for_each_proxy(globals(), Faults)
