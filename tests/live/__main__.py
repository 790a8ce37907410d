"""Runs the live tests: `python -m live [PATTERN...]` inside `tests/`, with HALLPASS_BIN naming the command.

Two halves of them run at the same time, each in a process of its own. The interpreter decides which Django stands
beside Hallpass. Prints one line a test with its seconds, then what failed, then a summary of each half. A skipped test is
a failure under CI=true."""
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

import django

from live.support.runner import Result, tests

HERE = Path(__file__).resolve().parent
# Everything is tested beside one Django; beside others what their versions could have changed.
WHOLE = django.VERSION[:2] == (5, 2)
PARTS = 2  # run at the same time: most of a test is waiting for some program to start


def chosen(patterns):
    """The tests to run, by class. Beside another Django than the first: those that say so, and of the servers' databases
    those of one user model."""
    found = unittest.defaultTestLoader.discover(str(HERE), top_level_dir=str(HERE.parent))
    classes = {}
    for test in tests(found, patterns):
        method = getattr(test, test._testMethodName)
        if WHOLE or "_FailedTest" in test.id() or (
                getattr(method, "beside_every_django", False) and not test.twice_told()):
            classes.setdefault(type(test), []).append(test)
    return list(classes.values())


def share(classes, number, parts):
    """The part with this number of as many, each about as long as the others."""
    shares = [[] for _ in range(parts)]
    for tests in sorted(classes, key=len, reverse=True):
        min(shares, key=len).extend(tests)
    return shares[number]


def run(number, parts, patterns):
    """Runs one part and says how it went."""
    suite = unittest.TestSuite(share(chosen(patterns), number, parts))
    began = time.monotonic()
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=0).run(suite)
    failed = {test.id().split(" ")[0] for test, _ in [*result.failures, *result.errors]}
    passed = result.testsRun - len(failed) - len(result.skipped)
    print(f"live tests, Django {django.get_version()}, part {number + 1} of {parts}: {passed} passed,"
          f" {len(failed)} failed, {len(result.skipped)} skipped in {time.monotonic() - began:.0f} s")
    strict = os.environ.get("CI") in ("true", "1")
    return 1 if failed or (strict and result.skipped) else 0


def main(patterns):
    if not os.environ.get("HALLPASS_BIN"):
        sys.exit("HALLPASS_BIN must name the release build of the hallpass command (cargo xtask test sets it)")
    if patterns[:1] == ["--part"]:
        sys.exit(run(int(patterns[1]), int(patterns[2]), patterns[3:]))
    classes = chosen(patterns)
    print(f"Django {django.get_version()}, Python {sys.version.split()[0]}: {sum(map(len, classes))} live tests",
          flush=True)
    if not classes:
        # A word that is in no name of the tests beside other Djangos is fine.
        sys.exit(1 if WHOLE else 0)
    count = min(PARTS, len(classes))
    command = [sys.executable, "-B", "-u", "-m", "live", "--part"]
    parts = [subprocess.Popen([*command, str(number), str(count), *patterns]) for number in range(count)]
    sys.exit(max([part.wait() for part in parts]))


main(sys.argv[1:])
