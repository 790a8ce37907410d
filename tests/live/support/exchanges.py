"""The requests of the request-for-request comparison: well-formed, odd and hostile."""
import base64
import json
import string
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from .http import FORM, JSON
from .models import PASSWORD
from .people import FOREIGN_PASSWORD, KEYS

KEY = KEYS["walker"]
SECRET = "abcdefghijABCDEFGHIJ0123456789Zz"
TOKEN_VIEW, WHOAMI, LOGIN, LOGOUT = "/api-token-auth/", "/api/whoami/", "/api-auth/login/", "/api-auth/logout/"


def masked(secret, mask="M"):
    """The 64-character form: a mask, then every character moved on in the alphabet by the mask's place in it."""
    letters = string.ascii_letters + string.digits
    return mask * 32 + "".join(letters[(letters.index(c) + letters.index(mask)) % 62] for c in secret)


MASKED = masked(SECRET)


@dataclass
class Exchange:
    """One request and the name by which a disagreement is told."""

    name: str
    method: str
    target: str
    headers: tuple = ()
    body: bytes = b""
    host: str = "localhost"


def basic(text):
    raw = text.encode("utf-8") if isinstance(text, str) else text
    return "Basic " + base64.b64encode(raw).decode()


def session_cookie(key, csrf=None):
    return ("Cookie", f"sessionid={key}" + (f"; csrftoken={csrf}" if csrf else ""))


class Sessions:
    """Hands out each prepared session once, so that an exchange may end the one it uses."""

    def __init__(self):
        self.used = 0

    def next(self):
        self.used += 1
        return f"walker{self.used - 1:026d}"


def exchanges(model, sessions):
    """All requests for one user model, each independent of the others."""
    return [*headers(model), *cookies(sessions), *bodies(model), *content_types(model), *methods(sessions),
            *negotiation(), *addresses(), *login(model, sessions), *logout(sessions), *csrf_on_tokens(model, sessions)]


def headers(model):
    """The Authorization header of whoami."""
    good = f"{model.login}:{PASSWORD}"
    values = [
        None, f"Token {KEY}", f"token {KEY}", f"TOKEN {KEY}", f"Token    {KEY}", f"Token\t{KEY}", f"  Token {KEY}  ",
        "Token", "Token ", "", "   ", "Token a b", f"Token {KEY} x", "Token " + "0" * 40, f"Token {KEY.upper()}",
        f"Token {KEYS['foreign']}", f"Token {KEYS['foreign'].lower()}", f"Token {KEYS['locked out']}",
        f"Token {KEYS['inactive']}", f'Token "{KEY}"', f'Token token="{KEY}"', f"Token: {KEY}", f"Token={KEY}",
        f"Token{KEY}", KEY, f"Token {KEY}0", "Token " + "f" * 4000, "Token a%00b", b"Token cl\xc3\xa9", b"Token cl\xe9",
        b"Token \xff", f"Token\u00a0{KEY}", b"Token a\x85b", b"Token a\xa0b", f"Token {KEY},", f"Bearer {KEY}",
        "Digest x=y", "Basic", "Basic ", "Basic a b", "Basic %%%", "Basic a", "Basic YQ", b"Basic \xff\xff\xff\xff",
        "Basic -__-Ong=", "Basic //46eA==", basic(good), basic(good).replace("Basic", "bAsIc"), basic(good) + "=====",
        basic(good).rstrip("="), basic(good) + ",", "Basic *." + basic(good)[6:], basic(good).replace("Basic ", "Basic   "),
        basic(model.login + ":wrong"), basic(model.login), basic(model.login + ":"), basic(":x"), basic(":"),
        basic("nobody:x"), basic(model.login.title() + ":" + PASSWORD), basic(f" {model.login}:{PASSWORD}"),
        basic(f"gone@example.com:{PASSWORD}"), basic("locked@example.com:x"), basic("a\0b:c"),
        basic(f"\u00dcn\u00efc\u00f6d\u00e9@example.com:{FOREIGN_PASSWORD}"),
        basic(f"\u00dcn\u00efc\u00f6d\u00e9@example.com:{FOREIGN_PASSWORD}".encode("latin-1")),
        basic(f"\u00dcn\u00efc\u00f6d\u00e9@example.com:{FOREIGN_PASSWORD.strip()}"),
    ]
    for value in values:
        yield Exchange(f"whoami with Authorization {str(value)[:60]!r}", "GET", WHOAMI,
                       () if value is None else (("Authorization", value),))
    two = (("Authorization", f"Token {KEY}"), ("Authorization", "Token x"))
    yield Exchange("two Authorization headers", "GET", WHOAMI, two)
    yield Exchange("token in the query", "GET", f"{WHOAMI}?token={KEY}&auth_token={KEY}")
    yield Exchange("token in a cookie", "GET", WHOAMI, (("Cookie", f"token={KEY}"),))


