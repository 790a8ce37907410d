"""The model of `/t/permissions/`, with the app label that its permissions have."""
from django.db import models


class BasicModel(models.Model):
    text = models.CharField(max_length=100)

    class Meta:
        ordering = ["id"]
