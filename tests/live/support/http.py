"""A byte-exact HTTP/1.1 client: sends what it is told, malformed or not, and keeps the answer as it came."""
import json
import re
import select
import socket
from dataclasses import dataclass, field
from urllib.parse import urlencode

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")


@dataclass
class Response:
    """One answer. Header names keep their case; look-ups ignore it."""

    status: int
    headers: list
    body: bytes

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        return ", ".join(values) if values else None

    def json(self):
        return json.loads(self.body)

    def text(self):
        return self.body.decode("utf-8", "replace")

    def cookies(self):
        """Name and value of each cookie that the answer sets."""
        pairs = (value.split(";", 1)[0].partition("=") for value in self.all("Set-Cookie"))
        return {name.strip(): value for name, _, value in pairs}


def encode(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


def send(port, method, target, headers=(), body=b"", host="localhost", timeout=30, source=None):
    """Sends one request to 127.0.0.1, from an address of ours if one is given, and reads the answer to its end;
    `TimeoutError` after so many silent seconds."""
    names = {name.lower() for name, _ in headers}
    lines = [encode(f"{method} {target} HTTP/1.1")]
    if "host" not in names:
        lines.append(encode(f"Host: {host}"))
    lines += [encode(name) + b": " + encode(value) for name, value in headers]
    body = encode(body)
    if (body or method in ("POST", "PUT", "PATCH")) and not names & {"content-length", "transfer-encoding"}:
        lines.append(b"Content-Length: %d" % len(body))
    lines.append(b"Connection: close")
    source = source and (source, 0)
    with socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=source) as connection:
        push(connection, b"\r\n".join(lines) + b"\r\n\r\n" + body)
        received = b""
        while True:
            try:
                chunk = connection.recv(65536)
            except ConnectionResetError:
                break
            if not chunk:
                break
            received += chunk
    return parse(received)


def push(connection, data):
    """Sends until everything is out, or until the other side answers: it need not read a body that it refuses."""
    rest = memoryview(data)
    poll = select.poll()
    poll.register(connection, select.POLLIN | select.POLLOUT)
    while rest:
        if not all(event & select.POLLOUT and not event & select.POLLIN for _, event in poll.poll(30_000)):
            return
        try:
            rest = rest[connection.send(rest[:65536]):]
        except (BrokenPipeError, ConnectionResetError):
            return


def parse(received):
    """Takes an answer apart; a chunked body is put together."""
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    if len(lines[0].split(" ")) < 2:
        raise AssertionError(f"not an HTTP answer: {received[:200]!r}")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
    if any(name.lower() == "transfer-encoding" for name, _ in headers):
        body = unchunk(body)
    return Response(int(lines[0].split(" ")[1]), headers, body)


def unchunk(rest):
    whole = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        whole += rest[:length]
        rest = rest[length + 2:]
    return whole


@dataclass
class Browser:
    """Keeps cookies, fills in forms, sends the CSRF header: what a browser with a page does."""

    port: int
    cookies: dict = field(default_factory=dict)

    def send(self, method, target, headers=(), body=b""):
        headers = list(headers)
        if self.cookies:
            headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        answer = send(self.port, method, target, headers, body)
        for name, value in answer.cookies().items():
            if value in ("", '""'):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, target, headers=()):
        return self.send("GET", target, headers)

    def post(self, target, fields, headers=()):
        return self.send("POST", target, [*headers, FORM], urlencode(fields))

    def login(self, login, password, path="/api-auth/login/"):
        """Opens the login page, fills in its form with the CSRF token found there, and sends it."""
        page = self.get(path).text()
        token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="(\w{64})"', page)
        if not token:
            raise AssertionError(f"no CSRF token in the login page:\n{page}")
        return self.post(path, {"username": login, "password": password, "csrfmiddlewaretoken": token[1]})
