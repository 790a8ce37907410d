"""The differences that are kept. Each has its line in DIFFERENCES.md and one rule here that recognises it."""
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """`line` is the beginning of the line in DIFFERENCES.md; `applies(step, found)` recognises the difference."""

    name: str
    line: str
    applies: Callable


def ours(found, status):
    return any(field == "status" and here == status for field, _, here in found)


def bytes_in_target(step, found):
    """Bytes that no URL has; the HTTP library refuses them before anybody is asked, with an empty answer. Django may
    have had another reason for its own 400."""
    unreadable = any(ord(letter) > 127 for letter in step.get("target", ""))
    both_refuse = ("content-type", "text/html; charset=utf-8", None) in {tuple(map(plain, each)) for each in found}
    return unreadable and (ours(found, 400) or both_refuse)


def plain(value):
    """What can be held against another thing: lists cannot be members of sets."""
    return str(value) if isinstance(value, list) else value


def encoded_path(step, found):
    """A path whose letters are percent-encoded without need. Where the view says 404 too, ours still says it as a page."""
    path = step.get("target", "").partition("?")[0]
    needless = any(chr(int(digits, 16)).isalnum() for digits in re.findall("%([2-7][0-9A-Fa-f])", path))
    page_alone = any(field == "content-type" and here == "text/html; charset=utf-8" for field, _, here in found)
    return needless and (ours(found, 404) or page_alone)


def form_that_nobody_reads(step, found):
    """Django's page for a path that leads nowhere reads the form, and fails over one that is beyond the limits."""
    is_form = any(name.lower() == "content-type" and "form" in value for name, value in step.get("headers", ()))
    refused = any(field == "status" and (there, here) in ((400, 301), (400, 404)) for field, there, here in found)
    return step.get("method") == "POST" and is_form and refused


RULES = [
    Rule("bytes in a target", "a request target with bytes above 127", bytes_in_target),
    Rule("encoded path", "a path with percent-encoded letters or slashes", encoded_path),
    Rule("form that nobody reads", "a form beyond the limits, sent to a path that leads nowhere", form_that_nobody_reads),
]


def applying(step, found):
    """The rule that explains everything that was found, if there is one."""
    return next((rule for rule in RULES if rule.applies(step, found)), None)


def check_lines():
    """Every rule must stand in DIFFERENCES.md; the program ends if one does not."""
    stated = (Path(__file__).resolve().parents[2] / "DIFFERENCES.md").read_text("utf-8")
    missing = [rule.line for rule in RULES if f"\n| {rule.line}" not in stated]
    if missing:
        raise SystemExit(f"rules.py: no such line in DIFFERENCES.md: {', '.join(missing)}")
