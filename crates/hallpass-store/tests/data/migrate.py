"""Writes migrate.json: what Django's own `migrate` leaves on SQLite for several projects.

Needs Django 5.2 and djangorestframework 3.16: python migrate.py > migrate.json
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

DJANGO = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
TOKENS = ["rest_framework", "rest_framework.authtoken"]
STARTPROJECT = ["django.contrib.admin", *DJANGO, "django.contrib.messages", "django.contrib.staticfiles"]
EMAIL = "username = None\n    email = models.EmailField(unique=True)\n    USERNAME_FIELD = 'email'\n    REQUIRED_FIELDS = []"
BIG = "django.db.models.BigAutoField"

# name, INSTALLED_APPS, AUTH_USER_MODEL, body of the model, DEFAULT_AUTO_FIELD
PROJECTS = [
    ("no admin", [*DJANGO, *TOKENS], "auth.User", "", BIG),
    ("startproject", [*STARTPROJECT, *TOKENS], "auth.User", "", BIG),
    ("other order", ["rest_framework.authtoken", *reversed(DJANGO), "django.contrib.admin"], "auth.User", "", BIG),
    ("no tokens", [*DJANGO], "auth.User", "", BIG),
    ("username kept", [*STARTPROJECT, *TOKENS, "zoo"], "zoo.StaffMember", "pass", BIG),
    ("early label, 32 bits", ["aaa", *DJANGO, *TOKENS], "aaa.Account", EMAIL, "django.db.models.AutoField"),
    ("16 bits", [*DJANGO, "people", *TOKENS], "people.Member", EMAIL, "django.db.models.SmallAutoField"),
    ("between", [*STARTPROJECT, "authors", *TOKENS], "authors.User", EMAIL, BIG),
]


def project(folder, apps, model, body, auto_field):
    app, name = model.split(".")
    with open(f"{folder}/settings.py", "w") as file:
        file.write(f"INSTALLED_APPS={apps!r}\nAUTH_USER_MODEL={model!r}\nDEFAULT_AUTO_FIELD={auto_field!r}\nUSE_TZ=True\nSECRET_KEY='x'\n")
        file.write("DATABASES={'default':{'ENGINE':'django.db.backends.sqlite3','NAME':'db.sqlite3'}}\n")
        file.write("SILENCED_SYSTEM_CHECKS=['admin.E403','admin.E408','admin.E409','admin.E410']\n")
    if body:
        os.makedirs(f"{folder}/{app}/migrations")
        open(f"{folder}/{app}/__init__.py", "w").close()
        open(f"{folder}/{app}/migrations/__init__.py", "w").close()
        with open(f"{folder}/{app}/models.py", "w") as file:
            file.write("from django.contrib.auth.models import AbstractUser\nfrom django.db import models\n\n\n")
            file.write(f"class {name}(AbstractUser):\n    {body}\n")
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": folder}
    for command in (["makemigrations", app] if body else None, ["migrate", "-v0", "--skip-checks"]):
        if command:
            subprocess.run([sys.executable, "-m", "django", *command], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
    rows = sqlite3.connect(f"{folder}/db.sqlite3").execute
    return {
        "installed_apps": apps,
        "auth_user_model": model,
        "username_field": "email" if "email" in body else "username",
        "default_auto_field": auto_field,
        "ddl": [r[0] for r in rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name")],
        "migrations": [f"{a}.{n}" for a, n in rows("SELECT app, name FROM django_migrations ORDER BY id")],
        "content_types": [f"{i}:{a}.{m}" for i, a, m in rows("SELECT id, app_label, model FROM django_content_type ORDER BY id")],
        "permissions": [f"{i}:{t}:{c}:{n}" for i, t, c, n in rows("SELECT id, content_type_id, codename, name FROM auth_permission ORDER BY id")],
    }


found = []
for name, *rest in PROJECTS:
    with tempfile.TemporaryDirectory() as folder:
        found.append({"name": name, **project(folder, *rest)})
print(json.dumps(found, indent=1))
