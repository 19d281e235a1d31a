"""Structured logs: one JSON event per line, with the id of the request that caused it."""

import logging
import re
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from structlog.contextvars import bound_contextvars

from apps.core import metrics, tracing
from apps.core.http import request_id

logger = structlog.get_logger(__name__)

SECRETS: Final = frozenset({"token", "uidb36"})  # arguments of views that are reached by a signed link
ADDRESS: Final = re.compile(r"(https?://[^/?#\s]+)\S*")
SHARED: Final[list[structlog.typing.Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.UnicodeDecoder(),
]

# The chatter of libraries that says nothing our own events do not say.
QUIET: Final = {
    "django.server": "WARNING",
    "django.request": "ERROR",
    "gunicorn.error": "WARNING",
    "gunicorn.access": "WARNING",
    "celery": "WARNING",
    "kombu": "ERROR",  # it warns that files have no host name
    "axes": "WARNING",
    "fontTools": "WARNING",
    "weasyprint": "ERROR",
}


class RequestLogMiddleware:
    """Logs each request once, when it is finished, and lends its id to all that is logged meanwhile."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """RequestIdMiddleware, further out, has seen to the id."""
        started = perf_counter()
        trace_id = tracing.trace_id(tracing.current())
        with bound_contextvars(request_id=request_id(request), trace_id=trace_id):
            response = self.get_response(request)
            seconds = perf_counter() - started
            logger.info(
                "request_finished",
                method=request.method,
                path=public_path(request),
                code=response.status_code,
                ms=round(seconds * 1000, 1),
            )
        view = request.resolver_match.view_name if request.resolver_match else "(none)"
        method = request.method if request.method in metrics.METHODS else "(other)"
        metrics.requests.count(view, method, response.status_code, seconds)
        return response


def public_path(request: HttpRequest) -> str:
    """Return the path without query and without the tokens of signed links: they open doors."""
    path: str = request.path
    values = _arguments(request)
    if SECRETS.isdisjoint(values):
        return path
    for value in values.values():
        path = path.replace(str(value), "…")
    return path


def _arguments(request: HttpRequest) -> dict[str, Any]:
    """Return what the address names; a request that was refused early has not been looked up yet."""
    match = request.resolver_match
    try:
        return (match or resolve(request.path)).kwargs
    except Resolver404:
        return {}


class RefusalFilter(logging.Filter):
    """Keeps out of Django's lines about requests what addresses hold, and makes of a refusal one line.

    Django hands over the whole request, whose query may have an e-mail or a signed link in it; and the
    reason of a refusal may quote the address of the page from which it came.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything pass; what the sender did wrong needs neither our traceback nor an alarm."""
        request = record.__dict__.pop("request", None)
        if isinstance(request, HttpRequest):
            path = public_path(request)
            record.__dict__.update(method=request.method, path=path)
            said = record.getMessage().replace(request.path, path)
            record.msg, record.args = ADDRESS.sub(r"\1/…", said), ()
        if record.name.startswith("django.security."):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


# Without the values of variables: a password on its way through a form would stand in the log.
TRACEBACKS: Final = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def logging_config(*, level: str) -> dict[str, Any]:
    """Configure structlog and return the dictionary for `logging`, which gunicorn and Celery use too."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder()],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    TRACEBACKS,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "filters": {"refusals": {"()": RefusalFilter}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["refusals"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            name: {"level": quiet, "handlers": [], "propagate": True} for name, quiet in QUIET.items()
        },
    }
