"""Masked CSRF tokens, as Django writes them."""
import random
import re
import string

LETTERS = string.ascii_letters + string.digits
MASKED = re.compile(r"[a-zA-Z0-9]{64}")


def mask(secret, seed):
    """The token of a secret under a mask that the seed decides."""
    chance = random.Random(seed)
    characters = [chance.choice(LETTERS) for _ in secret]
    hidden = [LETTERS[(LETTERS.index(s) + LETTERS.index(m)) % 62] for s, m in zip(secret, characters)]
    return "".join(characters + hidden)


def unmask(token):
    """The secret of a token; what is not a masked token is returned as it is."""
    if not MASKED.fullmatch(token):
        return token
    pairs = zip(token[:32], token[32:])
    return "".join(LETTERS[(LETTERS.index(h) - LETTERS.index(m)) % 62] for m, h in pairs)
