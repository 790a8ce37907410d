"""Tokens and passwords."""
from django.contrib.auth import update_session_auth_hash
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.response import Response
from rest_framework.views import APIView


class ObtainAuthTokenView(ObtainAuthToken):
    pass


class CustomAuthTokenView(ObtainAuthToken):
    authentication_classes = []
    permission_classes = []


class PasswordView(APIView):
    def post(self, request):
        if not request.user.check_password(request.data.get("old_password", "")):
            return Response({"old_password": ["Wrong password."]}, status=400)
        request.user.set_password(request.data.get("new_password", ""))
        request.user.save()
        update_session_auth_hash(request, request.user)
        return Response({"detail": "Password changed."})
