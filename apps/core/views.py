"""What answers without any app: signs of health, and the refusal of whoever guesses passwords."""

from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Final, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from apps.core import health
from apps.core import metrics as core_metrics
from apps.core.http import HtmxRequest, refused, request_id

FOR_PROGRAMS: Final = ("/api/v1/", "/api/schema/")  # /api/docs/ is a page


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- every view takes it
    """Say that the process answers. No query."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- every view takes it
    """Say whether the portal can work (core.health): 200, or 503 and which checks fail. Four queries."""
    failing = health.failing(now=timezone.now())
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    return JsonResponse({"status": "failing" if failing else "ok", "failing": failing}, status=status)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus if it has the token or asks from a network of ours; others find no such page."""
    if not _may_measure(request):
        return HttpResponseNotFound("Not found", content_type="text/plain")
    text = core_metrics.page(now=timezone.now())
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_measure(request: HttpRequest) -> bool:
    """Compare the token in constant time; what came through a proxy has its address, which proves nothing."""
    given = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return True
    if any(header in request.headers for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        address = ip_address(request.META["REMOTE_ADDR"])
    except ValueError:  # a socket of the file system
        return False
    return any(address in network for network in settings.METRICS_NETWORKS)


@login_not_required
@csrf_exempt
def api_nothing(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- every view takes it
    """Answer 404 as the API answers everything, also to addresses that it does not have."""
    return _problem(HTTPStatus.NOT_FOUND, "There is no such address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500: to programs as the API answers everything, to people as a page that needs nothing else."""
    if request.path.startswith(FOR_PROGRAMS):
        detail = f"Something broke on our side. The log knows more about request {request_id(request)}."
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
    return defaults.server_error(request)


def _problem(status: HTTPStatus, detail: str) -> HttpResponse:
    problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    return JsonResponse(problem, status=status, content_type="application/problem+json")


def locked_out(
    request: HtmxRequest,
    response: HttpResponse | None,  # noqa: ARG001 -- axes hands it over
    credentials: dict[str, Any] | None,  # noqa: ARG001
) -> HttpResponse:
    """Answer 429 to somebody who tried too many passwords for one address."""
    minutes = settings.AXES_COOLOFF_TIME.seconds // 60
    return refused(
        request,
        status=HTTPStatus.TOO_MANY_REQUESTS,
        title="Too many tries",
        detail=f"Wait {minutes} minutes and sign in again, or ask for a new password by mail.",
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 413 to what is too large, and 400 to what nobody can understand."""
    if not hasattr(request, "htmx"):  # refused on the way in, for example for its Host header
        return HttpResponse("Bad request", status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
    if isinstance(exception, RequestDataTooBig):
        limit = settings.UPLOAD_LIMIT // (1024 * 1024)
        return refused(
            cast("HtmxRequest", request),
            status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            title="That was too much",
            detail=f"Nothing was saved. One request may bring at most {limit} MB.",
        )
    return refused(
        cast("HtmxRequest", request),
        status=HTTPStatus.BAD_REQUEST,
        title="That could not be understood",
        detail="Nothing was saved. Go back, reload the page and try again.",
    )
