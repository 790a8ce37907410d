"""`hallpass demo`: one command for a newcomer, and every line that it prints to try works when pasted."""
import os
import re
import shutil
import socket
import subprocess
import time

from .support.database import Sqlite
from .support.case import LiveTest
from .support.hallpass import BINARY
from .support.process import answers, clean_environment, free_port, run

HEX = re.compile(r"\b[0-9a-f]{40}\b")


class Demo(LiveTest):
    def start(self):
        """Starts the demo in the test's folder; returns its output at the moment the port answered."""
        self.port = free_port()
        log = self.folder / f"demo-{self.port}.log"
        with open(log, "wb") as output:
            process = subprocess.Popen([BINARY, "demo", "--bind", f"127.0.0.1:{self.port}"], cwd=self.folder,
                                       env=clean_environment(), stdin=subprocess.DEVNULL, stdout=output,
                                       stderr=subprocess.STDOUT)
        self.addCleanup(self.stop, process)
        until = time.monotonic() + 30
        while not answers(self.port):
            text = log.read_text()
            self.assertIsNone(process.poll(), text)
            self.assertLess(time.monotonic(), until, text)
            time.sleep(0.01)
        self.process = process
        return log.read_text()

    def stop(self, process):
        if process.poll() is None:
            process.terminate()
            process.wait(10)

    def curl_lines(self, text):
        lines = (line.strip().removeprefix("$ ") for line in text.splitlines())
        return [line for line in lines if line.startswith("curl ")]

    def paste(self, line):
        """Runs a printed line as a newcomer would; an HTTP status of 400 or more counts as a failure."""
        if not shutil.which("curl"):
            self.skipTest("no curl (Debian: apt install curl)")
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        (home / ".curlrc").write_text("fail\nsilent\nshow-error\n")
        return run(["sh", "-c", line], self.folder, clean_environment(HOME=str(home), CURL_HOME=str(home)))

    def test_printed_lines_work(self):
        """The curl lines are printed before the port answers, one line each; each succeeds; one fetches the token."""
        text = self.start()
        lines = self.curl_lines(text)
        self.assertGreaterEqual(len(lines), 2, text)
        token = HEX.search(text)[0]
        fetched = []
        for line in lines:
            self.assertIn(f"127.0.0.1:{self.port}", line)
            done = self.paste(line)
            self.assertDone(done)
            if "/api-token-auth/" in line:
                fetched.append(HEX.search(done.out)[0])
        self.assertEqual(set(fetched), {token}, "a POST /api-token-auth/ returns the token just shown")
        self.assertTrue(any(f"Token {token}" in line for line in lines), "one line sends the token")

    def test_folder_of_its_own(self):
        """The demo keeps to ./hallpass-demo, and a second run uses it again: same user, same token."""
        first = self.start()
        made = {name for name in os.listdir(self.folder) if not name.endswith(".log") and name != "home"}
        self.assertEqual(made, {"hallpass-demo"})
        self.stop(self.process)
        second = self.start()
        self.assertEqual(HEX.search(first)[0], HEX.search(second)[0])
        for line in self.curl_lines(second):
            self.assertDone(self.paste(line))
        files = [path for path in (self.folder / "hallpass-demo").iterdir() if path.suffix == ".sqlite3"]
        self.assertEqual(len(files), 1, files)
        self.assertEqual(Sqlite(files[0]).value("SELECT count(*) FROM authtoken_token"), 1)

    def test_port_in_use(self):
        """A port that is taken is one clear line and exit 1, for `demo` and for `serve`."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = run([BINARY, "demo", "--bind", f"127.0.0.1:{port}"], self.folder, clean_environment(), timeout=20)
            self.assertRefused(done, str(port))
