"""A clock that one process sees and a test moves, by libfaketime. Time goes on; only what a calendar shows jumps."""
import glob
import os


class Clock:
    """`serve(**clock.environment)` starts what shall see it."""

    def __init__(self, test):
        libraries = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))
        libraries += glob.glob("/usr/lib/faketime/libfaketimeMT.so.1")
        if not libraries:
            test.skipTest("no libfaketime (Debian: apt install faketime)")
        self._file = test.folder / "clock"
        self.environment = {"LD_PRELOAD": libraries[0], "FAKETIME_TIMESTAMP_FILE": str(self._file),
                            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        self.set(0)

    def set(self, seconds):
        """So far ahead of the true time, or behind it. At once: nobody reads half a line."""
        written = self._file.with_suffix(".new")
        written.write_text(f"{seconds:+d}\n", "ascii")
        os.replace(written, self._file)
