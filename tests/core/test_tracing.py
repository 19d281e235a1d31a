"""One trace from a request to its job and its mail (W3C Trace Context)."""

import re

import pytest
from django.core import mail
from django.utils import timezone
from structlog.contextvars import get_contextvars

from apps.accounts.models import Actor
from apps.core import tracing
from apps.jobs.models import Job
from apps.jobs.transitions import enqueue, run_next
from apps.notifications.models import Delivery
from apps.notifications.transitions import deliver, notify
from tests.factories import ActorFactory, UserFactory
from tests.subjects import TEMPLATE, subject

OWN = "0123456789abcdef0123456789abcdef"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = f"00-{TRACE}-00f067aa0ba902b7-01"
SYSTEM = Actor.system("tests")

seen = []


def look(job, *, progress, by, at):
    """A job that asks one more thing of somebody, and notes what the logs would say."""
    seen.append((tracing.current(), get_contextvars()["trace_id"]))
    notify([by.person], key=f"job:{job.pk}", template=TEMPLATE, by=by, at=at, subject=subject())
    return {}


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"01-{TRACE}-00f067aa0ba902b7-01",
        CALLER.upper(),
        f"{CALLER}\nBcc: eve@example.org",
    ],
)
def test_what_is_no_context_begins_a_trace_of_our_own(header):
    assert tracing.begun(header, own=OWN) == f"00-{OWN}-{OWN[:16]}-00"


def test_a_request_is_a_step_of_its_callers_trace():
    assert tracing.begun(CALLER, own=OWN) == f"00-{TRACE}-{OWN[:16]}-01"


def test_a_request_without_a_caller_says_its_trace_in_the_log(client, caplog):
    client.get("/healthz")

    (event,) = [record.msg for record in caplog.records if record.name == "portal.logs"]
    assert event["trace_id"] == event["request_id"]
    assert tracing.current() == ""


def test_the_trace_of_a_caller_is_in_the_log(client, caplog):
    client.get("/healthz", headers={"traceparent": CALLER})

    (event,) = [record.msg for record in caplog.records if record.name == "portal.logs"]
    assert event["trace_id"] == TRACE


@pytest.mark.django_db
def test_the_trace_follows_from_a_request_to_its_job_and_its_mail(settings):
    settings.JOBS = {"tests.look": f"{__name__}.look"}
    seen.clear()
    by, now = ActorFactory(), timezone.now()
    token = tracing.context.set(CALLER)
    enqueue("tests.look", title="Look", subject=subject(), payload={}, by=by, at=now)
    tracing.context.reset(token)

    run_next(by=SYSTEM, at=now)
    deliver(by=SYSTEM, at=timezone.now())

    assert Job.objects.get().traceparent == CALLER
    ((inside, in_logs),) = seen
    assert (inside[:36], in_logs) == (CALLER[:36], TRACE)
    assert Delivery.objects.get().traceparent == inside
    (message,) = mail.outbox
    assert re.fullmatch(f"00-{TRACE}-[0-9a-f]{{16}}-01", message.message()["traceparent"])
    assert message.message()["traceparent"] not in {CALLER, inside}


@pytest.mark.django_db
def test_a_mail_that_no_request_caused_has_no_trace(now):
    notify([UserFactory()], key="k", template=TEMPLATE, by=SYSTEM, at=now, subject=subject())

    deliver(by=SYSTEM, at=now)

    assert "traceparent" not in mail.outbox[0].message()
