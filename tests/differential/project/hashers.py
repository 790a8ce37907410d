"""Django's preferred hasher with the iterations of the settings."""
from django.conf import settings
from django.contrib.auth import hashers


class PBKDF2PasswordHasher(hashers.PBKDF2PasswordHasher):
    iterations = settings.PBKDF2_ITERATIONS
