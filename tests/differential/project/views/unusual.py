"""`/t/auth/` and `/t/compose/`."""
from django.http import Http404
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from ..compose import permission
from ..schemes import FailingAuth
from .mock import MockView


class UserRenderer(BaseRenderer):
    """Asks who the user is once more, after authentication has failed."""

    media_type = "text/plain"
    format = "txt"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        user = renderer_context["request"].user
        return b"authenticated" if user.is_authenticated else b"not authenticated"


class ExampleView(APIView):
    authentication_classes = [FailingAuth]
    permission_classes = []
    renderer_classes = [UserRenderer]

    def get(self, request):
        return Response({})


class ComposeView(MockView):
    def get_permissions(self):
        try:
            return [permission(self.kwargs["expression"])()]
        except ValueError:
            raise Http404 from None

    def get(self, request, expression, owner=None):
        if owner is not None:
            self.check_object_permissions(request, {"owner": owner})
        return super().get(request)

    post = put = get
