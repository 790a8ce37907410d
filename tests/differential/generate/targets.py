"""Paths and query strings: every view, now and then misspelt."""
from urllib.parse import quote

from . import odd, vectors

MOCKS = ("/session/", "/basic/", "/remote-user/", "/token/", "/customtoken/", "/customkeywordtoken/", "/default/",
         "/token-first/",
         "/basic-first/", "/session-exempt/", "/open/", "/locked/", "/readonly/", "/admin-only/", "/composed/",
         "/composed-and/", "/composed-deep/", "/composed-precedence/", "/not/", "/denied/", "/denied-noauth/",
         "/t/auth/incorrect-credentials/", "/t/auth/failing-renderer/", "/t/auth/no-authenticators/",
         "/t/permissions/api-root/")
IDENTITIES = ("/whoami/", "/whoami-open/")
OBJECTS = ("/object/", "/object-ro/", "/object-or/", "/object-not/")
LISTS = ("/model/", "/model-anon/", "/t/permissions/root/", "/t/permissions/empty/", "/t/permissions/ignored/",
         "/t/permissions/exploding/")
DETAILS = ("/model/", "/t/permissions/instance/", "/t/permissions/denied/", "/t/permissions/denied-detail/",
           "/t/permissions/denied-object/", "/t/permissions/denied-object-detail/")
PLAIN = ("/csrf/", "/csrf-protected/", "/csrf-exempt/")
TOKENS = ("/auth-token/", "/api-token-auth/", "/custom-auth-token/")
LEAVES = ("AllowAny", "IsAuthenticated", "IsAdminUser", "IsAuthenticatedOrReadOnly", "ReadOnly", "IsOwner", "Denied")


def any_view(world):
    """`(path, view)`: the view's name groups what is reported."""
    return world.pick(
        (34, lambda: same(world.one(MOCKS))),
        (12, lambda: same(world.one(IDENTITIES))),
        (10, lambda: owned(world, world.one(OBJECTS))),
        (10, lambda: same(world.one(LISTS))),
        (8, lambda: numbered(world, world.one(DETAILS))),
        (6, lambda: same(world.one(PLAIN))),
        (8, lambda: composed(world)),
        (6, lambda: same(world.one(TOKENS))),
        (4, lambda: same(world.one(("/auth/login/", "/auth/logout/")))),
        (1, lambda: same("/password/")),
        (1, lambda: same("/throttled/")),
        (2, lambda: (unknown(world), "unknown")),
        (0.2, lambda: (world.one(SPELT), "/open/")),
    )


def same(path):
    return path, path


def owned(world, prefix):
    return f"{prefix}{owner(world)}/", f"{prefix}<owner>/"


def owner(world):
    name = world.pick((9, lambda: world.person().name), (1, "nobody"), (0.5, lambda: odd.text(world) or "x"))
    return quote(name.replace("/", "").encode("utf-8", "replace") or b"x", safe="")


def numbered(world, prefix):
    number = world.pick((4, "1"), (3, "2"), (3, "3"), (2, "4"), (1, "99"), (0.5, "0"), (0.3, "01"), (0.3, "-1"),
                        (0.3, "x"),
                        (0.3, "9223372036854775807"))
    return f"{prefix}{number}/", f"{prefix}<pk>/"


def composed(world):
    expression = expression_of(world, world.pick((2, 1), (3, 2), (2, 3)))
    if world.maybe(0.06):
        expression = world.one(("and(AllowAny)", "xor(AllowAny,Denied)", "AllowAny,Denied", "not()", "()",
                                "and(AllowAny,Denied",
                                "Nobody", "not(AllowAny))", "allowany", "and(AllowAny,Denied,ReadOnly)",
                                "NOT(AllowAny)"))
    if world.maybe(0.6):
        return f"/t/compose/{expression}/{owner(world)}/", "/t/compose/<expression>/<owner>/"
    return f"/t/compose/{expression}/", "/t/compose/<expression>/"


def expression_of(world, depth):
    if depth == 0 or world.maybe(0.15):
        return world.one(LEAVES)
    return world.pick(
        (2, lambda: f"and({expression_of(world, depth - 1)},{expression_of(world, depth - 1)})"),
        (2, lambda: f"or({expression_of(world, depth - 1)},{expression_of(world, depth - 1)})"),
        (1, lambda: f"not({expression_of(world, depth - 1)})"),
    )


# Spellings that our side refuses on purpose (rules.py), of a view that changes nothing.
SPELT = ("/ope%6E/", "/%6fpen/", "/open/?a=\xe9", "/open/\xff")


def unknown(world):
    return world.one(("/", "/nothing/", "/nothing", "/whoami/x/", "/model/1/2/", "/t/", "/object//", "/WHOAMI/",
                      "/accounts/profile/",
                      "/t/compose/", "/favicon.ico", "//whoami/", "/whoami//", "/model/1.5/", "/t/throttle/x/",
                      "/admin/"))


def target(world, path):
    """The path with a query string, or misspelt."""
    if world.maybe(0.03):
        path = path.rstrip("/") or "/"
    return path + query(world)


def query(world):
    return world.pick(
        (80, ""),
        (4, lambda: "?format=" + world.one(("json", "txt", "api", "html", "", "JSON", "json&format=xml", "%6Ason"))),
        (2, lambda: "?next=" + quote(world.one(vectors.targets()).encode("utf-8", "replace"), safe="/:?=&")),
        (3, lambda: world.one(("?", "?a=b", "?a=%00", "?a=%FF", "?%", "?a=b&a=c", "?a=b;c=d", "?token=abc",
        "?username=alice", "??",
                               "?a=b+c%20d", "?csrfmiddlewaretoken=x"))),
    )


def accept(world):
    """`Accept`, mostly absent."""
    value = world.pick(
        (78, None), (6, "application/json"), (3, "*/*"), (2, "text/html,application/xhtml+xml,*/*;q=0.8"), (1,
        "text/html"),
        (1, "application/json; indent=4"), (1, ""), (1, "text/plain"), (1, "application/*"), (1,
        "application/json;q=0"),
        (1, "text/plain, application/json; charset=utf-8"), (3, lambda: world.one(vectors.accept())),
    )
    return [] if value is None else [("Accept", value)]
