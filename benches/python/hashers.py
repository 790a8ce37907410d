"""Django's own hashers at work. Orders, one a line: `hash NAME`, answered with a new hash of the password that was
given as argument; `verify NAME TIMES`, answered with `done`."""
import sys

from django.conf import settings

settings.configure(PASSWORD_HASHERS=[
    f"django.contrib.auth.hashers.{name}PasswordHasher"
    for name in ("PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt", "Scrypt", "MD5")
])

from django.contrib.auth.hashers import get_hasher, make_password

password = sys.argv[1]
hashes = {}
for line in sys.stdin:
    order, name, *times = line.split()
    if order == "hash":
        hashes[name] = make_password(password, hasher=name)
        print(hashes[name], flush=True)
    else:
        hasher, stored = get_hasher(name), hashes[name]
        for _ in range(int(times[0])):
            if not hasher.verify(password, stored):
                sys.exit(f"{name} does not verify its own hash")
        print("done", flush=True)
