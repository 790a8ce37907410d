"""Makes a sequence of steps shorter for as long as it ends in the same difference."""
import time

from .duel import RESET


def shrink(duel, steps, difference, seconds=60):
    """The fewest steps found within the time that still show the difference, or the steps themselves."""
    until = time.monotonic() + seconds
    shortest = steps
    size = max(len(shortest) // 2, 1)
    while time.monotonic() < until:
        shorter = next(
            (rest for rest in without_pieces(shortest, size) if time.monotonic() < until and shows(duel, rest,
            difference)),
            None,
        )
        if shorter:
            shortest = shorter
        elif size == 1:
            break
        size = max(min(size, len(shortest) // 2) if shorter else size // 2, 1)
    return shortest


def without_pieces(steps, size):
    """The steps without one piece after another; the last step stays, for it shows the difference."""
    for start in range(0, len(steps) - 1, size):
        end = min(start + size, len(steps) - 1)
        yield steps[:start] + steps[end:]


def shows(duel, steps, difference):
    """Whether these steps end in the same difference on fresh servers."""
    if any("/throttled/" in step.get("target", "") for step in steps):
        duel.start()  # histories of users live in the servers' memory
    found = duel.play([RESET, *steps])
    return found is not None and found.at == len(steps) and found.signature == difference.signature
