"""Views that only say that the caller came through."""
from django.http import HttpResponse
from rest_framework.response import Response
from rest_framework.views import APIView


class MockView(APIView):
    def get(self, request, **keywords):
        return HttpResponse("abc")

    post = put = get


class WhoAmIView(APIView):
    def get(self, request):
        return Response({"user": str(request.user), "auth": str(request.auth)})

    post = get


class ObjectView(APIView):
    def get(self, request, owner):
        found = {"owner": owner}
        self.check_object_permissions(request, found)
        return Response(found)

    put = get
