"""What the runners of `live` and `proxies` share: one line a test, and the tests that some words choose."""
import time
import unittest


class Result(unittest.TextTestResult):
    """One line a test: result, seconds, name."""

    def startTest(self, test):
        self._began = time.monotonic()
        unittest.TestResult.startTest(self, test)

    def _line(self, word, test):
        name = test.id().partition(".")[2]
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
        if error:
            self._line("FAILED", subtest)


def tests(suite, patterns):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests(item, patterns)
        elif not patterns or any(p in item.id() for p in patterns) or "_FailedTest" in item.id():
            yield item