def cookies(sessions):
    """The session cookie of whoami."""
    odd = ["expired0000000000000000000000000", "inactive000000000000000000000000", "badhash0000000000000000000000000",
           "nohash00000000000000000000000000", "otherbackend00000000000000000000", "deleteduser000000000000000000000",
           "empty000000000000000000000000000", "garbage0000000000000000000000000", "tampered000000000000000000000000",
           "unknown0000000000000000000000000", "short", "", "x" * 4000, "a b", "caf\u00e9caf\u00e9caf\u00e9"]
    for key in odd:
        yield Exchange(f"whoami with session {key[:40]!r}", "GET", WHOAMI, (session_cookie(key),))
        yield Exchange(f"login page with session {key[:40]!r}", "GET", LOGIN, (session_cookie(key),))
    good = sessions.next()
    written = [f"sessionid={good}", f'sessionid="{good}"', f"sessionid = {good}", f"a=b;sessionid={good};c",
               f"sessionid=nothing-here; sessionid={good}", f"sessionid={good}; sessionid=nothing-here",
               f"SESSIONID={good}", f"; ;=;{good}; sessionid={good};", f"sessionid={good}, other=1"]
    for cookie in written:
        yield Exchange(f"whoami with Cookie {cookie!r}", "GET", WHOAMI, (("Cookie", cookie),))
    yield Exchange("session and another user's token", "GET", WHOAMI,
                   (session_cookie(good), ("Authorization", f"Token {KEYS['foreign']}")))
    yield Exchange("session and a wrong token", "GET", WHOAMI, (session_cookie(good), ("Authorization", "Token x")))
    for csrf in ("short", "!" * 32, "x" * 64, SECRET, MASKED):
        yield Exchange(f"whoami with CSRF cookie {csrf[:8]!r} of {len(csrf)}", "GET", WHOAMI,
                       (session_cookie(good, csrf), ("Authorization", f"Token {KEY}")))


