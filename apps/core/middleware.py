"""What happens around every view: a request gets an id, a refusal becomes a page or an alert."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve

from apps.core import tracing
from apps.core.errors import DomainError
from apps.core.http import HtmxRequest, came_from, refused, wants_part

ID: Final = re.compile("[A-Za-z0-9._:-]{1,64}")
View = Callable[..., HttpResponseBase]

ASKED_FROM_INSIDE: Final = frozenset({"/healthz", "/readyz", "/metrics"})


class RequestIdMiddleware:
    """Gives a request an id if our proxy did not, and a place in a trace; history, logs and mails say so.

    What a stranger sends is none: they could pose as somebody else's request, or fill our answers and logs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = uuid4().hex
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if settings.BEHIND_PROXY and ID.fullmatch(given) else own
        request.META["HTTP_X_REQUEST_ID"] = request_id
        token = tracing.context.set(tracing.begun(request.META.get("HTTP_TRACEPARENT"), own=own))
        try:
            response = self.get_response(request)
        finally:
            tracing.context.reset(token)
        response["X-Request-ID"] = request_id
        return response


class SignsOfLifeMiddleware:
    """Answers probes and Prometheus under whatever name they use: "web-1:8000", or an address alone.

    ALLOWED_HOSTS keeps foreign names out of links, and these answers have none. No session, no sign-in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Stand before everything that asks for the host, and within what logs and counts requests."""
        if request.path_info not in ASKED_FROM_INSIDE:
            return self.get_response(request)
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponse = match.func(request)
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends whoever is not signed in to do so; every view is meant that is not `login_not_required`.

    Controls and forms get 401 instead: a redirect would put the sign-in page into a target, or lose
    what was typed.
    """

    def handle_no_permission(self, request: HtmxRequest, view_func: View) -> HttpResponse:  # type: ignore[override]
        if request.method in {"GET", "HEAD"} and not wants_part(request):
            return super().handle_no_permission(request, view_func)
        return refused(
            request,
            status=HTTPStatus.UNAUTHORIZED,
            title="You are signed out",
            detail="Nothing was saved. Sign in, come back to what you typed, and send it again.",
        )


class DomainErrorMiddleware:
    """Answers a DomainError that a view lets through, with the status that it brings."""

    def __init__(self, get_response: Callable[[HtmxRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HtmxRequest) -> HttpResponse:
        request.way_back = None
        return self.get_response(request)

    def process_exception(self, request: HtmxRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        back = request.way_back or came_from(request)
        return refused(request, status=error.status, title=error.title, detail=str(error), back=back)
