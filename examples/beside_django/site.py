"""A Django project in one file: `python site.py migrate`, `python site.py createsuperuser`, `python site.py runserver`."""
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.urls import include, path

settings.configure(
    SECRET_KEY="django-insecure-shared-by-both-0123456789-abcdefghijkl",
    DEBUG=True,
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "rest_framework",
        "rest_framework.authtoken",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path.cwd() / "db.sqlite3"}},
)

django.setup()

from rest_framework.authtoken.views import obtain_auth_token  # noqa: E402  (needs what was set up)

urlpatterns = [path("api-token-auth/", obtain_auth_token), path("api-auth/", include("rest_framework.urls"))]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
