"""Makes pickles.json: what Python's pickle writes for JSON values, in every protocol that Django may use, and pickles
that are more than data or that would grow beyond bounds.

    python3 pickles.py > pickles.json
"""
import collections
import datetime
import decimal
import json
import os
import pickle
import sys

LOGIN = {"_auth_user_id": "1", "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
         "_auth_user_hash": "0123456789abcdef" * 4}
SHARED = ["same"]
VALUES = {
    "empty": {},
    "login": LOGIN,
    "order": {"z": 1, "a": 2, "m": {"y": None, "b": [True, False]}},
    "small integers": {"i": [0, 1, -1, 127, 128, 255, 256, 65535, 65536, -128, -129, 2**31 - 1, 2**31, -2**31]},
    "large integers": {"i": [2**53, 2**53 + 1, 2**63 - 1, 2**63, -2**63, -2**63 - 1, 2**64, 10**30, -10**30, 3**200]},
    "longest integer": {"i": 10**4300 - 1, "j": -(10**4300 - 1)},
    "floats": {"f": [0.0, -0.0, 1.5, 0.1, 1e16, 1e-7, 5e-324, 1.7976931348623157e308]},
    "texts": {"": "", "ä": "☃ 𝄞 \u0000", "long": "x" * 300},
    "surrogate": {"s": "a\ud800b", "t": "\udfff"},
    "nested": {"l": [[[[[{"d": [{}]}]]]]], "e": []},
    "many": {f"key{n}": n for n in range(1050)},
    "list": {"l": list(range(1050))},
    "shared": {"a": SHARED, "b": SHARED, "c": {"same": SHARED}},
}


class Call:
    def __reduce__(self):
        return os.system, ("echo broken into",)


class Plain:
    pass


def itself():
    loop = []
    loop.append(loop)
    return {"l": loop}


def doubling(levels):
    value = ["lol"]
    for _ in range(levels):
        value = [value, value]
    return {"v": value}


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


REFUSED = {
    "call": {"a": Call()},
    "function": {"a": os.system},
    "object": {"a": Plain()},
    "tuple": {"a": (1, 2)},
    "empty tuple": {"a": ()},
    "set": {"a": {1}},
    "bytes": {"a": b"x"},
    "datetime": {"a": datetime.datetime(2026, 1, 1)},
    "decimal": {"a": decimal.Decimal("1.5")},
    "ordered dict": collections.OrderedDict(a=1),
    "integer key": {1: "a"},
    "none key": {None: "a"},
    "contains itself": itself(),
    "a billion laughs": doubling(40),
    "too deep": {"l": deep(1001)},
    "too long an integer": {"i": 10**4300},
}

sys.setrecursionlimit(10000)
sys.set_int_max_str_digits(0)
made = {
    "generated_with": {"python": ".".join(map(str, sys.version_info[:3]))},
    "values": [
        {"name": name, "json": json.dumps(value, separators=(",", ":")),
         "pickles": [pickle.dumps(value, protocol).hex() for protocol in range(2, 6)]}
        for name, value in VALUES.items()
    ],
    "refused": [
        {"name": name, "pickles": [pickle.dumps(value, protocol).hex() for protocol in range(6)]}
        for name, value in REFUSED.items()
    ],
}
json.dump(made, sys.stdout, indent=0)
print()