def bodies(model):
    """Bodies of the token endpoint."""
    good = {"username": model.login, "password": PASSWORD}
    documents = [
        good, {}, {"username": model.login}, {"password": "x"}, {**good, "password": "wrong"},
        {**good, "username": "nobody"}, {**good, "username": "gone@example.com"},
        {"username": "locked@example.com", "password": "x"}, {**good, "username": ""}, {**good, "password": ""},
        {**good, "username": "  "}, {**good, "username": f" \u2003{model.login}\x1f "},
        {**good, "username": f"\u200b{model.login}"}, {**good, "password": f" {PASSWORD}"}, {**good, "username": None},
        {**good, "password": None}, {**good, "username": True}, {**good, "username": ["x"]}, {**good, "username": {}},
        {**good, "username": 12345}, {**good, "username": 1.5}, {**good, "password": 10 ** 40},
        {**good, "username": "a\0b"}, {**good, "password": "a\0b"}, {**good, "username": "\ud800"},
        {"username": "x" * 5000, "password": "y" * 5000}, {"email": model.email, "password": PASSWORD},
        {**good, "extra": [1, {"a": None}]}, {"username": "\u00dcn\u00efc\u00f6d\u00e9@example.com", "password": FOREIGN_PASSWORD},
        {"username": "U\u0308n\u00efc\u00f6d\u00e9@example.com", "password": FOREIGN_PASSWORD},
        [], [1, 2], "text", 5, 1.5, True, None,
    ]
    for document in documents:
        text = json.dumps(document)
        yield Exchange(f"token for JSON {text[:70]}", "POST", TOKEN_VIEW, (JSON,), text)
    raw = [
        "", "  ", "{", "}", "[1 2]", '{"a" 1}', '{"a": 1,}', '{"a": 1} x', "NaN", '{"a": Infinity}', "-Infinity", "1e400",
        "nul", '"abc', '{"a":"\x01"}', r'{"a":"\x"}', r'{"a":"\u12"}', "{\n  \"a\": 1,\n  b\n}", "\ufeff{}",
        b'{"username": "\xff"}', b"\x00", "'a'", "[" * 900 + "]" * 900,
        '{"username": "x", "username": "%s", "password": "%s"}' % (model.login, PASSWORD), "// c\n{}", "01", "1.", "-",
    ]
    for body in raw:
        yield Exchange(f"token for the body {body[:40]!r}", "POST", TOKEN_VIEW, (JSON,), body)
    forms = [
        urlencode(good), "", "username=x", "username=&password=", f"username=x&{urlencode(good)}",
        f"{urlencode(good)}&username=nobody", "username=%zz&password=%", "username=%ff&password=x",
        "username=a;password=b", "username", "username=a%00b&password=x", f"username=+{quote_plus(model.login)}+&password={PASSWORD}",
        "&".join("a=1" for _ in range(1000)), "&".join("a=1" for _ in range(1001)),
    ]
    for form in forms:
        yield Exchange(f"token for the form {form[:60]!r} of {len(form)}", "POST", TOKEN_VIEW, (FORM,), form)
    yield Exchange("credentials in the query", "POST", f"{TOKEN_VIEW}?{urlencode(good)}", (FORM,))


def content_types(model):
    """Content types of the token endpoint, among them everything that multipart may do."""
    good = {"username": model.login, "password": PASSWORD}
    text = json.dumps(good)
    for kind in ("APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=latin-1",
                 "application/json; charset=unknown", "application/vnd.api+json", "text/plain", "text/plain; a=b",
                 "application/xml", "", "json", "*/*", "application/*", "application/json, text/plain"):
        yield Exchange(f"token with Content-Type {kind!r}", "POST", TOKEN_VIEW, (("Content-Type", kind),), text)
    yield Exchange("token without Content-Type", "POST", TOKEN_VIEW, (), text)
    yield Exchange("nothing without Content-Type", "POST", TOKEN_VIEW)
    yield Exchange("nothing as text/plain", "POST", TOKEN_VIEW, (("Content-Type", "text/plain"),))
    chunked = f"{len(text):x}\r\n{text}\r\n0\r\n\r\n"
    yield Exchange("chunked JSON", "POST", TOKEN_VIEW, (JSON, ("Transfer-Encoding", "chunked")), chunked)

    def part(name, value, more=""):
        return f'--BB\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'

    whole = part("username", model.login) + part("password", PASSWORD)
    multipart = {
        "whole": whole + "--BB--\r\n", "unfinished": whole, "without parts": "--BB--\r\n", "garbage": "garbage",
        "a file": part("username", model.login, '; filename="x"') + part("password", PASSWORD) + "--BB--\r\n",
        "twice": part("username", "nobody") + whole + "--BB--\r\n", "another boundary": whole.replace("BB", "CC"),
        "bare lines": whole.replace("\r\n", "\n") + "--BB--\n",
    }
    for name, body in multipart.items():
        yield Exchange(f"token for multipart, {name}", "POST", TOKEN_VIEW,
                       (("Content-Type", "multipart/form-data; boundary=BB"),), body)
    for parameters in ("", "; boundary=", '; boundary="BB"', "; boundary=\u00e9"):
        yield Exchange(f"token for multipart with {parameters!r}", "POST", TOKEN_VIEW,
                       (("Content-Type", f"multipart/form-data{parameters}"),), whole + "--BB--\r\n")


