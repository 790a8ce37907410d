"""The files of the generated Django project: what the usual guide to token authentication has you write."""
import pprint

SETTINGS = {
    "DEBUG": False,
    "ALLOWED_HOSTS": ["localhost", "127.0.0.1"],
    "ROOT_URLCONF": "project.urls",
    "INSTALLED_APPS": [
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "rest_framework",
        "rest_framework.authtoken",
    ],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "TEMPLATES": [{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]},
    }],
    "LANGUAGE_CODE": "en-us",
    "TIME_ZONE": "UTC",
    "USE_TZ": True,
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "STATIC_URL": "/static/",
    "LOGIN_REDIRECT_URL": "/api/whoami/",
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator",
                     "NumericPasswordValidator")
    ],
    "REST_FRAMEWORK": {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "rest_framework.authentication.SessionAuthentication",
            "rest_framework.authentication.TokenAuthentication",
            "rest_framework.authentication.BasicAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
}

MANAGE = """\
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""

WSGI = """\
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""

HASHERS = """\
from django.contrib.auth.hashers import PBKDF2PasswordHasher, PBKDF2SHA1PasswordHasher


class Fast(PBKDF2PasswordHasher):
    iterations = {iterations}


class FastSha1(PBKDF2SHA1PasswordHasher):
    iterations = {iterations}
"""

URLS = """\
from django.contrib import admin
from django.urls import include, path
from rest_framework.authtoken.views import obtain_auth_token

from . import views

urlpatterns = [
    path("api-token-auth/", obtain_auth_token),
    path("api-auth/", include("rest_framework.urls")),
    path("api/whoami/", views.WhoAmI.as_view()),
    path("page/", views.page),
    path("people/", views.people),
    path("session/set/", views.session_set),
    path("session/get/", views.session_get),
    path("session/none/", views.session_none),
    path("admin/", admin.site.urls),  # the page after logging out is the admin application's
]
"""

VIEWS = """\
import datetime
import json

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.response import Response
from rest_framework.views import APIView

SCHEMES = {"SessionAuthentication": "session", "TokenAuthentication": "token", "BasicAuthentication": "basic"}


@login_required
def page(request):
    return HttpResponse(request.user.get_username())


@csrf_exempt
def people(request):
    # What an administrator does, without the forms.
    given = json.loads(request.body)
    if given["do"] == "create":
        get_user_model().objects.create_user(given["login"], password=given["password"])
        return HttpResponse("done", status=201)
    user = get_user_model().objects.get_by_natural_key(given["login"])
    if given["do"] == "password":
        user.set_password(given["password"])
        user.save(update_fields=["password"])
    else:
        user.groups.set([Group.objects.get_or_create(name=name)[0] for name in given["groups"]])
    return HttpResponse("done")


@csrf_exempt
def session_set(request):
    given = json.loads(request.body)
    expiry = given.pop("expiry", None)
    request.session.update(given)
    if isinstance(expiry, str):
        expiry = datetime.datetime.fromisoformat(expiry)
    if expiry is not None:
        request.session.set_expiry(expiry)
    return session_get(request)


def session_get(request):
    return HttpResponse(json.dumps(dict(request.session.items())), "application/json")


def session_none(request):
    return HttpResponse("untouched")


class WhoAmI(APIView):
    def get(self, request):
        user = request.user
        return Response({
            "id": user.pk,
            "username": user.get_username(),
            "email": user.email,
            "is_staff": user.is_staff,
            "is_superuser": user.is_superuser,
            "groups": list(user.groups.order_by("id").values_list("name", flat=True)),
            "authenticated_by": SCHEMES[type(request.successful_authenticator).__name__],
        })
"""

# A user who logs in with an e-mail address, and a token for every new one.
APP_MODELS = """\
from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver


class UserManager(BaseUserManager):
    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    username = None
    email = models.EmailField("email address", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def token_for_new_user(sender, instance=None, created=False, **kwargs):
    from rest_framework.authtoken.models import Token

    if created:
        Token.objects.create(user=instance)
"""

APP_MIGRATION = """\
import django.utils.timezone
from django.db import migrations, models

import app.models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("is_superuser", models.BooleanField(
                    default=False, verbose_name="superuser status",
                    help_text="Designates that this user has all permissions without explicitly assigning them.")),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("is_staff", models.BooleanField(
                    default=False, verbose_name="staff status",
                    help_text="Designates whether the user can log into this admin site.")),
                ("is_active", models.BooleanField(
                    default=True, verbose_name="active",
                    help_text="Designates whether this user should be treated as active. "
                              "Unselect this instead of deleting accounts.")),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="email address")),
                ("groups", models.ManyToManyField(
                    blank=True, related_name="user_set", related_query_name="user", to="auth.group",
                    verbose_name="groups",
                    help_text="The groups this user belongs to. A user will get all permissions granted to each of "
                              "their groups.")),
                ("user_permissions", models.ManyToManyField(
                    blank=True, related_name="user_set", related_query_name="user", to="auth.permission",
                    verbose_name="user permissions", help_text="Specific permissions for this user.")),
            ],
            options={"verbose_name": "user", "verbose_name_plural": "users", "abstract": False},
            managers=[("objects", app.models.UserManager())],
        ),
    ]
"""


def write(folder, settings, model, database, iterations):
    """Writes the whole project."""
    settings = {
        "DATABASES": {"default": database.django},
        **settings,
        "INSTALLED_APPS": [*settings["INSTALLED_APPS"], *model.apps],
    }
    files = {
        "manage.py": MANAGE,
        "project/__init__.py": database.django_needs,
        "project/settings.py": "".join(f"{name} = {pprint.pformat(value)}\n" for name, value in settings.items()),
        "project/hashers.py": HASHERS.format(iterations=iterations),
        "project/urls.py": URLS,
        "project/views.py": VIEWS,
        "project/wsgi.py": WSGI,
    }
    if "app" in model.apps:
        files |= {
            "app/__init__.py": "",
            "app/models.py": APP_MODELS,
            "app/migrations/__init__.py": "",
            "app/migrations/0001_initial.py": APP_MIGRATION,
        }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
