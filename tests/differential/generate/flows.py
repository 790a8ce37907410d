"""What people do in several requests: log in and out, get a token, change a password, edit rows, meet a throttle."""
import base64

from .. import people
from . import bodies, credentials, csrf, odd, targets, vectors
from .bodies import FORM, form_body, roles
from .single import text_field


def log_in(world):
    """The page, its form, and what the session opens then."""
    jar = world.new_jar() if world.maybe(0.6) else world.jar()
    path = "/auth/login/" + world.pick((6, ""), (1, "?next=/whoami/"), (1, "?next=//evil.org/"), (1, "?next=https:x"))
    person = world.person()
    if world.maybe(0.8):
        world.send("GET", path, jar=jar)
    fields = log_in_fields(world, person)
    if world.maybe(0.9):
        fields["csrfmiddlewaretoken"] = world.pick((20, f"<<csrf:{jar}>>"), (1, "x"), (2, f"<<mask:{jar}:1>>"))
    if world.maybe(0.4):
        fields["next"] = world.one(vectors.targets())
    kind, body = world.weighted(((9, form_body), (2, bodies.multipart_body), (1, bodies.json_body)))(fields)
    world.send("POST", path, [("Content-Type", kind), *few_surroundings(world)], roles(body), jar)
    world.jars[jar] = person.id
    for _ in range(world.chance.randrange(3)):
        use(world, jar)
    if world.maybe(0.3):
        log_out(world, jar)


def use(world, jar):
    """A request of somebody who is logged in."""
    method = world.pick((5, "GET"), (5, "POST"), (2, "PUT"))
    path = world.one(("/whoami/", "/session/", "/default/", "/model/", "/csrf-protected/", "/whoami-open/",
                      "/session-exempt/"))
    world.send(method, path, [*csrf.headers(world, method, jar), *few_surroundings(world)], jar=jar)


def log_out(world, jar=None):
    jar = jar or world.jar()
    path = "/auth/logout/" + world.pick((4, ""), (1, "?next=/whoami/"), (1, "?next=//evil.org/"), (1, "?a=b"))
    fields = {"csrfmiddlewaretoken": csrf.field(world, jar)}
    if world.maybe(0.4):
        fields["next"] = world.one(vectors.targets())
    world.send("POST", path, [("Content-Type", FORM), *few_surroundings(world)], roles(form_body(fields)[1]), jar)
    world.send("GET", "/whoami/", jar=jar)


def csrf_dance(world):
    """A secret from `/csrf/`, used on a page that checks it."""
    jar = world.jar()
    if world.maybe(0.8):
        world.send(world.pick((9, "GET"), (1, "HEAD")), "/csrf/", few_surroundings(world), jar=jar)
    for _ in range(world.chance.randrange(1, 4)):
        method = world.pick((5, "POST"), (2, "PUT"), (2, "DELETE"))
        headers = few_surroundings(world) + csrf.surroundings(world)
        kind, body = None, ""
        if world.maybe(0.5):
            fields = {"csrfmiddlewaretoken": csrf.field(world, jar), "x": "y"}
            kind, body = world.weighted(CSRF_BODIES)(world, fields)
            body = roles(body)
        if not body or world.maybe(0.3):
            headers += csrf.headers(world, method, jar)
        headers += [] if kind is None else [("Content-Type", kind)]
        path = world.pick((5, "/csrf-protected/"), (1, "/csrf-exempt/"), (2, "/session/"), (1, "/auth/login/"))
        world.send(method, path, headers, body, jar)


CSRF_BODIES = (
    (4, lambda world, fields: form_body(fields)),
    (3, lambda world, fields: bodies.multipart_body(fields)),
    (1, lambda world, fields: bodies.json_body(fields)),
    (4, bodies.body),
)


def get_token(world):
    """A token by name and password, and what it opens."""
    person = world.person()
    kind, body = bodies.fields_body(world, log_in_fields(world, person))
    world.send("POST", world.one(targets.TOKENS), [("Content-Type", kind), *targets.accept(world)], body,
               capture=str(person.id))
    for _ in range(world.chance.randrange(3)):
        path = world.one(("/whoami/", "/token/", "/token-first/", "/customkeywordtoken/", "/default/", "/throttled/"))
        keyword = "Bearer" if path == "/customkeywordtoken/" else "Token"
        headers = [("Authorization", f"{keyword} <<token:{person.id}>>")]
        if path == "/throttled/":
            headers.append(("X-Forwarded-For", f"<<nonce:{world.number}>>"))
        world.send(world.pick((3, "GET"), (1, "POST")), path, headers)


