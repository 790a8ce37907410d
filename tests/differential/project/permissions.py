"""Permission classes that are not DRF's."""
from rest_framework.permissions import SAFE_METHODS, BasePermission

MESSAGE = "Custom: You cannot access this resource"


class ReadOnly(BasePermission):
    def has_permission(self, request, view):
        return request.method in SAFE_METHODS


class IsOwner(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj["owner"] == request.user.username


class IsOwnerOrReadOnly(IsOwner):
    def has_object_permission(self, request, view, obj):
        return request.method in SAFE_METHODS or super().has_object_permission(request, view, obj)


class Denied(BasePermission):
    def has_permission(self, request, view):
        return False


class DeniedWithMessage(Denied):
    message = MESSAGE


class ObjectDenied(BasePermission):
    def has_object_permission(self, request, view, obj):
        return False


class ObjectDeniedWithMessage(ObjectDenied):
    message = MESSAGE


class DummyPermission(Denied):
    message = "Dummy permission message"
