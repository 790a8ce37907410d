"""The rows that requests left behind, in words that do not depend on chance and time."""
import datetime
import hashlib
import hmac
import re

from django.core import signing

SALT = "django.contrib.sessions.SessionStore"
HASH_SALT = b"django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
QUERIES = {
    "users": "SELECT id, username, email, first_name, last_name, is_active, is_staff, is_superuser, password,"
             " last_login, date_joined FROM auth_user ORDER BY id",
    "tokens": "SELECT key, user_id, created FROM authtoken_token ORDER BY user_id",
    "sessions": "SELECT session_key, session_data, expire_date FROM django_session ORDER BY session_key",
    "widgets": "SELECT id, name FROM reference_widget ORDER BY id",
    "basic models": "SELECT id, text FROM tests_basicmodel ORDER BY id",
    "custom tokens": "SELECT key, user_id FROM authentication_customtoken ORDER BY key",
    "memberships": "SELECT user_id, group_id FROM auth_user_groups ORDER BY user_id, group_id",
    "permissions of users":
        "SELECT user_id, permission_id FROM auth_user_user_permissions ORDER BY user_id, permission_id",
}
AGES = (1209600, 300)
PATIENCE = 120  # seconds that an episode may take


class Reader:
    """Reads one side's database and compares against the fixture, which both sides began with."""

    def __init__(self, database, secret_key, fallbacks):
        self.database = database
        self.keys = (secret_key, *fallbacks)
        self.decoded = {}
        fixture = {name: database.select(query) for name, query in QUERIES.items()}
        self.passwords = {row[0]: row[8] for row in fixture["users"]}
        self.moments = {str(value) for rows in fixture.values() for row in rows for value in row}

    def read(self, state):
        found = {name: self.database.select(query) for name, query in QUERIES.items()}
        stored = {row[0]: row[8] for row in found["users"]}
        found["users"] = [self.user(row) for row in found["users"]]
        found["tokens"] = [self.token(row, state) for row in found["tokens"]]
        found["sessions"] = sorted((self.session(row, state, stored) for row in found["sessions"]), key=repr)
        return found

    def user(self, row):
        *plain, password, last_login, joined = row
        kept = password == self.passwords.get(row[0])
        return [*map(plainly, plain), "the fixture's" if kept else shape(password), last_login is not None,
                self.moment(joined)]

    def token(self, row, state):
        key, user, created = row
        chance = re.fullmatch("[0-9a-f]{40}", key) and key not in state.literals
        return ["40 hex digits" if chance else key, user, self.moment(created)]

    def session(self, row, state, stored):
        key, data, expires = row
        known = state.names.get(key, key if key in state.literals else "a key that nobody saw")
        return [known, self.session_data(data, stored), self.expiry(expires)]

    def session_data(self, text, stored):
        if text not in self.decoded:
            try:
                self.decoded[text] = signing.loads(text, key=self.keys[0], fallback_keys=self.keys[1:], salt=SALT)
            except (signing.BadSignature, ValueError):
                self.decoded[text] = text
        data = self.decoded[text]
        if not isinstance(data, dict):
            return data
        data = dict(data)
        password = stored.get(int(data.get("_auth_user_id", 0)), "")
        for name, key in zip(("current", "fallback"), self.keys):
            if data.get("_auth_user_hash") == auth_hash(key, password):
                data["_auth_user_hash"] = name
        return sorted(data.items(), key=repr)

    def moment(self, value):
        return "the fixture's" if str(value) in self.moments else "new"

    def expiry(self, value):
        if str(value) in self.moments:
            return str(value)
        moment = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.timezone.utc)
        left = (moment - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
        return next((f"in {age} s" for age in AGES if age - PATIENCE < left <= age + 1), str(value))


def plainly(value):
    """SQLite's truth is a number, PostgreSQL's is not."""
    return int(value) if isinstance(value, bool) else value


def auth_hash(key, password):
    derived = hashlib.sha256(HASH_SALT + key.encode()).digest()
    return hmac.new(derived, password.encode(), hashlib.sha256).hexdigest()


def shape(password):
    """Algorithm and parameters of a stored hash, and how long its salt and hash are."""
    if password.startswith("!"):
        return f"unusable, {len(password)} characters"
    algorithm, *parts = password.split("$")
    return [algorithm, *(part if part.isdigit() else f"{len(part)} characters" for part in parts)]


def differences(theirs, ours):
    """`[(table, rows only there, rows only here)]` for each table that is not the same."""
    found = []
    for table in theirs:
        if theirs[table] != ours[table]:
            there, here = (list(map(repr, rows[table])) for rows in (theirs, ours))
            found.append((f"rows: {table}", [row for row in there if row not in here],
                          [row for row in here if row not in there]))
    return found
