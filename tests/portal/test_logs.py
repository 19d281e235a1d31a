import json
import logging
from types import SimpleNamespace

import pytest
import structlog
from django.conf import settings
from structlog.contextvars import bound_contextvars

from portal.logs import public_path

FORMATTER = settings.LOGGING["formatters"]["json"]


def printed(record):
    """Return what the handler would print, read back."""
    options = {name: value for name, value in FORMATTER.items() if name != "()"}
    return json.loads(structlog.stdlib.ProcessorFormatter(**options).format(record))


def a_record(**values):
    return logging.makeLogRecord({"name": "apps.core.wake", "levelno": 30, "levelname": "WARNING", **values})


def test_a_plain_log_line_becomes_an_event_with_the_id_of_its_request():
    with bound_contextvars(request_id="r-1"):
        event = printed(a_record(msg="%s was not woken", args=("jobs.run",)))

    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "jobs.run was not woken",
        "level": "warning",
        "logger": "apps.core.wake",
        "request_id": "r-1",
    }


def test_an_event_is_one_line_even_with_a_traceback():
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018 -- for its traceback
    record = a_record(msg="failed", exc_info=(caught.type, caught.value, caught.tb))

    assert printed(record)["exception"][0]["exc_type"] == "ZeroDivisionError"


def test_tokens_of_signed_links_and_queries_stay_out_of_the_log():
    request = SimpleNamespace(
        path="/invitations/a-secret/",
        resolver_match=SimpleNamespace(kwargs={"token": "a-secret"}),
    )

    assert public_path(request) == "/invitations/…/"


def test_a_request_is_logged_once_when_it_is_finished(client, caplog):
    response = client.get("/healthz", headers={"X-Request-ID": "r-2"})

    (event,) = [record.msg for record in caplog.records if record.name == "portal.logs"]
    assert response["X-Request-ID"] == "r-2"
    assert {name: event[name] for name in ("event", "method", "path", "code", "request_id")} == {
        "event": "request_finished",
        "method": "GET",
        "path": "/healthz",
        "code": 200,
        "request_id": "r-2",
    }