def methods(sessions):
    """Every method on every path."""
    token = (("Authorization", f"Token {KEY}"),)
    for target in (TOKEN_VIEW, WHOAMI, LOGIN, LOGOUT):
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FROB"):
            yield Exchange(f"{method} {target} with a token", method, target, token)
            yield Exchange(f"{method} {target} without anything", method, target)
        yield Exchange(f"POST {target} with a bad token", "POST", target, (("Authorization", "Token x"),))
        yield Exchange(f"POST {target} with a session", "POST", target, (session_cookie(sessions.next()),))


def negotiation():
    """Accept headers and the format override."""
    token = ("Authorization", f"Token {KEY}")
    accepts = ["application/json", "application/*", "*/*", "*/json", "APPLICATION/JSON", "application/json;q=0",
               "application/json; version=2", "application/json; indent=4", "application/json; indent=0",
               "application/json; indent=99", "application/json; indent=x", "text/html", "application/xml", "json", "*",
               "", ",", "text/html, */*;q=0.1", "text/html;level=1, application/json", "a/b;c", ";", "/"]
    for accept in accepts:
        yield Exchange(f"whoami with Accept {accept!r}", "GET", WHOAMI, (token, ("Accept", accept)))
        yield Exchange(f"refusal with Accept {accept!r}", "GET", WHOAMI, (("Accept", accept),))
    for accept in ("text/html", "application/json; indent=2", ""):
        yield Exchange(f"token endpoint with Accept {accept!r}", "POST", TOKEN_VIEW, (JSON, ("Accept", accept)), "{}")
    for query in ("format=json", "format=xml", "format=", "format=api", "format=json&format=xml", "a=b"):
        yield Exchange(f"whoami?{query}", "GET", f"{WHOAMI}?{query}", (token,))
    yield Exchange("token endpoint with ?format=xml", "POST", f"{TOKEN_VIEW}?format=xml", (JSON,), "{}")


def addresses():
    """Paths that are nearly right, and hosts that are not ours."""
    token = (("Authorization", f"Token {KEY}"),)
    for path in ("/api/whoami", "/api/whoami?a=b&c=%20", "/api-token-auth", "/api-auth/login?next=/x", "/api-auth/logout",
                 "/api-auth/", "/api-auth", "/nope", "/nope/", "/api/whoami/x", "/api/whoami//", "//api/whoami/",
                 "/api//whoami/", "/API/whoami/", "/api/whoami/?", "/api/who%61mi/", "/api%2Fwhoami/", "/api/./whoami/",
                 "/%ff/", "/caf%C3%A9/"):
        for method in ("GET", "POST"):
            yield Exchange(f"{method} {path}", method, path, token)
    for host in ("LOCALHOST", "localhost:8000", "localhost.", "evil.example", "localhost:x", "", "127.0.0.1", "[::1]",
                 "localhost, evil.example", "a b", "user@localhost"):
        yield Exchange(f"Host {host!r}", "GET", WHOAMI, token, host=host)
        yield Exchange(f"login page with Host {host!r}", "GET", LOGIN, host=host)
    yield Exchange("X-Forwarded-Host is not believed", "GET", WHOAMI, (*token, ("X-Forwarded-Host", "evil.example")))


