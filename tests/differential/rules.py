"""The differences that are kept. Each has its line in DIFFERENCES.md and one rule here that recognises it."""
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`line` is the beginning of the line in DIFFERENCES.md; `applies(step, found)` recognises the difference."""

    name: str
    line: str
    applies: Callable


RULES = []


def applying(step, found):
    """The rule that explains everything that was found, if there is one."""
    return next((rule for rule in RULES if rule.applies(step, found)), None)
