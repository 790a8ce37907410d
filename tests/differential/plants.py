"""The names of the bugs that can be sown, on either side."""
import re
import subprocess

from .side import HERE


def names(plan):
    """Django's are functions in `project/plants.py`; our app lists its own."""
    if plan.reference:
        done = subprocess.run([plan.reference, "--plants"], capture_output=True, text=True, check=True)
        return done.stdout.split()
    source = (HERE / "project/plants.py").read_text("utf-8")
    listed = re.search(r"for function in \((.*?)\)", source, re.S)[1]
    return [name.strip().replace("_", "-") for name in listed.split(",")]
