"""What Django's PBKDF2PasswordHasher runs. First line out: the hash; then, for each number read, that many more."""
import base64
import hashlib
import sys

password, salt, iterations = sys.argv[1].encode(), sys.argv[2].encode(), int(sys.argv[3])


def once():
    return hashlib.pbkdf2_hmac("sha256", password, salt, iterations)


print(base64.b64encode(once()).decode(), flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        once()
    print("done", flush=True)
