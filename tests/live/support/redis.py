"""A Redis of the test's own, on a free port, that keeps nothing on disk."""
import contextlib
import shutil
import signal
import socket

from .process import Server, clean_environment, free_port


class Redis:
    """Can be stopped and started again on the same port; it forgets its entries."""

    def __init__(self, test):
        program = shutil.which("redis-server")
        if not program:
            test.skipTest("no redis-server (Debian: apt install redis-server)")
        self.port = free_port()
        self._folder = test.folder
        self._command = [program, "--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                         "--dir", test.folder]
        self._server = None
        self.start()
        test.addCleanup(self.stop)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/1"

    def start(self):
        self._server = Server(self._command, self._folder, clean_environment(), self._folder / "redis.log", self.port)

    def stop(self):
        self._server.stop()

    @contextlib.contextmanager
    def stalled(self):
        """It stands still: connections stay open and nobody answers."""
        self._server.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._server.process.send_signal(signal.SIGCONT)

    def ask(self, *words):
        """One command in database 1; the answer as it came, without the protocol's first line for texts."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(command("SELECT", "1") + command(*words) + command("QUIT"))
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        received = received.removeprefix(b"+OK\r\n").removesuffix(b"+OK\r\n")
        kind, _, rest = received.partition(b"\r\n")
        if kind.startswith(b":"):
            return int(kind[1:])
        return None if kind == b"$-1" else rest[:int(kind[1:])] if kind.startswith(b"$") else received

    def keys(self):
        return sorted(line for line in self.ask("KEYS", "*").decode().split("\r\n")[1:] if line and line[0] != "$")


def command(*words):
    words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
