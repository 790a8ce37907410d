"""Clients that keep connections and say little or nothing: everybody else is served, or refused in so many words."""
import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

from .support.case import LiveTest
from .support.faults import FaultTest, token
from .support.http import send

IDLE = 10_000
# Of the server's memory, for each idle connection.
BYTES = 16_384
SECONDS = 2
# The server's files that come and go with single requests.
FEW = 5
STUCK = 40

# A client that asks on half of its connections, reads no answer, and is stopped then.
HALF_OPEN = """\
import socket, sys, time
connections = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(200)]
for connection in connections[::2]:
    connection.sendall(b"GET /api/whoami/ HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
print("ready", flush=True)
time.sleep(60)
"""


class SlowClients(FaultTest, LiveTest):
    settings = {"header_timeout": SECONDS, "request_timeout": SECONDS}

    def setUp(self):
        super().setUp()
        self.begin()
        self.before = self.open_files()

    def open_files(self):
        return len(os.listdir(f"/proc/{self.running.process.pid}/fd"))

    def assertOthersAreServed(self):
        began = time.monotonic()
        self.assertEqual(self.ask().status, 200)
        self.assertLess(time.monotonic() - began, 1)

    def assertConnectionsEnd(self, within):
        until = time.monotonic() + within
        while self.open_files() > self.before + FEW:
            self.assertLess(time.monotonic(), until, "connections stay open")
            self.assertOthersAreServed()
            time.sleep(0.1)

    def drip(self, head, drop, until):
        """Connections that send a drop now and then; what each was answered, once it was closed."""
        connections = [socket.create_connection(("127.0.0.1", self.port), timeout=10) for _ in range(300)]
        for connection in connections:
            connection.sendall(head)
        while time.monotonic() < until:
            for connection in connections:
                with contextlib.suppress(OSError):
                    connection.send(drop)
            self.assertOthersAreServed()
            time.sleep(0.2)
        answers = []
        for connection in connections:
            with connection, contextlib.suppress(ConnectionError):
                answers.append(connection.recv(1000))
        return answers

    def test_slow_heads(self):
        """A head that does not come to an end has its time, and then its connection is closed."""
        head = b"GET /api/whoami/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
        answers = self.drip(head, b"x", time.monotonic() + SECONDS + 1)
        self.assertEqual(set(answers) - {b""}, set())
        self.assertConnectionsEnd(2)

    def test_slow_bodies(self):
        """A body that does not come to an end has its time, and then it is 408."""
        head = (b"POST /api-token-auth/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100000\r\n\r\n{")
        answers = self.drip(head, b" ", time.monotonic() + SECONDS + 1)
        self.assertEqual({answer[:12] for answer in answers}, {b"HTTP/1.1 408"})
        self.assertConnectionsEnd(2 * SECONDS + 2)

    def test_half_open(self):
        """A client that stands still, as one whose network is gone: its connections end after their time."""
        client = subprocess.Popen([sys.executable, "-c", HALF_OPEN, str(self.port)], stdout=subprocess.PIPE)
        try:
            self.assertEqual(client.stdout.readline(), b"ready\n")
            client.send_signal(signal.SIGSTOP)
            self.assertConnectionsEnd(SECONDS + 4)
        finally:
            client.kill()
            client.wait()
            client.stdout.close()


    def test_unread_answers(self):
        """A client that asks and asks, and takes no answer in: its connections end after their time, too."""
        asked = b"GET /schema/ HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400
        with contextlib.ExitStack() as open_ones:
            for _ in range(STUCK):
                connection = open_ones.enter_context(socket.socket())
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.connect(("127.0.0.1", self.port))
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    connection.send(asked)
            # They are open, and stuck: nothing of the above was enough by itself.
            time.sleep(0.5)
            self.assertGreaterEqual(self.open_files(), self.before + STUCK - FEW)
            self.assertConnectionsEnd(SECONDS + 6)


class IdleConnections(FaultTest, LiveTest):
    """As many connections as there are places, with nothing on them."""

    def setUp(self):
        super().setUp()
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        hard = before[1] if before[1] != resource.RLIM_INFINITY else 1 << 20
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, IDLE + 2000), before[1]))
        self.number = min(IDLE, hard - 1000)
        # Systems give a process 1024 files; Hallpass asks for what it needs.
        self.us.program = ["sh", "-c", 'ulimit -Sn 1024; exec "$0" "$@"', *self.us.program]

    def test_idle_connections(self):
        """The memory that each takes is bounded, and a new client takes the place of an idle one."""
        self.begin()
        before = self.memory("VmRSS")
        with contextlib.ExitStack() as open_ones:
            for _ in range(self.number):
                open_ones.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=10))
            self.until_accepted()
            each = (self.memory("VmRSS") - before) * (1 << 20) / self.number
            print(f"\n{self.number} idle connections: {each:.0f} bytes each")
            self.assertLess(each, BYTES)
            waits = [self.until_well(self.ask) for _ in range(20)]
            print(f"a new client among them: {max(waits) * 1000:.0f} ms at most")
        self.assertRecovers()

    def until_accepted(self):
        until = time.monotonic() + 10
        while len(os.listdir(f"/proc/{self.running.process.pid}/fd")) < self.number:
            self.assertLess(time.monotonic(), until, "connections are not accepted")
            time.sleep(0.05)

    def test_busy_connections(self):
        """Where everybody has a request under way, who comes then is told to come again: 503 with Retry-After."""
        self.us = self.hallpass(max_connections=50, request_timeout=8)
        self.begin()
        head = b"POST /api-token-auth/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
        with contextlib.ExitStack() as open_ones:
            for _ in range(50):
                busy = open_ones.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=10))
                busy.sendall(head)
            time.sleep(0.5)
            statuses = set()
            for _ in range(10):
                began = time.monotonic()
                answer = send(self.port, "GET", "/api/whoami/", [token(self.key)])
                self.assertUnavailable(answer)
                self.assertLess(time.monotonic() - began, 3)
                statuses.add(answer.status)
        self.assertRecovers()
