"""The views that are measured, as one writes them with DRF."""
from django.urls import path
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.response import Response
from rest_framework.views import APIView


class Me(APIView):
    def get(self, request):
        return Response({"id": request.user.pk, "username": request.user.get_username()})


urlpatterns = [path("me/", Me.as_view()), path("api-token-auth/", obtain_auth_token)]
