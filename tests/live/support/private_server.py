"""Database servers of the test run's own: on a free port, in a folder that goes away, as somebody who is not root."""
import atexit
import contextlib
import os
import pwd
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .process import clean_environment, free_port, run

# Starts the server, ends it and starts it again when told to. Stops it and takes its folder away when our end of the pipe
# closes, however this process ends.
KEEPER = """\
signal=$1 folder=$2
shift 2
begin() {
    "$@" >>"$folder/log" 2>&1 </dev/null &
    server=$!
}
end() {
    kill -"$1" $server
    wait $server 2>/dev/null
}
begin "$@"
while read -r order; do
    if [ "$order" = start ]; then begin "$@"; else end "$order"; fi
    echo done
done
kill -CONT $server 2>/dev/null
end "$signal"
rm -rf "$folder"
"""


class PrivateServer:
    """Started by the first test that needs it, stopped at the end of the run.

    A kind of server names its `account` on Debian, the signals that stop it and that end it in good order, how its folder is filled, its command
    line, and a question that it answers once it is up."""

    account = None
    stop_signal = "TERM"
    end_signal = "TERM"
    pid_file = "pid"  # in the folder; begins with the number of the process

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="hallpass-live-server-"))
        self.as_somebody = unprivileged(self.account, self.folder)
        self.environment = clean_environment(LC_ALL="C.UTF-8", TZ="UTC")
        for command in self.preparation():
            done = run([*self.as_somebody, *command], self.folder, self.environment)
            if done.code != 0:
                raise AssertionError(f"{command[0]}: {done}")
        self.port = free_port()
        keeper = ["sh", "-c", KEEPER, "sh", self.stop_signal, self.folder, *self.command()]
        self.process = subprocess.Popen([str(word) for word in [*self.as_somebody, *keeper]], cwd=self.folder,
                                        env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        atexit.register(self.stop)
        self._wait(time.monotonic() + 60)
        self.prepare()

    def prepare(self):
        """What is done once, when it is up for the first time."""

    def preparation(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def ask(self):
        """Raises as long as the server is not up."""
        raise NotImplementedError

    def _wait(self, until):
        while True:
            try:
                return self.ask()
            except Exception:
                if time.monotonic() > until:
                    raise AssertionError(f"the server does not start:\n{(self.folder / 'log').read_text()}")
                time.sleep(0.05)

    def end(self, number=None):
        """Ends the server as its administrator does, or by this signal; its folder stays."""
        self._order(number or self.end_signal)

    def start(self):
        """Starts it again, on the same folder and port."""
        self._order("start")
        self._wait(time.monotonic() + 60)

    def _order(self, word):
        self.process.stdin.write(f"{word}\n".encode())
        readable, _, _ = select.select([self.process.stdout], [], [], 60)
        if not readable:
            raise AssertionError(f"the server does not do {word}:\n{(self.folder / 'log').read_text()}")
        self.process.stdout.readline()

    @contextlib.contextmanager
    def stalled(self):
        """All its processes stand still: connections stay open and nobody answers."""
        first = int((self.folder / self.pid_file).read_text().split()[0])
        os.kill(first, signal.SIGSTOP)  # it starts no other from now on
        processes = family(first)
        try:
            for pid in processes[1:]:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in reversed(processes):
                os.kill(pid, signal.SIGCONT)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


def family(parent):
    """The process and all that it started, itself first."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [parent]
    for one in found:
        found += [child for child, its_parent in parents.items() if its_parent == one]
    return found


def unprivileged(account, folder):
    """What to put before a command so that it does not run as root; gives the folder to whom it runs as."""
    if os.geteuid() != 0:
        return []
    user = somebody(account)
    give(account, folder)
    return ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", "--"]


def somebody(account):
    try:
        return pwd.getpwnam(account)
    except KeyError:
        return pwd.getpwnam("nobody")


def give(account, *paths):
    """Makes them the account's, where we are root and the server is not."""
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, somebody(account).pw_uid, somebody(account).pw_gid)


def program(name, *folders):
    """The path of a program, in the first of the folders or in PATH."""
    for folder in folders:
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    found = shutil.which(name)
    return found and Path(found)
