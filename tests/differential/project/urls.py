"""The paths of examples/reference, with the classes of each."""
from django.urls import include, path
from rest_framework import permissions as drf
from rest_framework.authentication import BasicAuthentication as Basic
from rest_framework.authentication import SessionAuthentication as Session
from rest_framework.authentication import TokenAuthentication as Token
from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from . import permissions as own
from . import plants, schemes, signals, throttles
from .views import accounts, mock, models, plain, throttled, unusual

signals.connect()
plants.sow()


def named(view, name, **attributes):
    """The view with other classes; OPTIONS shows the name."""
    return type(name, (view,), attributes).as_view()


def mocked(authentication=None, permissions=None, **attributes):
    if authentication is not None:
        attributes["authentication_classes"] = authentication
    if permissions is not None:
        attributes["permission_classes"] = permissions
    return named(mock.MockView, "MockView", **attributes)


def guarded(view, *permissions):
    return view.as_view(permission_classes=permissions)


def scoped(view):
    return named(view, "ScopedView")


DEEP = ((IsAuthenticated & ~IsAdminUser) & IsAuthenticated) & (~(IsAdminUser & IsAdminUser))

urlpatterns = [
    path("session/", mocked([Session])),
    path("basic/", mocked([Basic])),
    path("remote-user/", mocked([schemes.HeaderRemoteUserAuthentication])),
    path("token/", mocked([Token])),
    path("customtoken/", mocked([schemes.CustomTokenAuthentication])),
    path("customkeywordtoken/", mocked([schemes.CustomKeywordTokenAuthentication])),
    path("auth-token/", named(accounts.ObtainAuthTokenView, "ObtainAuthToken")),
    path("auth/", include("rest_framework.urls")),
    path("api-token-auth/", named(accounts.ObtainAuthTokenView, "ObtainAuthToken")),
    path("custom-auth-token/", accounts.CustomAuthTokenView.as_view()),
    path("default/", mocked()),
    path("whoami/", mock.WhoAmIView.as_view()),
    path("whoami-open/", guarded(mock.WhoAmIView, AllowAny)),
    path("token-first/", mocked([Token, Session, Basic])),
    path("basic-first/", mocked([Basic, Session, Token])),
    path("session-exempt/", mocked([schemes.CsrfExemptSessionAuthentication, Basic])),
    path("open/", mocked([], [AllowAny])),
    path("locked/", mocked([])),
    path("readonly/", mocked(None, [drf.IsAuthenticatedOrReadOnly])),
    path("admin-only/", mocked(None, [IsAdminUser])),
    path("composed/", mocked(None, [IsAdminUser | own.ReadOnly])),
    path("composed-and/", mocked(None, [IsAuthenticated & IsAdminUser])),
    path("composed-deep/", mocked(None, [DEEP])),
    path("composed-precedence/", mocked(None, [(IsAuthenticated & IsAdminUser) | (IsAuthenticated & own.ReadOnly)])),
    path("not/", mocked(None, [~IsAuthenticated])),
    path("denied/", mocked(None, [own.DeniedWithMessage])),
    path("denied-noauth/", mocked([], [own.DeniedWithMessage])),
    path("object/<str:owner>/", guarded(mock.ObjectView, IsAuthenticated, own.IsOwner)),
    path("object-ro/<str:owner>/", guarded(mock.ObjectView, own.IsOwnerOrReadOnly)),
    path("object-or/<str:owner>/", guarded(mock.ObjectView, own.IsOwner | IsAdminUser)),
    path("object-not/<str:owner>/", guarded(mock.ObjectView, ~own.IsOwner)),
    path("model/", guarded(models.WidgetListView, drf.DjangoModelPermissions)),
    path("model/<int:pk>/", guarded(models.WidgetDetailView, drf.DjangoModelPermissions)),
    path("model-anon/", guarded(models.WidgetListView, drf.DjangoModelPermissionsOrAnonReadOnly)),
    path("throttled/", mocked(None, [AllowAny], throttle_classes=[AnonRateThrottle, UserRateThrottle])),
    path("password/", accounts.PasswordView.as_view(authentication_classes=[Session])),
    path("csrf/", plain.csrf),
    path("csrf-protected/", plain.csrf_protected),
    path("csrf-exempt/", plain.csrf_exempted),
    path("t/auth/incorrect-credentials/", mocked([schemes.IncorrectCredentialsAuth], [])),
    path("t/auth/failing-renderer/", unusual.ExampleView.as_view()),
    path("t/auth/no-authenticators/", mocked([], [own.DummyPermission])),
    path("t/permissions/root/", models.RootView.as_view()),
    path("t/permissions/instance/<int:pk>/", models.InstanceView.as_view()),
    path("t/permissions/empty/", models.EmptyListView.as_view()),
    path("t/permissions/ignored/", models.IgnoredGetQuerySetListView.as_view()),
    path("t/permissions/exploding/", models.ExplodingView.as_view()),
    path("t/permissions/api-root/", models.RootListView.as_view()),
    path("t/permissions/denied/<int:pk>/", guarded(models.PermissionInstanceView, own.Denied)),
    path("t/permissions/denied-detail/<int:pk>/", guarded(models.PermissionInstanceView, own.DeniedWithMessage)),
    path("t/permissions/denied-object/<int:pk>/", guarded(models.PermissionInstanceView, own.ObjectDenied)),
    path("t/permissions/denied-object-detail/<int:pk>/",
         guarded(models.PermissionInstanceView, own.ObjectDeniedWithMessage)),
    path("t/compose/<str:expression>/", unusual.ComposeView.as_view()),
    path("t/compose/<str:expression>/<str:owner>/", unusual.ComposeView.as_view()),
    path("t/throttle/<str:nonce>/sec3/",
         throttled.ThrottledMockView.as_view(throttle_classes=[throttles.User3SecRateThrottle])),
    path("t/throttle/<str:nonce>/min3/",
         throttled.ThrottledMockView.as_view(throttle_classes=[throttles.User3MinRateThrottle])),
    path("t/throttle/<str:nonce>/double/", throttled.ThrottledMockView.as_view(
        throttle_classes=[throttles.User3SecRateThrottle, throttles.User6MinRateThrottle])),
    path("t/throttle/<str:nonce>/scoped/x/", scoped(throttled.XView)),
    path("t/throttle/<str:nonce>/scoped/y/", scoped(throttled.YView)),
    path("t/throttle/<str:nonce>/scoped/none/", scoped(throttled.ScopedView)),
    path("t/throttle/<str:nonce>/xff/<int:num_proxies>/", throttled.ProxiedView.as_view()),
]
