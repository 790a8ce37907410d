"""The application behind the proxy: it answers with what reached it, byte for byte, and counts."""
import base64
import hashlib
import json
import socket
import threading
from dataclasses import dataclass, field

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: list
    body_length: int = 0

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def named_like(self, name):
        """The values of every header that an application could take for this one: letters and digits count."""
        wanted = squeezed(name)
        return [value for key, value in self.headers if squeezed(key) == wanted]


def squeezed(name):
    return "".join(c for c in name.lower() if c.isalnum())


@dataclass
class Application:
    """Listens on a free port of 127.0.0.1 until it is stopped."""

    seen: list = field(default_factory=list)

    def __post_init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            connection.settimeout(30)
            try:
                while self._answer(connection, stream):
                    pass
            except OSError:
                pass

    def _answer(self, connection, stream):
        """Answers one request; whether the connection goes on."""
        line = stream.readline().decode("latin-1").split()
        if len(line) != 3:
            return False
        headers = []
        while (header := stream.readline().decode("latin-1").rstrip("\r\n")):
            name, _, value = header.partition(":")
            headers.append((name, value.strip()))
        seen = Seen(line[0], line[1], headers)
        if "websocket" in [value.lower() for value in seen.all("Upgrade")]:
            self.seen.append(seen)
            return self._speak(connection, stream, seen)
        seen.body_length = read_body(stream, seen)
        self.seen.append(seen)
        body = json.dumps({"method": seen.method, "target": seen.target, "headers": headers,
                           "body_length": seen.body_length}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + (b"" if seen.method == "HEAD" else body))
        return True

    def _speak(self, connection, stream, seen):
        """The handshake of a WebSocket, then everything comes back as it is."""
        key = "".join(seen.all("Sec-WebSocket-Key")).encode()
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        connection.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
        while (data := stream.read1(65536)):
            connection.sendall(data)
        return False


def read_body(stream, seen):
    if any("chunked" in value.lower() for value in seen.all("Transfer-Encoding")):
        total = 0
        while (size := int(stream.readline().split(b";")[0], 16)):
            total += len(stream.read(size))
            stream.readline()
        stream.readline()
        return total
    return len(stream.read(int((seen.all("Content-Length") or ["0"])[0])))
