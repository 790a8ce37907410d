"""A byte-exact HTTP/1.1 client on one connection that stays open: sends what it is told, keeps what comes back."""
import socket
from dataclasses import dataclass

LIMIT = 64 << 20


class NoAnswer(Exception):
    """The server closed the connection or sent something that is not HTTP."""


@dataclass
class Response:
    status: int
    headers: list
    body: bytes

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name]

    def header(self, name):
        values = self.all(name)
        return ", ".join(values) if values else None


def encode(method, target, headers, body):
    """The bytes of a request; every text stands for bytes as latin-1 reads them."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    names = {name.lower() for name, _ in headers}
    if "host" not in names:
        lines.append("Host: testserver")
    if "content-length" not in names and "transfer-encoding" not in names and (body or method not in ("GET", "HEAD")):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Client:
    """One connection to 127.0.0.1, opened again whenever the server has closed it."""

    def __init__(self, port, timeout=30):
        self.port = port
        self.timeout = timeout
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def begin(self, data, method):
        """Sends; `finish` reads the answer. Between them another server can be asked."""
        self.data, self.method, self.fresh = data, method, self.connection is None
        self._push()

    def finish(self):
        try:
            return self._read()
        except (NoAnswer, OSError) as fault:
            was_fresh = self.fresh
            self.close()
            if was_fresh or isinstance(fault, TimeoutError):
                raise NoAnswer(f"no answer: {fault}") from fault
        # The server may have closed an idle connection just then.
        self.begin(self.data, self.method)
        return self.finish()

    def _push(self):
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=self.timeout)
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.fresh = True
        try:
            self.connection.sendall(self.data)
        except OSError:
            pass  # it may have answered without reading everything; `finish` sees

    def _read(self):
        received = self._until(b"", b"\r\n\r\n")
        head, _, rest = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        if not lines[0].startswith("HTTP/1."):
            raise NoAnswer(f"not HTTP: {received[:100]!r}")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        answer = Response(int(lines[0].split(" ")[1]), headers, b"")
        if self.method != "HEAD" and answer.status not in (204, 304):
            answer.body = self._body(answer, rest)
        if (answer.header("connection") or "").lower() == "close":
            self.close()
        return answer

    def _body(self, answer, rest):
        if (answer.header("transfer-encoding") or "").lower() == "chunked":
            return self._chunks(rest)
        length = int(answer.header("content-length") or 0)
        return self._exactly(rest, length)

    def _chunks(self, rest):
        whole = b""
        while True:
            rest = self._until(rest, b"\r\n")
            size, _, rest = rest.partition(b"\r\n")
            rest = self._exactly(rest, int(size, 16) + 2)
            length = int(size, 16)
            whole += rest[:length]
            rest = rest[length + 2:]
            if not length:
                return whole

    def _until(self, received, mark):
        while mark not in received:
            received += self._more(received)
        return received

    def _exactly(self, received, length):
        while len(received) < length:
            received += self._more(received)
        return received

    def _more(self, received):
        chunk = self.connection.recv(1 << 18)
        if not chunk or len(received) > LIMIT:
            raise NoAnswer("the connection was closed")
        return chunk
