"""What makes a session believed, or not: cookie, header, field, Origin, Referer, Host, scheme."""
from ..csrf_token import mask
from . import odd, vectors
from .world import SECRETS

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
HOSTS = ("testserver:8000", "localhost", "127.0.0.1:80", "[::1]", "[::1]:8000", "a.example.com", "example.com",
         "TESTSERVER",
         "testserver.", "evil.org", "", "testserver:x", "example.com.evil.org", "testserver,evil", "testserver:80")
ORIGINS = ("http://testserver", "https://testserver", "null", "", "https://trusted.example.org",
           "http://plain.example.org",
           "https://a.wild.example.net", "https://wild.example.net", "https://a.b.wild.example.net",
           "http://a.wild.example.net",
           "https://port.example.org:8443", "https://port.example.org", "https://evil.org",
           "HTTPS://trusted.example.org",
           "https://trusted.example.org/", "https://notwild.example.net", "http://testserver:80",
           "https://a.example.com",
           "https://x@a.wild.example.net", "https://[", "testserver", "https://a.wild.example.net:8443")
REFERERS = ("https://testserver/", "https://testserver", "http://testserver/", "https://evil.org/", "", "x", "https://",
            "https://trusted.example.org/a?b", "https://a.wild.example.net/", "https://wild.example.net/x",
            "https://plain.example.org/", "https://port.example.org:8443/", "https://port.example.org/",
            "https://testserver:443/",
            "HTTPS://testserver/x", "https://[bad/", "//testserver/", "https://a.example.com/", "https://x@testserver/")


def headers(world, method, jar, secret=None):
    """The header with the token, mostly right on methods that need it."""
    if method not in UNSAFE and not world.maybe(0.05):
        return []
    right = f"<<mask:{jar}:{world.chance.randrange(9)}>>" if jar else mask(secret, world.chance.randrange(9))
    plain = f"<<cookie:{jar}:csrftoken>>" if jar else secret
    value = world.pick(
        (40, right), (15, plain), (6, lambda: f"<<csrf:{jar}>>" if jar else right), (12, None), (3, world.one(SECRETS)),
        (2, ""), (2, "x"), (1, "a" * 64), (1, "!" * 32), (1, "é" * 32), (1, lambda: odd.text(world)), (1, "a" * 33),
        (1, right + "x"), (1, plain[::-1]),
    )
    if value is None:
        return []
    return [(world.pick((20, "X-CSRFToken"), (1, "x-csrftoken"), (1, "X-CSRF-Token"), (1, "X_CSRFToken")), value)]


def field(world, jar, secret=None):
    """The field of a form, mostly right."""
    right = f"<<mask:{jar}:{world.chance.randrange(9)}>>" if jar else mask(secret, world.chance.randrange(9))
    return world.pick((20, right), (3, lambda: f"<<csrf:{jar}>>" if jar else right), (2, ""), (1, "x"), (1, "a" * 64),
                      (1, "!" * 32))


def cookie_header(world, session, secret):
    """`Cookie` with the two cookies, in some spelling."""
    csrf = world.pick((20, secret), (5, lambda: mask(secret, world.chance.randrange(9))), (1, "short"), (1, "!" * 32),
                      (1, ""),
                      (1, "a" * 31 + "é"))
    both = f"sessionid={session}; csrftoken={csrf}"
    return "Cookie", world.pick(
        (60, both), (4, f"csrftoken={csrf}; sessionid={session}"), (4, f"sessionid={session}"), (3,
        f"csrftoken={csrf}"),
        (2, f"sessionid={session};csrftoken={csrf}"), (2, f'sessionid="{session}"; csrftoken="{csrf}"'),
        (2, f"sessionid=other; {both}"), (2, f"{both}; sessionid=other000"), (1, f"a; b=; =c; {both}"),
        (1, f"{both}; x=\xe9"), (1, f"SessionId={session}; csrftoken={csrf}"), (1,
        f" sessionid = {session} ; csrftoken={csrf}"),
        (1, lambda: "; ".join(f"c{n}=v" for n in range(2000)) + f"; {both}"), (1, f"sessionid=; csrftoken={csrf}"),
        (1, f"$Version=1; {both}"), (1, f"sessionid={session.upper()}; csrftoken={csrf}"),
        (1, lambda: f"{world.one(vectors.cookies())}; {both}"), (1, f"sessionid={session}, csrftoken={csrf}"),
    )


def surroundings(world):
    """Host, scheme, Origin and Referer: mostly nothing unusual."""
    found = []
    if world.maybe(0.06):
        host = world.pick((3, lambda: world.one(HOSTS)), (1, lambda: world.one(vectors.hosts())))
        found.append(("Host", host))
    secure = world.maybe(0.12)
    if secure:
        found.append(("X-Forwarded-Proto", world.pick(
            (12, "https"), (1, "http"), (1, "https, http"), (1, "http, https"), (1, " https "), (1, "HTTPS"), (1, ""))))
    if world.maybe(0.15):
        found.append(("Origin", world.pick((3, lambda: world.one(ORIGINS)), (1, lambda: world.one(vectors.origins())))))
    if world.maybe(0.7 if secure else 0.04):
        referer = world.pick((2, "https://testserver/"), (3, lambda: world.one(REFERERS)),
                             (1, lambda: world.one(vectors.referers())))
        found.append(("Referer", referer))
    return found
