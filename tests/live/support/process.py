"""Programs and servers: started, waited for, stopped."""
import os
import re
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

LISTENING = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass
class Run:
    """How a program ended."""

    code: int
    out: str
    err: str

    def __str__(self):
        return f"exit {self.code}\nstdout: {self.out}\nstderr: {self.err}"


def run(arguments, folder, environment, stdin="", timeout=60):
    done = subprocess.run([str(a) for a in arguments], cwd=folder, env=environment, input=stdin,
                          capture_output=True, text=True, timeout=timeout)
    return Run(done.returncode, done.stdout, done.stderr)


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A process that listens on 127.0.0.1; its output goes to a file."""

    def __init__(self, arguments, folder, environment, log, port=None):
        """`port` None: the address is read from what the program prints."""
        self.log = log
        with open(log, "wb") as output:
            self.process = subprocess.Popen([str(a) for a in arguments], cwd=folder, env=environment,
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        self.port = port
        try:
            self._wait(time.monotonic() + 30)
        except BaseException:
            self.stop()
            raise

    def output(self):
        return self.log.read_text("utf-8", "replace")

    def _wait(self, until):
        while time.monotonic() < until:
            printed = LISTENING.search(self.output())
            port = self.port or (printed and int(printed[1]))
            if port and answers(port):
                self.port = port
                return
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.output()}")
            time.sleep(0.02)
        raise AssertionError(f"the server does not listen:\n{self.output()}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def clean_environment(**extra):
    """Our environment without anything that could steer Django or Hallpass."""
    unwanted = ("DJANGO_", "HALLPASS_", "DATABASE_URL", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200", **extra}
