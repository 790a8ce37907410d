"""Makes a user with a token, as Django does, and prints the token's key."""
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django

django.setup()

from django.contrib.auth import get_user_model
from rest_framework.authtoken.models import Token

user = get_user_model().objects.create_user(sys.argv[1], password=sys.argv[2])
print(Token.objects.create(user=user).key)
