"""People, tokens and sessions that the comparisons talk about, made by Django."""
from .models import PASSWORD

KEYS = {
    "walker": "a11ce00000000000000000000000000000000001",
    "inactive": "dafe000000000000000000000000000000000004",
    "locked out": "abc",
    "foreign": "ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEF0009",
}
FOREIGN_PASSWORD = "  p\u00e4ssw\u00f6rd  "

MAKE = """\
from datetime import timedelta
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils.timezone import now

def person(name, login, password, **fields):
    login_only = User.USERNAME_FIELD == "email"
    user = User.objects.create_user(login, password, **fields) if login_only else \\
        User.objects.create_user(login, name.replace(" ", "-") + "@example.com", password, **fields)
    Token.objects.filter(user=user).delete()
    Token.objects.create(user=user, key=given["keys"][name])
    return user

at = "@example.com"
walker = person("walker", given["login"], given["password"], is_staff=True)
walker.groups.add(Group.objects.create(name="writers"), Group.objects.create(name="editors"))
inactive = person("inactive", "gone" + at, given["password"], is_active=False)
person("locked out", "locked" + at, None)
person("foreign", "\\u00dcn\\u00efc\\u00f6d\\u00e9" + at, given["foreign_password"])

BACKEND = "django.contrib.auth.backends.ModelBackend"
def session(key, data, age=3600, text=None):
    Session.objects.create(session_key=key, session_data=text or SessionStore().encode(data),
                           expire_date=now() + timedelta(seconds=age))
def of(user, **other):
    data = {"_auth_user_id": str(user.pk), "_auth_user_backend": BACKEND,
            "_auth_user_hash": user.get_session_auth_hash()}
    return {key: value for key, value in {**data, **other}.items() if value is not None}

for number in range(given["sessions"]):
    session("walker%026d" % number, of(walker, note="kept"))
session("expired0000000000000000000000000", of(walker), age=-1)
session("inactive000000000000000000000000", of(inactive))
session("badhash0000000000000000000000000", of(walker, _auth_user_hash="0" * 64))
session("nohash00000000000000000000000000", of(walker, _auth_user_hash=None))
session("otherbackend00000000000000000000", of(walker, _auth_user_backend="nobody.knows.Backend"))
session("deleteduser000000000000000000000", of(walker, _auth_user_id="4711"))
session("empty000000000000000000000000000", {"note": "nobody"})
session("garbage0000000000000000000000000", {}, text="bm90IGEgc2Vzc2lvbg==")
session("tampered000000000000000000000000", {}, text=SessionStore().encode(of(walker))[:-1] + "_")
answer = True
"""


def make(project, sessions):
    """Fills the project's migrated database; `sessions` counts the good sessions, walker000... and on."""
    project.ask(MAKE, keys=KEYS, login=project.model.login, password=PASSWORD, sessions=sessions,
                foreign_password=FOREIGN_PASSWORD)
