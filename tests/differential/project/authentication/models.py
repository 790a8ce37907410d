"""A token table of one's own: any text is a key, a user may have many."""
from django.conf import settings
from django.db import models


class CustomToken(models.Model):
    key = models.CharField(max_length=40, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
