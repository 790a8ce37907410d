"""Runs the proxy tests: `python -m proxies [PATTERN...]` inside `tests/`, with HALLPASS_BIN naming the command.

Prints one line a test with its seconds, then what failed, then a summary. A skipped test is a failure under CI=true."""
import os
import sys
import time
import unittest
from pathlib import Path

from live.support.runner import Result, tests

HERE = Path(__file__).resolve().parent


def main(patterns):
    if not os.environ.get("HALLPASS_BIN"):
        sys.exit("HALLPASS_BIN must name the release build of the hallpass command (cargo xtask test sets it)")
    found = unittest.defaultTestLoader.discover(str(HERE), top_level_dir=str(HERE.parent))
    suite = unittest.TestSuite(tests(found, patterns))
    began = time.monotonic()
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=0).run(suite)
    failed = {test.id().split(" ")[0] for test, _ in [*result.failures, *result.errors]}
    passed = result.testsRun - len(failed) - len(result.skipped)
    print(f"proxy tests: {passed} passed, {len(failed)} failed, {len(result.skipped)} skipped"
          f" in {time.monotonic() - began:.0f} s")
    strict = os.environ.get("CI") in ("true", "1")
    # A word that is in no name of these tests may be in one of the live tests.
    ran = result.testsRun or patterns
    sys.exit(0 if not failed and ran and not (strict and result.skipped) else 1)


main(sys.argv[1:])
