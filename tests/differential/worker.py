"""One process of a run: its own two servers and databases, and its share of the episodes."""
import json
import shutil
import tempfile
import time
from pathlib import Path

from . import report, side
from .database import Postgres, Sqlite
from .duel import RESET, Duel
from .generate import episode
from .shrink import shows, shrink

# Servers are started anew after so many episodes: the throttles of users remember, and would end up refusing everybody.
EPISODES_PER_START = 60
SHRINKING = 60  # seconds for each new difference


class Worker:
    """`plan` is the run's (see `run.Plan`); `number` tells the workers apart."""

    def __init__(self, plan, number):
        self.plan, self.number = plan, number
        shared = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="hallpass-differential-", dir=shared))
        theirs = side.django()
        ours = side.reference(plan.reference, plan.plant) if plan.reference else side.django(plan.plant)
        self.duel = Duel(self.side("django", theirs), self.side("ours", ours))
        self.seen = set()
        self.reports = []

    def side(self, name, how):
        if self.plan.postgres:
            database = Postgres(self.plan.postgres, f"{name}_{self.number}", "fixture")
        else:
            database = Sqlite(self.folder / f"{name}.sqlite3", self.plan.fixture)
        return side.Side(name, how, database, self.folder)

    def close(self):
        self.duel.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, numbers):
        """Plays these episodes; returns what the run adds up."""
        began = time.monotonic()
        played = []
        for count, number in enumerate(numbers):
            if count % EPISODES_PER_START == 0:
                self.duel.start()
                played = []
            steps = episode(self.plan.seed, number)
            difference = self.duel.play([RESET, *steps])
            if difference:
                self.judge(number, played, steps[:difference.at], difference)
                if len(self.reports) >= self.plan.reports:
                    break
            played += [RESET, *steps]
        return {"requests": self.duel.requests, "not compared": self.duel.not_compared, "rules": self.duel.mended,
                "reports": self.reports, "seconds": time.monotonic() - began}

    def judge(self, number, played, steps, difference):
        """Shrinks and tells a difference, unless one like it was told before."""
        if difference.signature in self.seen:
            return
        self.seen.add(difference.signature)
        shortest = steps
        if self.plan.shrink:
            self.duel.start()
            if not shows(self.duel, steps, difference) and shows(self.duel, [*played, RESET, *steps], difference):
                steps = [*played, RESET, *steps]
            shortest = shrink(self.duel, steps, difference, SHRINKING)
            again = self.duel.play([RESET, *shortest])
            difference = again or difference
            self.duel.start()
        self.reports.append(report.text(self.plan, number, shortest, difference, self.keep(number, shortest)))
        print(self.reports[-1], flush=True)

    def keep(self, number, steps):
        """Writes the steps to a file that `--replay` reads."""
        self.plan.replays.mkdir(parents=True, exist_ok=True)
        file = self.plan.replays / f"seed-{self.plan.seed}-episode-{number}-{len(self.reports)}.json"
        file.write_text(json.dumps(steps, indent=1))
        return file
