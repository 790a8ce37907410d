"""Throttles with a clock that the client sets, and histories of a nonce in the path."""
import time

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from rest_framework import throttling


class TimelessCache(LocMemCache):
    """Keeps every history: how long one counts is a matter of the client's clock."""

    def set(self, key, value, timeout=None, version=None):
        super().set(key, value, timeout=None, version=version)


class Clocked:
    """What the throttles of `/t/throttle/` have in common."""

    cache = caches["timeless"]

    def allow_request(self, request, view):
        clock = request.META.get("HTTP_X_TEST_CLOCK")
        self.timer = time.time if clock is None else lambda: float(clock)
        return super().allow_request(request, view)

    def get_cache_key(self, request, view):
        key = super().get_cache_key(request, view)
        return key and f"{view.kwargs['nonce']}_{key}"


class User3SecRateThrottle(Clocked, throttling.UserRateThrottle):
    rate = "3/sec"
    scope = "seconds"


class User3MinRateThrottle(Clocked, throttling.UserRateThrottle):
    rate = "3/min"
    scope = "minutes"


class User6MinRateThrottle(Clocked, throttling.UserRateThrottle):
    rate = "6/min"
    scope = "minutes"


class XYScopedRateThrottle(Clocked, throttling.ScopedRateThrottle):
    THROTTLE_RATES = {"x": "3/min", "y": "1/min"}


class ProxiedScopedRateThrottle(Clocked, throttling.ScopedRateThrottle):
    """Takes NUM_PROXIES from the path."""

    THROTTLE_RATES = {"test_limit": "1/day"}

    def allow_request(self, request, view):
        self.num_proxies = view.kwargs["num_proxies"]
        return super().allow_request(request, view)

    def get_ident(self, request):
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
        remote = request.META.get("REMOTE_ADDR")
        if self.num_proxies == 0 or forwarded is None:
            return remote
        addresses = forwarded.split(",")
        return addresses[-min(self.num_proxies, len(addresses))].strip()
