"""A file system with little room, for databases that run out of it."""
import errno
import os
import subprocess
from pathlib import Path


class SmallDisk:
    """Mounted for one test; where that is not allowed, `mounted` is false and the folder one like any other."""

    def __init__(self, test, megabytes):
        self.folder = Path(test.folder) / "disk"
        self.folder.mkdir()
        options = f"size={megabytes}m,mode=0777"
        mount = ["mount", "-t", "tmpfs", "-o", options, "hallpass-live", str(self.folder)]
        try:
            self.mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            self.mounted = False
        if self.mounted:
            test.addCleanup(subprocess.run, ["umount", "--lazy", str(self.folder)], check=True)
            os.chmod(test.folder, 0o755)  # servers that are somebody else's find the way

    def fill(self):
        """Takes all the room that is left."""
        with open(self.folder / "ballast", "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b"\1" * 4096)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self):
        (self.folder / "ballast").unlink()
