"""Which trace a step belongs to (W3C Trace Context): from a request to its jobs and to their mails.

The context is a short text, `00-<trace>-<span>-<flags>`. It waits in the rows of jobs and deliveries, because
tasks carry nothing. Spans are exported only if portal.telemetry was asked to: it puts itself into `exporter`.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from secrets import token_hex
from typing import Final, Protocol

from structlog.contextvars import bound_contextvars

LENGTH: Final = 55
FORM: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

context: Final = ContextVar("context", default="")


class Exporter(Protocol):
    """What makes spans that somebody collects."""

    def span(self, name: str, *, parent: str, kind: str) -> AbstractContextManager[str]:
        """Measure a block; yield the context of what happens inside."""


exporter: Exporter | None = None


def current() -> str:
    """Return the context of whatever runs now; nothing where no request began it."""
    return context.get()


def trace_id(of: str) -> str:
    """Return the trace of a context: what logs say."""
    return of[3:35]


def begun(header: str | None, *, own: str) -> str:
    """Return the context of a request: a step of the caller's trace, or the beginning of one of its own.

    `own` is 32 random hexadecimal digits that the request has anyway.
    """
    if header and FORM.fullmatch(header):
        return f"{header[:36]}{own[:16]}{header[52:]}"
    return f"00-{own}-{own[:16]}-00"


@contextmanager
def step(name: str, *, parent: str) -> Iterator[str]:
    """Go on with the trace that a row brought along; logs say its id, and what is sent carries it."""
    if not FORM.fullmatch(parent):
        yield ""
        return
    with _span(name, parent) as inside, bound_contextvars(trace_id=trace_id(inside)):
        token = context.set(inside)
        try:
            yield inside
        finally:
            context.reset(token)


@contextmanager
def _span(name: str, parent: str) -> Iterator[str]:
    if exporter is None:
        yield f"{parent[:36]}{token_hex(8)}{parent[52:]}"
        return
    with exporter.span(name, parent=parent, kind="consumer") as inside:
        yield inside
