"""An episode: some thirty requests from a fresh state, flows and single requests in turn."""
import random

from ..duel import ROWS
from .flows import FLOWS
from .single import single
from .world import World

REQUESTS = 40
ROWS_EVERY = 20


def episode(seed, number):
    """The steps of an episode; the same seed and number make the same steps."""
    world = World(random.Random(f"{seed}/{number}"), number)
    while sum(step["do"] == "send" for step in world.steps) < REQUESTS:
        if world.maybe(0.09):
            world.weighted(FLOWS)(world)
        else:
            single(world)
    return with_rows(world.steps)


def with_rows(steps):
    """The steps with a look at the rows after every so many requests and at the end."""
    found, requests = [], 0
    for step in steps:
        found.append(step)
        requests += step["do"] == "send"
        if step["do"] == "send" and requests % ROWS_EVERY == 0:
            found.append(ROWS)
    return found if found[-1] == ROWS else [*found, ROWS]
