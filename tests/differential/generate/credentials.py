"""`Authorization`, sessions and remote users: right, wrong, malformed, and mixtures of them."""
import base64

from .. import people
from . import csrf, odd, vectors
from .world import as_bytes

# The scheme of views that take one alone; elsewhere any will do.
SCHEMES = {
    "/session/": "session", "/session-exempt/": "session", "/basic/": "basic", "/remote-user/": "remote",
    "/token/": "token",
    "/customtoken/": "custom", "/customkeywordtoken/": "bearer", "/t/permissions/root/": "basic",
    "/t/permissions/instance/<pk>/": "basic", "/t/permissions/empty/": "basic", "/t/permissions/ignored/": "basic",
    "/password/": "session", "/csrf-protected/": "session", "/auth/logout/": "session",
}


def headers(world, method, view):
    """`(headers, jar)` that carry no, one or two credentials."""
    scheme = SCHEMES.get(view) if world.maybe(0.75) else None
    scheme = scheme or world.pick((10, "none"), (22, "token"), (22, "basic"), (32, "session"), (6, "both"), (4, "raw"),
                                  (2, "repeated"), (2, "remote"))
    if scheme in ("custom", "bearer"):
        return [authorization(world, token(world, scheme))], None
    if scheme == "none":
        return [], None
    if scheme == "token":
        return [authorization(world, token(world))], None
    if scheme == "basic":
        return [authorization(world, basic(world))], None
    if scheme == "raw":
        return [authorization(world, world.one(vectors.authorization()))], None
    if scheme == "remote":
        return [remote(world)], None
    if scheme == "repeated":
        return [authorization(world, token(world)), authorization(world, basic(world))], None
    found, jar = session(world, method)
    if scheme == "both":
        found = [*found, authorization(world, world.pick((1, lambda: token(world)), (1, lambda: basic(world))))]
    return found, jar


def authorization(world, value):
    return world.pick((9, "Authorization"), (1, "authorization")), value


def token(world, scheme="token"):
    keyword = world.pick((70, "Bearer" if scheme == "bearer" else "Token"), (4, "Bearer"), (4, "token"), (3, "TOKEN"),
                         (2, "bearer"), (1, "Tokens"))
    space = world.pick((50, " "), (1, "  "), (1, "\t"), (1, ""), (1, "\xa0"), (1, ","))
    return f"{keyword}{space}{key(world, scheme)}"


def key(world, scheme):
    known = [key for key in world.tokens.values() if key]
    if world.tokens[world.focus.id] and world.maybe(0.35):
        known = [world.tokens[world.focus.id]]
    return world.pick(
        (90, lambda: as_bytes(world.one([key for key, _ in people.CUSTOM_TOKENS] if scheme == "custom" else known))),
        (4, lambda: as_bytes(world.one([key for key, _ in people.CUSTOM_TOKENS]))),
        (8, lambda: f"<<token:{world.one(people.PEOPLE).id}>>"),
        (3, "0" * 40),
        (2, lambda: world.one(known).upper().encode("ascii", "ignore").decode()),
        (2, lambda: world.one(known)[:-1].encode("ascii", "ignore").decode()),
        (1, "\xff\xfe"), (1, "x" * 5000), (1, '"abc"'), (1, "abc,"), (1, "abc def"), (1, "\xc0\xaf"), (1, ""), (1,
        "\x85"),
    )


def basic(world):
    keyword = world.pick((40, "Basic"), (2, "basic"), (1, "BASIC"), (1, "Basics"))
    return f"{keyword} {encoded(world)}"


def encoded(world):
    person = world.person()
    name, password = name_and_password(world, person)
    raw = f"{name}:{password}"
    data = world.pick((12, lambda: raw.encode("utf-8", "surrogatepass")), (1, lambda: raw.encode("latin-1", "ignore")))
    text = base64.b64encode(data).decode()
    return world.pick(
        (90, text), (1, text.rstrip("=")), (1, f"{text}="), (1, f"{text}===="), (1, f"{text}!"), (1,
        f"!{text[:3]}-{text[3:]}"),
        (1, f"{text} {text}"), (1, ""), (1, base64.b64encode(name.encode("utf-8", "surrogatepass")).decode()),
        (1, f"{text[:4]}={text[4:]}"), (1, text[:-2]), (1, "Og=="), (1, "%%%"),
    )


def name_and_password(world, person):
    """Mostly the right ones."""
    right = world.passwords[person.id] or ""
    password = world.pick((20, right), (1.5, "wrong"), (1, lambda: odd.text(world)), (0.5, right.strip()),
                          (0.3, right + "\x00"))
    name = world.pick((40, person.name), (1, person.name.upper()), (1, person.name.strip()), (1, "nobody"),
                      (1, lambda: odd.text(world)), (0.5, person.name + "\x00"))
    return name, password


def session(world, method):
    """A jar, or the cookies of a fixture's session written out; with what CSRF asks for."""
    if world.maybe(0.6):
        jar = world.jar()
        return csrf.headers(world, method, jar), jar
    name, _ = world.pick((3, world.live_session), (2, world.any_session))
    secret = world.one(csrf.SECRETS)
    return [csrf.cookie_header(world, people.SESSION_KEYS[name], secret),
            *csrf.headers(world, method, None, secret)], None


def remote(world):
    name = world.pick((6, lambda: as_bytes(world.one(people.PEOPLE).name)),
                      (3, lambda: f"new{world.chance.randrange(5)}"),
                      (1, ""), (1, " "), (1, "\xe9"), (1, "a" * 150), (1, "Domain\\user"), (1, "a b"))
    return world.pick((9, "X-Remote-User"), (1, "Remote-User"), (1, "X_Remote_User")), name
