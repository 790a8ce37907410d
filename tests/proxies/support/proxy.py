"""The proxies, each started with exactly what `hallpass proxy-config` prints."""
import os
import shutil

from live.support.http import send
from live.support.process import Server, clean_environment, free_port

# Debian keeps some of them where only root looks.
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


class Proxy:
    """One proxy in a folder of its own, in front of an application and of Hallpass."""

    name = None  # as `proxy-config` knows it
    file = None  # where its configuration goes

    @classmethod
    def program(cls):
        return shutil.which(cls.name, path=PATH)

    def __init__(self, folder, hallpass, hallpass_port, upstream_port):
        self.folder = folder
        folder.mkdir()
        folder.chmod(0o755)  # nginx gives up root
        for _ in range(3):
            self.start(hallpass, hallpass_port, upstream_port)
            if self.is_ours():
                return
            # Somebody else took the port before the proxy could.
            self.stop()
        raise AssertionError(f"{self.name} does not answer:\n{self.log()}")

    def start(self, hallpass, hallpass_port, upstream_port):
        self.port = free_port()
        self.print(hallpass, self.name, self.file, hallpass_port, upstream_port)
        self.prepare(hallpass, hallpass_port, upstream_port)
        environment = clean_environment(PATH=PATH, HOME=str(self.folder), XDG_DATA_HOME=str(self.folder),
                                        XDG_CONFIG_HOME=str(self.folder))
        self.server = Server(self.command(), self.folder, environment, self.folder / "log", self.port)

    def is_ours(self):
        """Only ours passes on the login page of Hallpass."""
        page = send(self.port, "GET", "/api-auth/login/")
        return self.server.process.poll() is None and b"csrfmiddlewaretoken" in page.body

    def print(self, hallpass, name, file, hallpass_port, upstream_port):
        text = hallpass.must("proxy-config", name, "--listen", f"127.0.0.1:{self.port}",
                             "--upstream", f"http://127.0.0.1:{upstream_port}",
                             "--hallpass", f"http://127.0.0.1:{hallpass_port}")
        (self.folder / file).write_text(text)

    def prepare(self, hallpass, hallpass_port, upstream_port):
        pass

    def command(self):
        raise NotImplementedError

    def stop(self):
        self.server.stop()

    def log(self):
        return self.server.output()


class Nginx(Proxy):
    name = "nginx"
    file = "nginx.conf"

    def command(self):
        return [self.program(), "-p", self.folder, "-c", self.folder / self.file, "-g", "daemon off;"]


class Caddy(Proxy):
    name = "caddy"
    file = "Caddyfile"

    def command(self):
        return [self.program(), "run", "--config", self.file, "--adapter", "caddyfile"]


class Haproxy(Proxy):
    name = "haproxy"
    file = "haproxy.cfg"

    def prepare(self, hallpass, hallpass_port, upstream_port):
        self.print(hallpass, "haproxy-lua", "hallpass.lua", hallpass_port, upstream_port)

    def command(self):
        return [self.program(), "-db", "-f", self.file]


PROXIES = (Nginx, Caddy, Haproxy)
