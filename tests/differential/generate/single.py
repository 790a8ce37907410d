"""One request by itself: any view, any method, any credentials, any headers, any body."""
from . import bodies, credentials, csrf, odd, targets

READS = ((70, "GET"), (14, "HEAD"), (16, "OPTIONS"))
WRITES = ((50, "POST"), (25, "PUT"), (12, "PATCH"), (13, "DELETE"))
UNUSUAL = ("TRACE", "CONNECTED", "get", "PROPFIND", "X", "Post")


def single(world):
    path, view = targets.any_view(world)
    method = world.pick((50, lambda: world.pick(*READS)), (48, lambda: world.pick(*WRITES)),
                        (2, lambda: world.one(UNUSUAL)))
    headers, jar = credentials.headers(world, method, view)
    headers += csrf.surroundings(world) + targets.accept(world)
    kind, body = content(world, view, method, jar)
    if kind is not None:
        headers.append(("Content-Type", kind))
    if world.maybe(0.03):
        headers.append(world.one(ODD_HEADERS))
    if view == "/throttled/":
        headers.append(("X-Forwarded-For", f"<<nonce:{world.number}-{world.chance.randrange(2)}>>"))
    world.send(method, targets.target(world, path), shuffled(world, headers), body, jar, view)


ODD_HEADERS = (
    ("X-Forwarded-Host", "evil.org"), ("X-Forwarded-For", "10.0.0.1"), ("X-HTTP-Method-Override", "DELETE"), ("Range",
    "bytes=0-1"),
    ("If-None-Match", "*"), ("X-Long", "x" * 20000), ("Cookie", "a=b"), ("Accept-Language", "de"), ("X-Bytes",
    "\xff\xfe"),
    ("Authorization", ""), ("Accept-Encoding", "gzip"), ("X-Requested-With", "XMLHttpRequest"), ("Content-Encoding",
    "gzip"),
)


def shuffled(world, headers):
    return world.chance.sample(headers, len(headers)) if world.maybe(0.3) else headers


def content(world, view, method, jar):
    """`(content type or None, body)`: the fields that the view reads, now and then on a method that reads none."""
    if method in ("GET", "HEAD", "OPTIONS") and not world.maybe(0.02):
        return None, ""
    fields = of_view(world, view)
    if jar and world.maybe(0.35) or view in ("/csrf-protected/", "/auth/login/", "/auth/logout/") and world.maybe(0.4):
        fields = {**fields, "csrfmiddlewaretoken": csrf.field(world, jar, csrf.SECRETS[0])}
        kind, body = bodies.form_body(fields) if world.maybe(0.7) else bodies.multipart_body(fields)
        return kind, bodies.roles(body)
    if not fields and world.maybe(0.6):
        return None, ""
    return bodies.body(world, fields or {"a": odd.well_formed(odd.text(world))})


def of_view(world, view):
    if view.startswith("/model"):
        return {"name": text_field(world, "widget")}
    if view.startswith("/t/permissions"):
        return {"text": text_field(world, "basic")}
    if view in targets.TOKENS or view == "/auth/login/":
        name, password = credentials.name_and_password(world, world.person())
        fields = {"username": odd.well_formed(name), "password": odd.well_formed(password)}
        return fields if world.maybe(0.8) else {**fields, "next": world.one(targets.vectors.targets())}
    if view == "/auth/logout/" and world.maybe(0.5):
        return {"next": world.one(targets.vectors.targets())}
    return {}


def text_field(world, plain):
    return world.pick((3, f"{plain}{world.chance.randrange(100)}"), (2, lambda: odd.well_formed(odd.text(world))))
