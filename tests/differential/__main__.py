"""`python -m differential` inside `tests/`; see README.md."""
import argparse
import json
import os
import random
import sys
from dataclasses import replace
from pathlib import Path

from . import rules
from . import run as runs
from .duel import RESET
from .worker import Worker

TARGET = Path(__file__).resolve().parents[2] / "target/differential"


def arguments():
    parser = argparse.ArgumentParser(prog="differential", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, help="how many requests each side gets")
    parser.add_argument("--seed", type=int, default=None, help="repeats the run that printed it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--reference", help="the program that is compared with Django")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--self", action="store_true", help="compare Django with a second Django")
    parser.add_argument("--plant", help="put this bug into our side")
    parser.add_argument("--plants", action="store_true", help="put in each bug in turn; fails if one is not found")
    parser.add_argument("--replay", help="a file that an earlier run wrote")
    parser.add_argument("--reports", type=int, default=5, help="a worker stops after so many differences")
    parser.add_argument("--no-shrink", action="store_true")
    return parser.parse_args()


def main():
    given = arguments()
    rules.check_lines()
    if not given.reference and not given.self:
        sys.exit("--reference PROGRAM or --self: what is to be compared with Django?")
    seed = random.SystemRandom().randrange(10**9) if given.seed is None else given.seed
    plan = runs.Plan(seed, given.requests, given.jobs, TARGET, None if given.self else given.reference, given.plant,
                     reports=given.reports, shrink=not given.no_shrink)
    with runs.fixture(given.database) as fixture:
        sys.exit(act(replace(plan, **fixture), given))


def act(plan, given):
    """Does what was asked for; the exit code."""
    if given.replay:
        return replay(plan, given.replay)
    requests = "" if plan.postgres else f" --requests {plan.requests}"
    again = f"cargo xtask test --only differential{requests} --seed {plan.seed}"
    print(f"seed: {plan.seed} (repeat with: {again})", flush=True)
    return plants(plan) if given.plants else once(plan)


def once(plan):
    """One run; 0 if nothing differs."""
    total = runs.run(plan)
    print(f"{total['requests']} requests to each side in {total['seconds']:.0f} s, {len(total['reports'])} differences,"
          f" {total['not compared']} not compared because Django answered 5xx")
    for name, count in sorted(total["rules"].items()):
        print(f"  {count} times the stated difference {name}")
    return 1 if total["reports"] or total["failed"] else 0


def replay(plan, file):
    """Plays the steps of a file; 1 if they still end in a difference."""
    from . import report

    worker = Worker(plan, 0)
    try:
        worker.duel.start()
        steps = json.loads(Path(file).read_text())
        difference = worker.duel.play([RESET, *steps])
        print(report.text(plan, "of the file", steps, difference, file) if difference else "no difference")
        return 1 if difference else 0
    finally:
        worker.close()


def plants(plan):
    """Sows each bug; 0 if each is found."""
    from .plants import names

    missed = []
    for name in names(plan):
        total = runs.run(replace(plan, plant=name, reports=1, shrink=False))
        found = "found" if total["reports"] else "MISSED"
        print(f"plant {name}: {found} after {total['requests']} requests", flush=True)
        missed += [] if total["reports"] else [name]
    return 1 if missed else 0


if __name__ == "__main__":
    main()