def login(model, sessions):
    """The login page and its form."""
    good = {"username": model.login, "password": PASSWORD}
    header = (("Cookie", f"csrftoken={SECRET}"), ("X-CSRFToken", SECRET), FORM)
    for next_ in ("/api/whoami/", "//evil.example/", "https://evil.example/", "javascript:alert(1)", "/caf\u00e9?a=<b>", ""):
        yield Exchange(f"login page with next {next_!r}", "GET", f"{LOGIN}?next={quote_plus(next_)}")
    for csrf in ("short", "!" * 32, SECRET, MASKED):
        yield Exchange(f"login page with CSRF cookie {csrf[:8]!r} of {len(csrf)}", "GET", LOGIN,
                       (("Cookie", f"csrftoken={csrf}"),))
    forms = [
        good, {}, {"username": model.login}, {**good, "password": "wrong"}, {**good, "username": "nobody"},
        {**good, "username": "gone@example.com"}, {"username": "locked@example.com", "password": "x"},
        {**good, "username": "  "}, {**good, "username": f" {model.login}\u2003"}, {**good, "password": f" {PASSWORD}"},
        {**good, "username": "a\0b"}, {**good, "password": "a\0b"}, {**good, "username": "x" * 5000},
        {**good, "username": model.login.replace("s", "\uff53", 1)}, {**good, "username": model.login.title()},
    ]
    for fields in forms:
        yield Exchange(f"log in with {str(fields)[:70]}", "POST", LOGIN, header, urlencode(fields))
    for target in ("/x", "x", "?a", "#f", "//localhost/x", "http://localhost/x", "HTTP://localhost/x", "https://localhost/x",
                   "http://evil.example/", "//evil.example/", "///evil", "/\\evil", "\\\\evil", "\\evil", "/\t/evil", "\t//evil",
                   "http://LOCALHOST/", "http://localhost:80/", "http://user@localhost/", "ftp://localhost/", "http:///evil",
                   "javascript:x", "a:b", "1:b", "://localhost", "/..//evil", "/%2F%2Fevil", "/caf\u00e9 \"<>\\^`{|}", "/a\r\nX: y",
                   "http://[evil/", "/x" * 1100, " /x ", "\u00a0//evil", "/%zz"):
        yield Exchange(f"log in with next {target[:40]!r}", "POST", LOGIN, header, urlencode({**good, "next": target}))
    yield Exchange("log in with next in the query", "POST", f"{LOGIN}?next=/q/", header, urlencode(good))
    yield Exchange("next in the body wins", "POST", f"{LOGIN}?next=/q/", header, urlencode({**good, "next": "/b/"}))
    yield Exchange("an unsafe next in the body is not replaced", "POST", f"{LOGIN}?next=/q/", header,
                   urlencode({**good, "next": "//evil.example/"}))
    yield Exchange("log in with JSON", "POST", LOGIN, (*header[:2], JSON), json.dumps(good))
    yield Exchange("log in by PUT", "PUT", LOGIN, header, urlencode(good))
    yield Exchange("log in with a good session", "POST", LOGIN,
                   (session_cookie(sessions.next(), SECRET), ("X-CSRFToken", SECRET), FORM), urlencode(good))
    yield Exchange("log in as another with a good session", "POST", LOGIN,
                   (session_cookie(sessions.next(), SECRET), ("X-CSRFToken", SECRET), FORM),
                   urlencode({"username": "\u00dcn\u00efc\u00f6d\u00e9@example.com", "password": FOREIGN_PASSWORD}))
    yield Exchange("log in with a session that is nobody's", "POST", LOGIN,
                   (session_cookie("empty000000000000000000000000000", SECRET), ("X-CSRFToken", SECRET), FORM), urlencode(good))
    tokens = [
        (None, SECRET, None), (SECRET, None, None), (SECRET, None, SECRET), (SECRET, None, MASKED), (MASKED, SECRET, None),
        (SECRET, None, "x" * 32), (SECRET, SECRET, "x" * 32), (SECRET, "x" * 32, SECRET), (SECRET, SECRET, ""),
        (SECRET, "", None), (SECRET, "short", None), (SECRET, "!" * 64, None), ("short", SECRET, None), (SECRET.lower(), SECRET, None),
    ]
    for cookie, sent, field in tokens:
        some = [("Cookie", f"csrftoken={cookie}")] if cookie else []
        some += [("X-CSRFToken", sent)] if sent is not None else []
        fields = {**good, "csrfmiddlewaretoken": field} if field is not None else good
        names = [str(text and f"{text[:4]}/{len(text)}") for text in (cookie, sent, field)]
        yield Exchange(f"log in with CSRF cookie {names[0]}, header {names[1]}, field {names[2]}", "POST", LOGIN,
                       (*some, FORM), urlencode(fields))
    for name, value in (("Origin", "http://localhost"), ("Origin", "http://localhost:80"), ("Origin", "https://localhost"),
                        ("Origin", "null"), ("Origin", ""), ("Origin", "HTTP://localhost"), ("Referer", "http://evil.example/")):
        yield Exchange(f"log in with {name} {value!r}", "POST", LOGIN, (*header, (name, value)), urlencode(good))


