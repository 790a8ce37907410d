"""A run: the fixture, the workers, the sum."""
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .generate.episode import REQUESTS
from .postgres import Server, find
from .side import HERE
from .worker import Worker


@dataclass(frozen=True)
class Plan:
    """What is compared, and how much of it."""

    seed: int
    requests: int
    jobs: int
    replays: Path
    reference: str | None = None  # our app; None: a second Django
    plant: str | None = None
    fixture: Path | None = None  # an SQLite file, or:
    postgres: Server | None = None  # a server with a database `fixture`
    reports: int = 5
    shrink: bool = True


def make_fixture(url):
    """Fills the database behind the URL."""
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(HERE)}
    subprocess.run([sys.executable, "-B", "-m", "project.fixture"], cwd=HERE, env=environment, check=True)


@contextmanager
def fixture(database):
    """The part of a plan that says where the fixture is; it is gone afterwards."""
    if database == "sqlite":
        with tempfile.TemporaryDirectory(prefix="hallpass-differential-fixture-") as folder:
            file = Path(folder) / "fixture.sqlite3"
            make_fixture(f"sqlite:///{file}")
            yield {"fixture": file}
        return
    server = Server(find())
    try:
        server.execute("CREATE DATABASE fixture")
        make_fixture(server.url("fixture"))
        yield {"postgres": server}
    finally:
        server.stop()


def work(plan, number, numbers, results):
    worker = Worker(plan, number)
    try:
        results.put(worker.run(numbers))
    finally:
        worker.close()


def run(plan):
    """Plays everything; returns the sums of all workers."""
    began = time.monotonic()
    episodes = range(-(-plan.requests // REQUESTS))
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [context.Process(target=work, args=(plan, number, episodes[number::plan.jobs], results))
                 for number in range(plan.jobs)]
    for process in processes:
        process.start()
    found = []
    while len(found) < len(processes):
        try:
            found.append(results.get(timeout=1))
        except Exception:  # queue.Empty: a worker that died will never answer
            if not any(process.is_alive() for process in processes) and results.empty():
                break
    for process in processes:
        process.join()
    return add_up(found, time.monotonic() - began, failed=any(process.exitcode for process in processes))


def add_up(found, seconds, failed):
    rules = {}
    for one in found:
        for name, count in one["rules"].items():
            rules[name] = rules.get(name, 0) + count
    return {
        "requests": sum(one["requests"] for one in found),
        "not compared": sum(one["not compared"] for one in found),
        "reports": [text for one in found for text in one["reports"]],
        "rules": rules,
        "seconds": seconds,
        "failed": failed,
    }
