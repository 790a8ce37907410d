"""Bugs to be found: `DIFFERENTIAL_PLANT=name` puts one into this copy of the project.

Each replaces something of Django or DRF by what a plausible mistake would do. `python -m differential --plants` sows
every one and fails if the comparison misses it."""
import os

from django.contrib.auth import hashers, models, views
from django.contrib.sessions.backends.base import SessionBase
from django.middleware import csrf
from rest_framework import authentication, negotiation, permissions, throttling
from rest_framework import views as drf_views

from . import schemes


def inactive_token():
    """A token of somebody who was deactivated still works."""
    def authenticate_credentials(self, key):
        token = self.get_model().objects.select_related("user").filter(key=key).first()
        if token is None:
            raise authentication.exceptions.AuthenticationFailed("Invalid token.")
        return (token.user, token)
    authentication.TokenAuthentication.authenticate_credentials = authenticate_credentials


def csrf_of_put():
    """Session authentication checks POST alone."""
    enforce = authentication.SessionAuthentication.enforce_csrf
    def enforce_csrf(self, request):
        if request.method == "POST":
            enforce(self, request)
    authentication.SessionAuthentication.enforce_csrf = enforce_csrf


def challenge_of_last():
    """The challenge is the last class's, not the first's."""
    def get_authenticate_header(self, request):
        found = self.get_authenticators()
        return found[-1].authenticate_header(request) if found else None
    drf_views.APIView.get_authenticate_header = get_authenticate_header


def method_first():
    """405 is answered before anybody is asked for permission."""
    initial = drf_views.APIView.initial
    def wrong(self, request, *args, **kwargs):
        if not hasattr(self, request.method.lower()):
            self.http_method_not_allowed(request)
        initial(self, request, *args, **kwargs)
    drf_views.APIView.initial = wrong


def refused_counts():
    """A throttled request is counted as well."""
    def throttle_failure(self):
        self.history.insert(0, self.now)
        self.cache.set(self.key, self.history, self.duration)
        return False
    throttling.SimpleRateThrottle.throttle_failure = throttle_failure


def or_of_objects():
    """`A | B` on an object forgets the view-level halves."""
    def has_object_permission(self, request, view, obj):
        return (self.op1.has_object_permission(request, view, obj)
                or self.op2.has_object_permission(request, view, obj))
    permissions.OR.has_object_permission = has_object_permission


def no_rehash():
    """A hash with old parameters stays."""
    hashers.BasePasswordHasher.must_update = lambda self, encoded: False
    hashers.PBKDF2PasswordHasher.must_update = lambda self, encoded: False


def same_session_key():
    """Logging in keeps the visitor's session key (session fixation)."""
    SessionBase.cycle_key = lambda self: None


def same_csrf_secret():
    """Logging in keeps the CSRF secret."""
    import django.contrib.auth
    django.contrib.auth.rotate_token = lambda request: None


def no_last_login():
    """Logging in does not write the moment."""
    from django.contrib.auth.signals import user_logged_in
    user_logged_in.disconnect(dispatch_uid="update_last_login")


def no_vary():
    """`Vary: Cookie` is forgotten where a session was read."""
    import django.contrib.sessions.middleware as middleware
    middleware.patch_vary_headers = lambda response, names: None


def strict_base64():
    """Basic credentials with a stray character are refused."""
    import base64
    import types
    strict = types.SimpleNamespace(b64decode=lambda word: base64.b64decode(word, validate=True))
    authentication.base64 = strict


def no_fallback_keys():
    """Sessions of the old secret key are lost."""
    models.AbstractBaseUser.get_session_auth_fallback_hash = lambda self: iter(())


def exact_origins():
    """`https://*.wild.example.net` is not understood."""
    csrf.CsrfViewMiddleware.allowed_origin_subdomains = {}


def no_referer():
    """The Referer of an HTTPS request is not looked at."""
    csrf.CsrfViewMiddleware._check_referer = lambda self, request: None


def q_values():
    """`;q=` makes a media type more precise than it is."""
    select = negotiation.DefaultContentNegotiation.get_accept_list
    def get_accept_list(self, request):
        return [word for word in select(self, request) if "q=0" not in word.replace(" ", "")]
    negotiation.DefaultContentNegotiation.get_accept_list = get_accept_list


def logout_keeps_row():
    """Logging out deletes the cookie and not the row."""
    import django.contrib.sessions.backends.db as db
    db.SessionStore.delete = lambda self, session_key=None: None


def unsafe_next():
    """Log-in redirects wherever `next` says."""
    views.url_has_allowed_host_and_scheme = lambda url, **keywords: bool(url)


def bearer_or_token():
    """The keyword `Token` opens the view of `Bearer` tokens."""
    authenticate = authentication.TokenAuthentication.authenticate
    def wrong(self, request):
        self.keyword = "Token" if b"token" in request.META.get("HTTP_AUTHORIZATION", "").lower().encode() else "Bearer"
        return authenticate(self, request)
    schemes.CustomKeywordTokenAuthentication.authenticate = wrong


def group_permissions():
    """Permissions of groups do not count."""
    import django.contrib.auth.backends as backends
    backends.ModelBackend._get_group_permissions = lambda self, user: models.Permission.objects.none()


def own_message():
    """A permission's own message is told to callers who are not authenticated, too."""
    def permission_denied(self, request, message=None, code=None):
        if request.authenticators and not request.successful_authenticator and message is None:
            raise drf_views.exceptions.NotAuthenticated()
        raise drf_views.exceptions.PermissionDenied(detail=message, code=code)
    drf_views.APIView.permission_denied = permission_denied


def retry_after():
    """The wait is rounded down."""
    class Throttled(drf_views.exceptions.Throttled):
        def __init__(self, wait=None, detail=None, code=None):
            super().__init__(None if wait is None else int(wait), detail, code)
    drf_views.exceptions.Throttled = Throttled


PLANTS = {
    function.__name__.replace("_", "-"): function
    for function in (inactive_token, csrf_of_put, challenge_of_last, method_first, refused_counts, or_of_objects,
                     no_rehash, same_session_key, same_csrf_secret, no_last_login, no_vary, strict_base64,
                     no_fallback_keys, exact_origins, no_referer, q_values, logout_keeps_row, unsafe_next,
                     bearer_or_token, group_permissions, own_message, retry_after)
}


def sow():
    """Puts in the bug that the environment names, if any."""
    name = os.environ.get("DIFFERENTIAL_PLANT")
    if name:
        PLANTS[name]()
