"""Views of Django's own, which the CSRF middleware guards."""
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "HEAD"])
def csrf(request):
    return JsonResponse({"csrfToken": get_token(request)})


@require_http_methods(["GET", "HEAD", "POST", "PUT", "DELETE"])
def csrf_protected(request):
    return JsonResponse({"ok": True})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST", "PUT", "DELETE"])
def csrf_exempted(request):
    return JsonResponse({"ok": True})
