"""A private PostgreSQL server in a temporary folder, for as long as it is asked for."""
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .wire import free_port

SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "listen_addresses=127.0.0.1",
            "max_connections=50")


class Server:
    """Ended by `stop`; can be sent to another process, which must not stop it."""

    def __init__(self, bin_folder):
        self.bin = bin_folder
        self.folder = tempfile.mkdtemp(prefix="hallpass-differential-postgres-")
        self.port = free_port()
        self.as_somebody = somebody(self.folder)
        data = f"{self.folder}/data"
        self._run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = " ".join(f"-c {setting}" for setting in SETTINGS)
        self._run("pg_ctl", "-D", data, "-w", "-l", f"{self.folder}/log", "-o",
                  f"-p {self.port} -k {self.folder} {options}", "start")

    def _run(self, program, *arguments):
        done = subprocess.run([*self.as_somebody, f"{self.bin}/{program}", *arguments], cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"{program}: {done.stderr}")

    def url(self, name):
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def execute(self, statement):
        import psycopg

        for attempt in range(20):
            try:
                with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                    connection.execute(statement)
                return
            except psycopg.errors.ObjectInUse:
                time.sleep(0.2 * (attempt + 1))  # two workers copy the same template
        raise SystemExit(f"the template stays in use: {statement}")

    def stop(self):
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def find():
    """The folder of PostgreSQL's programs; Debian keeps them out of the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(folder) for folder in os.environ.get("PATH", "").split(":") if folder]
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file():
            return str(folder)
    raise SystemExit("no initdb (Debian: apt install postgresql)")


def somebody(folder):
    """PostgreSQL refuses to run as root: then as the user that its package made, or nobody."""
    if os.getuid():
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", "--"]
