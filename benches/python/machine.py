"""The versions of what runs on the Python side, and the date: one `name: version` a line."""
import datetime
import platform
import ssl
from importlib.metadata import version

print(f"date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC")
print(f"Python: {platform.python_version()}, {ssl.OPENSSL_VERSION}")
print(f"Django: {version('Django')}, DRF {version('djangorestframework')}, gunicorn {version('gunicorn')}")
