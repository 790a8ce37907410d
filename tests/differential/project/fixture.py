"""Fills an empty database with the people, tokens, sessions and rows of `people.py`: `python -m project.fixture`."""
import datetime
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

import people  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import hashers  # noqa: E402
from django.contrib.auth.models import Group, Permission, User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core import signing  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.management.color import no_style  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils.crypto import salted_hmac  # noqa: E402
from project.authentication.models import CustomToken  # noqa: E402
from project.reference.models import Widget  # noqa: E402
from project.tests.models import BasicModel  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

UTC = datetime.timezone.utc
BEGAN = datetime.datetime(2026, 1, 1, tzinfo=UTC)
FAR = datetime.datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
PAST = datetime.datetime(2020, 1, 1, tzinfo=UTC)
SALT = "fixturesalt0123456789A"
BACKEND = "django.contrib.auth.backends.ModelBackend"
HASH_SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"


class Argon2(hashers.Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 64, 1


class BCrypt(hashers.BCryptPasswordHasher):
    rounds = 4


class BCryptSHA256(hashers.BCryptSHA256PasswordHasher):
    rounds = 4


class Scrypt(hashers.ScryptPasswordHasher):
    work_factor, block_size, parallelism = 64, 8, 1


def encoded(person):
    """The stored hash; the costs are low where Django reads them from the row."""
    bcrypt_salt = b"$2b$04$" + b"fixturesaltfixturesal."
    iterations = settings.PBKDF2_ITERATIONS
    pbkdf2 = hashers.PBKDF2PasswordHasher()
    make = {
        "pbkdf2_sha256": lambda word: pbkdf2.encode(word, SALT, iterations=iterations),
        "old": lambda word: pbkdf2.encode(word, "shortsalt", iterations=iterations // 2),
        "new": lambda word: pbkdf2.encode(word, SALT, iterations=iterations * 3),
        "pbkdf2_sha1": lambda word: hashers.PBKDF2SHA1PasswordHasher().encode(word, SALT, iterations=iterations),
        "argon2": lambda word: Argon2().encode(word, SALT),
        "bcrypt_sha256": lambda word: BCryptSHA256().encode(word, bcrypt_salt),
        "bcrypt": lambda word: BCrypt().encode(word, bcrypt_salt),
        "scrypt": lambda word: Scrypt().encode(word, SALT),
        "md5": lambda word: hashers.MD5PasswordHasher().encode(word, SALT),
        "unusable": lambda word: "!" + "U" * 40,
        "empty": lambda word: "",
        "plain text": lambda word: "plaintext",
    }
    return make[person.hasher](person.password)


def permissions(names):
    wanted = [name.split(".") for name in names]
    return [Permission.objects.get(content_type__app_label=app, codename=code) for app, code in wanted]


def add_people():
    for number, (name, names) in enumerate(people.GROUPS.items(), 1):
        Group.objects.create(id=number, name=name).permissions.set(permissions(names))
    for person in people.PEOPLE:
        user = User(id=person.id, username=person.name, email=f"u{person.id}@example.com", password=encoded(person),
                    date_joined=BEGAN, **person.flags)
        user.save(force_insert=True)
        user.groups.set(Group.objects.filter(name__in=person.groups))
        user.user_permissions.set(permissions(person.permissions))
        if person.token:
            Token(key=person.token, user=user).save(force_insert=True)
    Token.objects.update(created=BEGAN)
    for key, user in people.CUSTOM_TOKENS:
        CustomToken(key=key, user_id=user).save(force_insert=True)


def auth_hash(user, secret=None):
    stored = User.objects.filter(pk=user).values_list("password", flat=True).first() or ""
    return salted_hmac(HASH_SALT, stored, secret=secret, algorithm="sha256").hexdigest()


def session_data(user, unusual):
    data = {}
    if user is not None:
        data = {"_auth_user_id": str(user), "_auth_user_backend": BACKEND, "_auth_user_hash": auth_hash(user)}
    changes = {
        "bad hash": {"_auth_user_hash": "0" * 64},
        "fallback hash": {"_auth_user_hash": auth_hash(user, settings.SECRET_KEY_FALLBACKS[0])},
        "empty hash": {"_auth_user_hash": ""},
        "unknown backend": {"_auth_user_backend": "gone.Backend"},
        "cart": {"cart": [1, 2]},
        "until the browser closes": {"_session_expiry": 0},
        "300 seconds": {"_session_expiry": 300},
        "until a date": {"_session_expiry": "2099-06-01T00:00:00+00:00"},
        "big": {"blob": "x" * 500},
    }
    data.update(changes.get(unusual, {}))
    for gone, name in (("no hash", "_auth_user_hash"), ("no backend", "_auth_user_backend")):
        if unusual == gone:
            del data[name]
    return data


def encoded_session(user, unusual):
    if unusual == "garbage":
        return "garbage"
    if unusual == "bad signature":
        return "eyJhIjoxfQ:1vb2ZA:" + "A" * 43
    data = session_data(user, unusual)
    if unusual == "signed with the old key":
        salt = "django.contrib.sessions.SessionStore"
        return signing.dumps(data, key=settings.SECRET_KEY_FALLBACKS[0], salt=salt, compress=True)
    return SessionStore().encode(data)


def add_sessions():
    for name, (user, unusual) in people.SESSIONS.items():
        Session(session_key=people.session_key(name), session_data=encoded_session(user, unusual),
                expire_date=PAST if unusual == "expired" else FAR).save(force_insert=True)
    for key, user in people.SHORT_SESSIONS.items():
        Session(session_key=key, session_data=encoded_session(user, None), expire_date=FAR).save(force_insert=True)


def add_rows():
    for pk, name in people.WIDGETS:
        Widget(id=pk, name=name).save(force_insert=True)
    for pk, text in people.BASIC_MODELS:
        BasicModel(id=pk, text=text).save(force_insert=True)


def main():
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # our apps have no migrations; their tables refer to Django's
    with transaction.atomic():
        add_people()
        add_sessions()
        add_rows()
        # Rows with a given id leave PostgreSQL's counters behind.
        for statement in connection.ops.sequence_reset_sql(no_style(), [User, Group, Widget, BasicModel]):
            with connection.cursor() as cursor:
                cursor.execute(statement)


if __name__ == "__main__":
    main()
