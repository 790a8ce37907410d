"""Database servers of the test run's own: on a free port, in a folder that goes away, as somebody who is not root."""
import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .process import clean_environment, free_port, run

# Stops the server and takes its folder away when our end of the pipe closes, however this process ends.
KEEPER = """\
signal=$1 folder=$2
shift 2
"$@" >>"$folder/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -"$signal" $server
wait $server 2>/dev/null
rm -rf "$folder"
"""


class PrivateServer:
    """Started by the first test that needs it, stopped at the end of the run.

    A kind of server names its `account` on Debian, the signal that stops it, how its folder is filled, its command
    line, and a question that it answers once it is up."""

    account = None
    stop_signal = "TERM"

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
                                        env=self.environment, stdin=subprocess.PIPE)
        atexit.register(self.stop)
        self._wait(time.monotonic() + 60)

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

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


def unprivileged(account, folder):
    """What to put before a command so that it does not run as root; gives the folder to whom it runs as."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam(account)
    except KeyError:
        user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", "--"]


def program(name, *folders):
    """The path of a program, in the first of the folders or in PATH."""
    for folder in folders:
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    found = shutil.which(name)
    return found and Path(found)
