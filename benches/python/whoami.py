"""Hallpass's `GET /api/whoami/`, as one writes it with DRF."""
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

SCHEMES = {"SessionAuthentication": "session", "TokenAuthentication": "token", "BasicAuthentication": "basic"}


class WhoAmI(APIView):
    def get(self, request):
        user = request.user
        return Response({
            "id": user.pk,
            "username": user.get_username(),
            "email": user.email,
            "is_staff": user.is_staff,
            "is_superuser": user.is_superuser,
            "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
            "authenticated_by": SCHEMES[type(request.successful_authenticator).__name__],
        })


urlpatterns = [path("api/whoami/", WhoAmI.as_view())]