def logout(sessions):
    """Logging out, with each way to say where to go next."""
    def headers():
        return (session_cookie(sessions.next(), SECRET), ("X-CSRFToken", SECRET), FORM)

    yield Exchange("log out", "POST", LOGOUT, headers())
    yield Exchange("log out without a session", "POST", LOGOUT, headers()[1:] + (("Cookie", f"csrftoken={SECRET}"),))
    yield Exchange("log out without the CSRF token", "POST", LOGOUT, (session_cookie(sessions.next(), SECRET), FORM))
    yield Exchange("log out with the wrong CSRF token", "POST", LOGOUT,
                   (session_cookie(sessions.next(), SECRET), ("X-CSRFToken", "x" * 32), FORM))
    yield Exchange("log out by field", "POST", LOGOUT, (session_cookie(sessions.next(), SECRET), FORM),
                   f"csrfmiddlewaretoken={MASKED}")
    for target in ("/x/", "//evil.example/", "http://localhost/x", ""):
        yield Exchange(f"log out with next {target!r}", "POST", LOGOUT, headers(), urlencode({"next": target}))
        yield Exchange(f"log out with next {target!r} in the query", "POST", f"{LOGOUT}?next={quote_plus(target)}", headers())
    yield Exchange("log out with another query", "POST", f"{LOGOUT}?a=b", headers())
    yield Exchange("GET does not log out", "GET", LOGOUT, headers())


def csrf_on_tokens(model, sessions):
    """The token endpoint with a live session beside the credentials."""
    good = json.dumps({"username": model.login, "password": PASSWORD})
    for cookie, sent in ((None, None), (None, SECRET), (SECRET, None), (SECRET, SECRET), (SECRET, MASKED), (MASKED, SECRET),
                         (SECRET, "x" * 32), (SECRET, "short"), (SECRET, ""), (SECRET, "!" * 32), ("short", SECRET), ("!" * 32, SECRET)):
        some = [session_cookie(sessions.next(), cookie), JSON]
        some += [("X-CSRFToken", sent)] if sent is not None else []
        names = [str(text and f"{text[:4]}/{len(text)}") for text in (cookie, sent)]
        name = f"token with a session, CSRF cookie {names[0]}, header {names[1]}"
        yield Exchange(name, "POST", TOKEN_VIEW, tuple(some), good)
        yield Exchange(name + " and a token header", "POST", TOKEN_VIEW, (*some, ("Authorization", f"Token {KEY}")), good)
    form = urlencode({"username": model.login, "password": PASSWORD, "csrfmiddlewaretoken": SECRET})
    yield Exchange("token with a session, CSRF field", "POST", TOKEN_VIEW, (session_cookie(sessions.next(), SECRET), FORM), form)
    yield Exchange("token with a session and a foreign Origin", "POST", TOKEN_VIEW,
                   (session_cookie(sessions.next(), SECRET), ("X-CSRFToken", SECRET), ("Origin", "http://evil.example"), JSON), good)
