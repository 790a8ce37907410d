"""Who and what is in the fixture: plain data, read by the program that fills the database and by the generator."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Person:
    """One row of `auth_user`, and what the harness knows of it."""

    id: int
    name: str
    password: str | None
    hasher: str = "pbkdf2_sha256"
    flags: dict = field(default_factory=dict)
    token: str | None = None
    permissions: tuple = ()
    groups: tuple = ()


def key(start):
    return (start + "0" * 40)[:40]


INACTIVE = {"is_active": False}
STAFF = {"is_staff": True}
SUPER = {"is_staff": True, "is_superuser": True}

# `hasher` is a name of fixture.py's table; None and odd texts are rows that nobody can log in with.
PEOPLE = [
    Person(1, "alice", "alice-pass-1", flags=SUPER, token=key("a11ce")),
    Person(2, "bob", "bob:pass:2", "argon2", token=key("b0b")),
    Person(3, "carol", "carol-pass-3", "bcrypt_sha256", STAFF, key("ca501"), groups=("editors",)),
    Person(4, "dave", "dave-pass-4", flags=INACTIVE, token=key("dafe"), permissions=("reference.add_widget",)),
    Person(5, "erin", None, "unusable", token="abc"),
    Person(6, "frank", "frank-pass-6", "old", token=key("f6a")),
    Person(7, "grace@example.com", "grace-pass-7", "scrypt", token=key("96ace"),
           permissions=("reference.delete_widget", "tests.add_basicmodel")),
    Person(8, "Ünïcödé", "pässwörd-ß-8", token=key("041c0de")),
    Person(9, "heidi", "heidi-pass-9", "md5", token="ABCDEF" * 6 + "0009", permissions=("tests.delete_basicmodel",)),
    Person(10, "ivan", "ivan-pass-10", "bcrypt", token="clé-ключ"),
    Person(11, "judy", "judy-pass-11", "pbkdf2_sha1", {**INACTIVE, **SUPER}, key("abcde")),
    Person(12, " mallory ", "mallory-pass-12", token=key("12")),
    Person(13, "ALICE", "other-pass-13", token=key("13")),
    Person(14, "nora", None, "empty", token=key("14")),
    Person(15, "oscar", None, "plain text", token=key("15")),
    Person(16, "peggy", "  spaced pass  ", token=key("16")),
    Person(17, "quinn", "quinn-pass-17", groups=("viewers",)),
    Person(18, "12345", "67890", token=key("18")),
    Person(19, "steve", "steve-pass-19", "new", STAFF, key("19")),
    Person(20, "trent", "", "pbkdf2_sha256", {"is_superuser": True}, key("20")),
    Person(21, "ursula", "ursula-pass-21", token=key("21"), permissions=("reference.add_widget",),
           groups=("editors", "viewers")),
    Person(22, "n" * 150, "long-name-22", "pbkdf2_sha1", token=key("22")),
    Person(23, "victor", "victor-pass-23", "argon2", INACTIVE, None, groups=("editors",)),
    Person(24, "walter", "walter-pass-24"),
]
GROUPS = {
    "editors": ("reference.add_widget", "reference.change_widget", "tests.add_basicmodel", "tests.change_basicmodel",
                "tests.delete_basicmodel"),
    "viewers": ("reference.view_widget", "tests.view_basicmodel"),
}
# (key, user): several of one user, any text.
CUSTOM_TOKENS = [("custom-alice", 1), ("custom-alice-2", 1), ("custom-dave", 4), (key("c0b"), 2), ("ключ", 3)]
WIDGETS = [(1, "cog"), (2, "gear"), (3, "ünit ☃")]
BASIC_MODELS = [(1, "foo"), (2, "bar"), (3, "ba\u2028z")]


def session_key(name):
    return (name + "0" * 32)[:32]


# name -> (whose, what is unusual about it); fixture.py makes each.
SESSIONS = {
    "salice": (1, None), "sbob": (2, None), "scarol": (3, None), "sfrank": (6, None), "sgrace": (7, None),
    "sunicode": (8, None), "sheidi": (9, None), "ssteve": (19, None), "swalter": (24, None), "strent": (20, None),
    "sexpired": (1, "expired"), "sdave": (4, None), "sbadhash": (1, "bad hash"), "sfallback": (2, "fallback hash"),
    "sfallback2": (16, "fallback hash"), "snohash": (1, "no hash"), "semptyhash": (1, "empty hash"),
    "sunknownbackend": (1, "unknown backend"), "snobackend": (1, "no backend"), "sdeleted": (9999, None),
    "sanon": (None, "cart"), "scorrupt": (None, "bad signature"), "sgarbage": (None, "garbage"),
    "sempty": (None, "empty"), "sbrowser": (2, "until the browser closes"), "sage": (2, "300 seconds"),
    "sdate": (2, "until a date"), "sbig": (2, "big"), "ssigned": (2, "signed with the old key"),
}
SHORT_SESSIONS = {"short77": 1, "eight888": 1}
SESSION_KEYS = {**{name: session_key(name) for name in SESSIONS}, **{name: name for name in SHORT_SESSIONS}}
OWNERS = {**{name: owner for name, (owner, _) in SESSIONS.items()}, **SHORT_SESSIONS}
