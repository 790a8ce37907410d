"""Runs the live tests: `python -m live [PATTERN...]` inside `tests/`, with HALLPASS_BIN naming the command.

Prints one line a test with its seconds, then what failed, then a summary. A skipped test is a failure under CI=true."""
import os
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


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
    found = unittest.defaultTestLoader.discover(str(HERE), top_level_dir=str(HERE.parent))
    suite = unittest.TestSuite(tests(found, sys.argv[1:]))
    began = time.monotonic()
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=0).run(suite)
    failed = {test.id().split(" ")[0] for test, _ in [*result.failures, *result.errors]}
    passed = result.testsRun - len(failed) - len(result.skipped)
    print(f"live tests: {passed} passed, {len(failed)} failed, {len(result.skipped)} skipped"
          f" in {time.monotonic() - began:.0f} s")
    strict = os.environ.get("CI") in ("true", "1")
    sys.exit(0 if not failed and result.testsRun and not (strict and result.skipped) else 1)


main()
