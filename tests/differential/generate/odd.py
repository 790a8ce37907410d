"""Texts that programs stumble over."""

TEXTS = (
    "", " ", "x", "0", "-1", "null", "true", "a" * 50, "a" * 51, "a" * 100, "a" * 101, "a" * 300, "é", "☃",
    "\U0001f600",
    "\u2028", "\x00", "a\x00b", "\x1f x \x1f", "\u00a0x\u3000", "\u200bx", "\ufeffx", "a\r\nb", "\t", "<b>&amp;\"'",
    "%41",
    "a+b", "a=b&c=d", "\\", "../..", "ﬁ", "İ", "ß", "\x7f", "\ud800", "\udfff", "\x85", "\x1c", "\u1680x\u2003",
    "e\u0301", "\u1100\u1161", "1e3", "1_000", "९",
)


def text(world):
    return world.one(TEXTS)


def well_formed(text):
    """The text without lone surrogates, which no encoding but escaped JSON can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def number(world):
    return world.one([0, 1, -1, 1.5, 1e3, 10**30, -0.0, 12345, 2**63, 1e-7, 1e22])


def value(world, depth=0):
    """Any JSON value."""
    if depth > 2:
        return text(world)
    return world.pick(
        (5, lambda: text(world)),
        (2, lambda: number(world)),
        (1, lambda: world.one([True, False, None])),
        (1, lambda: [value(world, depth + 1) for _ in range(world.chance.randrange(3))]),
        (1, lambda: {text(world): value(world, depth + 1) for _ in range(world.chance.randrange(3))}),
    )
