"""Makes common-passwords.txt.gz from its two sources; see README.md beside it.

    python3 make_common_passwords.py ZXCVBN_FOLDER PASSWORD_LST

ZXCVBN_FOLDER is the unpacked source of the Python package zxcvbn 4.5.0, PASSWORD_LST the file of that name in Debian's
package john-data 1.9.0-2. The same sources give the same bytes.
"""
import gzip
import sys
from pathlib import Path

NAMES = 2000  # first names of each kind, most frequent first
WORDS = 8000  # words of film and television, most frequent first
SHORTEST = 8  # letters of such a word: shorter ones are refused for their length
STEMS = 1000  # passwords and names that get the usual endings
ENDINGS = ("1", "123")
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")


def repetitions():
    """One letter or digit, one to twelve times."""
    for symbol in "abcdefghijklmnopqrstuvwxyz0123456789":
        for times in range(1, 13):
            yield symbol * times


def walks():
    """Neighbours on the keyboard and in the alphabet, forwards and backwards, four and more."""
    for row in ROWS:
        for line in (row, row[::-1]):
            for start in range(len(line)):
                for end in range(start + 4, len(line) + 1):
                    yield line[start:end]


def main(zxcvbn, password_lst):
    sys.path.insert(0, zxcvbn)
    from zxcvbn.frequency_lists import FREQUENCY_LISTS as lists

    passwords = list(lists["passwords"])
    names = list(lists["female_names"])[:NAMES] + list(lists["male_names"])[:NAMES]
    films = [word for word in list(lists["us_tv_and_film"])[:WORDS] if len(word) >= SHORTEST]
    lines = Path(password_lst).read_text("latin-1").splitlines()
    unix = [line for line in lines if line and not line.startswith("#!comment:")]
    stems = [word for word in passwords if word.isalpha()][:STEMS] + names[:STEMS]
    endings = [stem + ending for stem in stems for ending in ENDINGS]
    every = {*passwords, *names, *films, *unix, *endings, *repetitions(), *walks()}
    # Passwords are compared in lower case, without white space around.
    kept = sorted({word.lower().strip() for word in every} - {""})
    text = "".join(f"{word}\n" for word in kept)
    target = Path(__file__).with_name("common-passwords.txt.gz")
    target.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(f"{len(kept)} passwords, {target.stat().st_size} bytes")


main(*sys.argv[1:])
