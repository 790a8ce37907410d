"""Plays steps on both sides and says where they differ."""
from dataclasses import dataclass

from . import compare, rows, rules
from .wire import NoAnswer

RESET = {"do": "reset"}
ROWS = {"do": "rows"}


@dataclass
class Difference:
    """The first disagreement of some steps: `found` is `[(field, theirs, ours)]`."""

    at: int
    step: dict
    found: list

    @property
    def signature(self):
        """What makes two differences the same to whoever reads them."""
        fields = tuple(sorted(field for field, _, _ in self.found))
        status = next((f"{theirs}/{ours}" for field, theirs, ours in self.found if field == "status"), "")
        return (self.step.get("view"), fields, status)


class Duel:
    """Two sides; `mended` counts by rule the disagreements that DIFFERENCES.md states."""

    def __init__(self, theirs, ours):
        self.theirs, self.ours = theirs, ours
        self.generation = 0
        self.requests = 0
        self.not_compared = 0
        self.mended = {}

    def start(self):
        self.theirs.start()
        self.ours.start()

    def close(self):
        self.theirs.close()
        self.ours.close()

    def play(self, steps):
        """Plays until the first difference; `None` if there is none."""
        for number, step in enumerate(steps):
            found = getattr(self, f"_{step['do']}")(step, number)
            if found:
                return Difference(number, step, found)
        return None

    def _reset(self, step, number):
        self.generation += 1
        for side in (self.theirs, self.ours):
            side.reset(self.generation)

    def _jar(self, step, number):
        for side in (self.theirs, self.ours):
            side.state.set_jar(step["jar"], step["cookies"])

    def _rows(self, step, number):
        return self._judge(step, rows.differences(self.theirs.rows(), self.ours.rows()))

    def _send(self, step, number):
        self.requests += 1
        self.theirs.begin(step, number)
        self.ours.begin(step, number)
        response, theirs = self.theirs.finish(step)
        try:
            answer, ours = self.ours.finish(step)
        except NoAnswer as fault:
            answer, ours = None, {"status": str(fault)}
        if response.status >= 500:
            self.not_compared += 1
            return []
        return self._judge(step, compare.differences(theirs, ours), response, answer)

    def _judge(self, step, found, response=None, answer=None):
        if not found:
            return []
        rule = rules.applying(step, found)
        if rule:
            self.mended[rule.name] = self.mended.get(rule.name, 0) + 1
            return []
        return found
