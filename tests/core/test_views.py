"""Refusals that no app decides; the sign-in page serves as the example of a form."""

import json
from io import BytesIO

import pytest
from django.conf import settings
from django.urls import get_resolver

LOGIN = settings.LOGIN_URL


@pytest.mark.django_db
def test_a_request_that_brings_too_much_is_refused_before_it_is_read(client):
    too_much = BytesIO(b"x" * (settings.UPLOAD_LIMIT + 1))

    response = client.post(LOGIN, {"file": too_much})

    assert response.status_code == 413
    assert "at most 10 MB" in response.content.decode()


@pytest.mark.django_db
def test_a_request_for_another_host_is_refused(client):
    response = client.get(LOGIN, headers={"Host": "elsewhere.example"})

    assert (response.status_code, response.content) == (400, b"Bad request")


@pytest.mark.django_db
def test_whoever_guesses_passwords_has_to_wait(client):
    guess = {"login": "ada@example.org", "password": "not the password"}

    answers = [client.post(LOGIN, guess).status_code for _ in range(settings.AXES_FAILURE_LIMIT + 1)]

    assert answers == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429, 429]


@pytest.mark.django_db
def test_a_guesser_locks_out_nobody_else(client):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(LOGIN, {"login": "ada@example.org", "password": "not the password"})

    response = client.post(LOGIN, {"login": "bo@example.org", "password": "not the password"})

    assert response.status_code == 200


@pytest.mark.django_db
def test_every_page_carries_the_strict_policy(client):
    response = client.get(LOGIN)

    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["/api/v1/services/", "/api/schema/"])
def test_programs_hear_of_a_mistake_of_ours_as_of_everything(path, rf):
    request = rf.get(path, headers={"X-Request-ID": "4711"})

    answer = get_resolver().resolve_error_handler(500)(request)

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert json.loads(answer.content) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something broke on our side. The log knows more about request 4711.",
    }


@pytest.mark.parametrize("path", ["/services/", "/api/docs/"])
def test_people_see_a_page_when_something_broke(path, rf):
    answer = get_resolver().resolve_error_handler(500)(rf.get(path))

    assert (answer.status_code, answer["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "Something broke on our side" in answer.content.decode()
