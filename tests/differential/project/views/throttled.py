"""`/t/throttle/`."""
from rest_framework.response import Response
from rest_framework.views import APIView

from ..throttles import ProxiedScopedRateThrottle, XYScopedRateThrottle


class ThrottledMockView(APIView):
    permission_classes = []

    def get(self, request, nonce):
        return Response("foo")


class ScopedView(APIView):
    permission_classes = []
    throttle_classes = [XYScopedRateThrottle]

    def get(self, request, nonce):
        return Response(getattr(self, "throttle_scope", "y"))


class XView(ScopedView):
    throttle_scope = "x"


class YView(ScopedView):
    throttle_scope = "y"


class ProxiedView(APIView):
    permission_classes = []
    throttle_classes = [ProxiedScopedRateThrottle]
    throttle_scope = "test_limit"

    def get(self, request, nonce, num_proxies):
        return Response("test_limit")
