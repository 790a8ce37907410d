"""Permissions spelt in a path: `and(IsAuthenticated,not(IsAdminUser))`."""
import re

from rest_framework import permissions as drf

from . import permissions as own

CLASSES = {
    cls.__name__: cls
    for cls in (drf.AllowAny, drf.IsAuthenticated, drf.IsAdminUser, drf.IsAuthenticatedOrReadOnly, own.ReadOnly,
                own.IsOwner, own.Denied)
}
WORD = re.compile(r"[A-Za-z]+")


def permission(expression):
    """The permission class that the expression means; `ValueError` if it is malformed."""
    found, end = parse(expression, 0)
    if end != len(expression):
        raise ValueError(f"something follows the expression at {end}")
    return found


def parse(text, start):
    word = WORD.match(text, start)
    if not word:
        raise ValueError(f"a name was expected at {start}")
    end = word.end()
    if word[0] in CLASSES:
        return CLASSES[word[0]], end
    if word[0] == "not":
        inner, end = parse(text, after(text, end, "("))
        return ~inner, after(text, end, ")")
    if word[0] in ("and", "or"):
        left, end = parse(text, after(text, end, "("))
        right, end = parse(text, after(text, end, ","))
        return (left & right if word[0] == "and" else left | right), after(text, end, ")")
    raise ValueError(f"unknown name {word[0]}")


def after(text, at, character):
    if text[at:at + 1] != character:
        raise ValueError(f"{character} was expected at {at}")
    return at + 1
