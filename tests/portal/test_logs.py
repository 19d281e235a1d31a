import json
import logging
import re
from io import StringIO
from types import SimpleNamespace

import pytest
import structlog
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.log import log_response
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


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"token": "a-secret"}, "/invitations/…/"),
        ({"slug": "a-secret"}, "/invitations/a-secret/"),
    ],
)
def test_tokens_of_signed_links_and_queries_stay_out_of_the_log(rf, values, path):
    request = rf.get("/invitations/a-secret/?q=another")
    request.resolver_match = SimpleNamespace(kwargs=values)

    assert public_path(request) == path


@pytest.mark.django_db
def test_a_query_is_in_no_line_of_the_log(client, log):
    client.get("/accounts/login/?next=/services/&q=another")
    client.post("/accounts/login/?q=another", headers={"Host": "nobody.example"})

    assert "request_finished" in log.getvalue()
    assert "another" not in log.getvalue()


def test_a_request_is_logged_once_when_it_is_finished(client, caplog, settings):
    settings.BEHIND_PROXY = True
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


@pytest.mark.parametrize(
    ("given", "is_behind_proxy"),
    [("r-2", False), ("x" * 8000, True), ("x" * 65, True), ("", True), ("a b", True), ("<b>", True)],
)
def test_a_request_has_an_id_of_ours_where_no_proxy_gave_a_plain_one(
    client, settings, given, is_behind_proxy
):
    settings.BEHIND_PROXY = is_behind_proxy

    response = client.get("/healthz", headers={"X-Request-ID": given})

    assert re.fullmatch("[0-9a-f]{32}", response["X-Request-ID"])


@pytest.fixture
def log():
    """Let the handler of our settings write into this; all that it writes are lines of JSON."""
    lines = StringIO()
    handlers = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    before = [(one, one.setStream(lines)) for one in handlers]
    yield lines
    for one, stream in before:
        one.setStream(stream)


def many_fields():
    return {"data": {f"f{number}": "x" for number in range(1001)}}


def many_files():
    return {"data": {f"f{number}": StringIO("x") for number in range(1001)}}


def a_large_body():
    return {"data": "x" * (11 * 1024 * 1024), "content_type": "application/x-www-form-urlencoded"}


def a_large_form():
    return {"data": {"uploads": StringIO("x" * (11 * 1024 * 1024))}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "kind", "status"),
    [
        (many_fields, "TooManyFieldsSent", 400),
        (many_files, "TooManyFilesSent", 400),
        (a_large_body, "RequestDataTooBig", 413),
        (a_large_form, "RequestDataTooBig", 413),
        (lambda: {"headers": {"Host": "nobody.example"}}, "DisallowedHost", 400),
    ],
)
def test_a_request_that_was_refused_is_one_line_without_a_traceback(client, log, sent, kind, status):
    response = client.post("/accounts/login/", **sent())

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["logger"].startswith("django")]
    assert response.status_code == status
    assert (line["logger"], line["level"]) == (f"django.security.{kind}", "warning")
    assert line["event"]
    assert "exception" not in line


@pytest.mark.django_db
def test_a_refused_page_is_named_without_query_secret_and_where_it_came_from(log):
    client = Client(enforce_csrf_checks=True)

    client.post(
        "/walkthroughs/reply/a-secret/?mail=ada@example.org",
        headers={"Referer": "https://elsewhere.example/invitations/other-secret/?mail=bob@example.org"},
        secure=True,
    )

    (line,) = [json.loads(line) for line in log.getvalue().splitlines() if "django.security.csrf" in line]
    assert line["path"] == "/walkthroughs/reply/…/"
    assert "https://elsewhere.example/…" in line["event"]
    assert not [word for word in ("secret", "@example.org") if word in log.getvalue()]


@pytest.mark.django_db
def test_a_request_that_is_refused_before_it_is_looked_up_keeps_its_secret(client, log):
    client.get("/unsubscribe/a-secret/?mail=ada@example.org", headers={"Host": "nobody.example"})

    (line,) = [json.loads(line) for line in log.getvalue().splitlines() if "DisallowedHost" in line]
    assert (line["path"], line["status_code"]) == ("/unsubscribe/…/", 400)
    assert not [word for word in ("secret", "@example.org") if word in log.getvalue()]


def test_a_failure_is_told_without_query_and_secret(log):
    request = RequestFactory().get("/unsubscribe/a-secret/?mail=ada@example.org")

    log_response(
        "%s: %s", "Internal Server Error", request.path, request=request, response=HttpResponse(status=500)
    )

    line = json.loads(log.getvalue())
    assert line["event"] == "Internal Server Error: /unsubscribe/…/"
    assert "ada@example.org" not in log.getvalue()
