"""Runs the live tests: `python -m live [PATTERN...]` inside `tests/`, with HALLPASS_BIN naming the command.

The interpreter decides which Django stands beside Hallpass. Prints one line a test with its seconds, then what failed,
then a summary. A skipped test is a failure under CI=true."""
import os
import sys
import time
import unittest
from pathlib import Path

import django

HERE = Path(__file__).resolve().parent

# Everything is tested beside the first; beside others what their versions could have changed.
EVERYTHING = (5, 2)
FORMATS = ("test_harness", "test_made_by_", "test_hashers", "test_sessions.DbSessions", "test_sessions.CookieSessions",
           "test_both_write")


class Result(unittest.TextTestResult):
    """One line a test: result, seconds, name."""

    def startTest(self, test):
        self._began = time.monotonic()
        unittest.TestResult.startTest(self, test)

    def _line(self, word, test):
        name = test.id().removeprefix("live.")
        self.stream.writeln(f"{word:<7} {time.monotonic() - self._began:6.2f}  {name}")
        self.stream.flush()

    def addSuccess(self, test):
        self._line("ok", test)

    def addFailure(self, test, error):
        unittest.TestResult.addFailure(self, test, error)
        self._line("FAILED", test)

    def addError(self, test, error):
        unittest.TestResult.addError(self, test, error)
        self._began = getattr(self, "_began", time.monotonic())
        self._line("ERROR", test)

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        self._began = getattr(self, "_began", time.monotonic())
        self._line("skipped", test)
        self.stream.writeln(f"skipped: {test.id()}: {reason}")

    def addSubTest(self, test, subtest, error):
        unittest.TestResult.addSubTest(self, test, subtest, error)


def tests(suite, patterns):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests(item, patterns)
        elif not patterns or any(p in item.id() for p in patterns) or "_FailedTest" in item.id():
            yield item


def main():
    if not os.environ.get("HALLPASS_BIN"):
        sys.exit("HALLPASS_BIN must name the release build of the hallpass command (cargo xtask test sets it)")
    whole = django.VERSION[:2] == EVERYTHING
    print(f"Django {django.get_version()}, Python {sys.version.split()[0]}")
    found = unittest.defaultTestLoader.discover(str(HERE), top_level_dir=str(HERE.parent))
    suite = unittest.TestSuite(
        test for test in tests(found, sys.argv[1:])
        if whole or any(test.id().startswith(f"live.{name}") for name in FORMATS) or "_FailedTest" in test.id())
    began = time.monotonic()
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=0).run(suite)
    failed = {test.id().split(" ")[0] for test, _ in [*result.failures, *result.errors]}
    passed = result.testsRun - len(failed) - len(result.skipped)
    print(f"live tests, Django {django.get_version()}: {passed} passed, {len(failed)} failed, {len(result.skipped)} skipped"
          f" in {time.monotonic() - began:.0f} s")
    strict = os.environ.get("CI") in ("true", "1")
    nothing = whole and not result.testsRun  # a word that no test beside the other Djangos has in its name is fine
    sys.exit(1 if failed or nothing or (strict and result.skipped) else 0)


main()
