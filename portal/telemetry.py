"""The export of traces by OpenTelemetry; imported only where OTEL_EXPORTER_OTLP_ENDPOINT is set.

The packages are those of requirements-telemetry.txt; their own OTEL_… variables work as their manual says.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.http import HttpRequest, HttpResponse
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from apps.core import tracing

KINDS: Final = {"server": SpanKind.SERVER, "consumer": SpanKind.CONSUMER}
BROKEN: Final = 500
PROPAGATOR: Final = TraceContextTextMapPropagator()


class Exporter:
    """Makes spans; a thread of its own sends them, so that nobody waits for the collector."""

    def __init__(self) -> None:
        name = os.environ.get("OTEL_SERVICE_NAME") or "roadworthy"
        provider = TracerProvider(resource=Resource.create({"service.name": name}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
        self.tracer = trace.get_tracer("roadworthy")

    @contextmanager
    def span(self, name: str, *, parent: str, kind: str) -> Iterator[str]:
        """Measure a block as a span of the parent's trace."""
        above = PROPAGATOR.extract({"traceparent": parent} if parent else {})
        with self.tracer.start_as_current_span(name, context=above, kind=KINDS[kind]):
            carrier: dict[str, str] = {}
            PROPAGATOR.inject(carrier)
            yield carrier["traceparent"]


def exporter() -> Exporter:
    """Return the exporter of this process; made late, because its thread does not survive a fork."""
    if tracing.exporter is None:
        tracing.exporter = Exporter()
    assert isinstance(tracing.exporter, Exporter)  # noqa: S101 -- nobody else puts one there
    return tracing.exporter


class SpanMiddleware:
    """Makes each request a span; RequestIdMiddleware, further out, has begun its context."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Name the span by the view, and mark what broke."""
        parent = request.headers.get("traceparent", "")
        with exporter().span(f"{request.method}", parent=parent, kind="server") as inside:
            token = tracing.context.set(inside)
            try:
                response = self.get_response(request)
            finally:
                tracing.context.reset(token)
            span = trace.get_current_span()
            if request.resolver_match:
                span.update_name(f"{request.method} {request.resolver_match.view_name}")
            span.set_attribute("http.request.method", request.method or "")
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= BROKEN:
                span.set_status(trace.StatusCode.ERROR)
        return response
