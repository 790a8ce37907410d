"""The disk is full: what has no room is refused with 503, what is there stays, and all goes on when there is room again."""
import resource

from .support.case import LiveTest, on_kinds
from .support.database import Sqlite
from .support.faults import FaultTest
from .support.http import Browser
from .support.kinds import SERVERS
from .support.models import PASSWORD, STOCK
from .support.postgresql import PostgreSql
from .support.small_disk import SmallDisk

# Sessions that fit into the pages which a database has already.
MOST = 600


class FullDisk(FaultTest):
    def test_full_disk(self):
        """Until the disk is full people log in, then it is 503; whoever is known is let in all the while."""
        known = []
        with self.watched():
            end = self.fill()
            for _ in range(MOST):
                browser = Browser(self.port)
                answer = browser.login(STOCK.login, PASSWORD)
                if answer.status != 302:
                    break
                known.append(browser)
            self.assertUnavailable(answer)
            self.assertEqual(self.ask().status, 200)
            self.assertEqual(self.obtain().status, 200)
            end()
            self.assertRecovers(self.log_in, 302)
        for browser in known:
            self.assertEqual(browser.get("/api/whoami/").status, 200)


class FullDiskOfSqlite(FullDisk, LiveTest):
    def empty(self, name="db"):
        self.disk = SmallDisk(self, 2)
        return Sqlite.new(self.disk.folder, name)

    def setUp(self):
        super().setUp()
        # A file over its limit is an error for the writer then, and not the end of it.
        self.us.program = ["sh", "-c", 'trap "" XFSZ; exec "$0" "$@"', *self.us.program]
        self.begin()

    def fill(self):
        """Where nothing can be mounted, the file may not grow."""
        if self.disk.mounted:
            self.disk.fill()
            return self.disk.free
        pid = self.running.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (self.database.path.stat().st_size, -1))
        return lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


class FullDiskOfServers(FullDisk):
    def empty(self, name="db"):
        self.disk = SmallDisk(self, 32)
        made = super().empty(name)
        if self.disk.mounted:
            made.move_to(self.disk.folder / "tables")
        return made

    def setUp(self):
        super().setUp()
        if self.kind is PostgreSql:
            self.us.must("migrate", "--with-triggers")
        self.begin()

    def fill(self):
        """Where nothing can be mounted, the server says what it would say."""
        if self.disk.mounted:
            self.disk.fill()
            return self.disk.free
        return self.database.refuse_sessions()


on_kinds(globals(), FullDiskOfServers, SERVERS)
