import json

import pytest
from rest_framework.exceptions import NotAuthenticated, ValidationError

from apps.core.api import exception_handler
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (
            InvalidMoveError("Not now."),
            {
                "type": "/help/problems/#invalid-move",
                "title": "Not possible now",
                "status": 409,
                "detail": "Not now.",
            },
        ),
        (
            NotPermittedError("Not you."),
            {
                "type": "/help/problems/#not-permitted",
                "title": "Not yours to decide",
                "status": 403,
                "detail": "Not you.",
            },
        ),
        (
            InvalidInputError("Too long.", field="name"),
            {
                "type": "/help/problems/#invalid-input",
                "title": "That cannot be kept",
                "status": 422,
                "detail": "Too long.",
                "errors": {"name": ["Too long."]},
            },
        ),
        (
            ValidationError({"note": ["Too long."]}),
            {
                "type": "about:blank",
                "title": "Bad Request",
                "status": 400,
                "detail": "Some values were not accepted.",
                "errors": {"note": ["Too long."]},
            },
        ),
        (
            NotAuthenticated(),
            {
                "type": "about:blank",
                "title": "Unauthorized",
                "status": 401,
                "detail": "Authentication credentials were not provided.",
            },
        ),
    ],
)
def test_every_refusal_has_one_shape(error, problem):
    response = exception_handler(error, {})

    assert json.loads(response.content) == problem
    assert (response.status_code, response["Content-Type"]) == (problem["status"], "application/problem+json")


def test_a_mistake_of_ours_stays_a_500():
    assert exception_handler(KeyError("oops"), {}) is None