def change_password(world):
    """The old password, the new one, and what became of sessions and passwords."""
    if world.maybe(0.7):
        session, user = world.live_session()
        jar = world.new_jar(session, user)
    else:
        jar = world.jar()
        user = world.jars[jar]
    old = world.passwords.get(user) or "unknown"
    new = world.pick((6, lambda: f"new-password-{world.chance.randrange(1000)}"), (1, "é" * 10), (1, " x "),
                     (1, "a" * 200))
    right = world.maybe(0.75)
    fields = {"old_password": old if right else "wrong", "new_password": new}
    kind, body = bodies.fields_body(world, fields)
    token = world.pick((12, f"<<mask:{jar}:1>>"), (1, "x"), (4, f"<<cookie:{jar}:csrftoken>>"))
    world.send("POST", "/password/", [("Content-Type", kind), ("X-CSRFToken", token)], body, jar)
    if right and user and token != "x":
        world.passwords[user] = new
    world.send("GET", "/whoami/", jar=jar)
    if user in world.passwords and user <= len(people.PEOPLE):
        name = people.PEOPLE[user - 1].name
        kind, body = bodies.fields_body(world, {"username": name, "password": world.one((old, new))})
        world.send("POST", "/custom-auth-token/", [("Content-Type", kind)], body, capture=str(user))
    others = [key for key in people.OWNERS if people.OWNERS[key] == user]
    if others:
        world.send("GET", "/whoami/", [("Cookie", f"sessionid={people.SESSION_KEYS[world.one(others)]}")])


def edit_rows(world):
    """Make, read, change and delete rows as somebody who may, or may not."""
    lists, detail, name = world.one(ROWS)
    person = world.person()
    headers = right_basic(world, person)
    if world.maybe(0.2):
        headers = [("Authorization", f"Basic {credentials.encoded(world)}")]
    for _ in range(world.chance.randrange(2, 7)):
        method = world.pick((3, "GET"), (5, "POST"), (3, "PUT"), (3, "PATCH"), (2, "DELETE"), (1, "OPTIONS"),
                            (1, "HEAD"))
        path, view = f"{detail}{world.chance.randrange(1, 7)}/", f"{detail}<pk>/"
        if method in ("POST", "GET") and world.maybe(0.7):
            path = view = world.one(lists)
        found, body = [*headers, *targets.accept(world)], ""
        if method in ("POST", "PUT", "PATCH"):
            kind, body = bodies.body(world, {name: text_field(world, name)})
            found += [] if kind is None else [("Content-Type", kind)]
        world.send(method, path, found, body, view=view)


# Where rows are listed, where one of them is, and its field.
ROWS = (
    (("/model/", "/model-anon/"), "/model/", "name"),
    (("/t/permissions/root/", "/t/permissions/ignored/"), "/t/permissions/instance/", "text"),
)


def right_basic(world, person):
    password = world.passwords[person.id] or ""
    return [("Authorization", "Basic " + base64.b64encode(f"{person.name}:{password}".encode()).decode())]


def run_into_throttle(world):
    """Several requests at one view while the client's clock goes on."""
    nonce = f"<<nonce:{world.number}n{world.chance.randrange(3)}>>"
    kind = world.pick((3, "sec3"), (3, "min3"), (4, "double"), (2, "scoped/x"), (2, "scoped/y"), (1, "scoped/none"),
                      (4, "xff"))
    clock = world.one((0, 1000, 1700000000.25, 5))
    callers = [world.pick((3, list), (2, lambda: right_basic(world, world.person())),
                          (2, lambda: [("Authorization", credentials.token(world))])) for _ in range(2)]
    for _ in range(world.chance.randrange(4, 11)):
        clock += world.pick((4, 0), (3, 0.25), (3, 1), (2, 10), (2, 19.5), (1, 60), (1, 86400), (0.3, -5))
        headers = [*world.one(callers), ("X-Test-Clock", world.pick((1, f"{clock}"), (1, f"{clock:.3f}")))]
        headers += forwarded(world, kind == "xff")
        path = f"xff/{world.pick((3, 1), (3, 2), (1, 0), (1, 5))}" if kind == "xff" else kind
        method = world.pick((12, "GET"), (1, "HEAD"), (1, "OPTIONS"), (1, "POST"))
        headers += targets.accept(world) if world.maybe(0.2) else []
        view = f"/t/throttle/<nonce>/{kind}/"
        world.send(method, f"/t/throttle/{nonce}/{path}/", headers, view=view)
        if world.maybe(0.1):
            kind = world.pick((1, "sec3"), (1, "min3"), (1, "double"))


def forwarded(world, often):
    if not world.maybe(0.8 if often else 0.15):
        return []
    addresses = ("10.0.0.1", "10.0.0.2", " 10.0.0.1 ", "10.0.0.1\t", "", "evil", "::1")
    value = ",".join(world.one(addresses) for _ in range(world.chance.randrange(1, 4)))
    headers = [("X-Forwarded-For", value)]
    return headers * 2 if world.maybe(0.05) else headers


def few_surroundings(world):
    return csrf.surroundings(world) if world.maybe(0.2) else []


def log_in_fields(world, person):
    name, password = credentials.name_and_password(world, person)
    return {"username": odd.well_formed(name), "password": odd.well_formed(password)}


FLOWS = (
    (5, log_in), (2, log_out), (4, csrf_dance), (5, get_token), (4, change_password), (6, edit_rows), (5,
    run_into_throttle),
)
