"""Authentication classes that are not DRF's."""
from django.contrib.auth.backends import RemoteUserBackend
from rest_framework import authentication, exceptions

from .authentication.models import CustomToken


class CustomTokenAuthentication(authentication.TokenAuthentication):
    model = CustomToken


class CustomKeywordTokenAuthentication(authentication.TokenAuthentication):
    keyword = "Bearer"


class HeaderRemoteUserAuthentication(authentication.RemoteUserAuthentication):
    """Asks `RemoteUserBackend` alone: `AUTHENTICATION_BACKENDS` is for everybody else."""

    header = "HTTP_X_REMOTE_USER"

    def authenticate(self, request):
        user = RemoteUserBackend().authenticate(request, remote_user=request.META.get(self.header))
        if user and user.is_active:
            return (user, None)


class CsrfExemptSessionAuthentication(authentication.SessionAuthentication):
    def enforce_csrf(self, request):
        return


class IncorrectCredentialsAuth(authentication.BaseAuthentication):
    def authenticate(self, request):
        raise exceptions.AuthenticationFailed("Bad credentials")


class FailingAuth(authentication.BaseAuthentication):
    def authenticate(self, request):
        raise exceptions.AuthenticationFailed("authentication failed")
