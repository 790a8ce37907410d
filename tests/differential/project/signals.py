"""A token for every user that the server creates, as DRF's documentation shows it."""
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models.signals import post_save
from rest_framework.authtoken.models import Token


def create_token(sender, instance=None, created=False, raw=False, **keywords):
    if created and not raw:
        Token.objects.create(user=instance)


def connect():
    if settings.AUTO_TOKEN:
        post_save.connect(create_token, sender=get_user_model())
