"""How these tests ask: as a program with a token, and every answer has the shape that it should have."""

from datetime import timedelta
from json import dumps

from django.test import Client
from django.utils import timezone

from apps.accounts import rules
from apps.accounts.models import Token

NUMBERS = iter(range(1, 1_000_000))


def token_for(person, *, scope="write", days=90, **fields):
    """Return the secret of a new token, and its row."""
    secret = f"{rules.PREFIX}{next(NUMBERS):040}"
    now = timezone.now()
    values = {"made_at": now, "expires_at": now + timedelta(days=days)} | fields
    token = Token.objects.create(
        person=person, name="ci", scope=scope, digest=rules.digest_of(secret), ending=secret[-4:], **values
    )
    return secret, token


class Program:
    """Speaks for somebody; a refusal must be a problem, and every other answer JSON."""

    def __init__(self, person=None, *, secret="", **token):
        self.secret = secret or (token_for(person, **token)[0] if person else "")
        self.client = Client(raise_request_exception=False)

    def __call__(self, method, path, data=None, *, status=None, **headers):
        """Ask; with `status` return what the answer says, without it the answer itself."""
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        answer = self.client.generic(
            method,
            path if path.startswith("/api/") else f"/api/v1/{path}",
            data if isinstance(data, bytes) else written(data),
            content_type="application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", answer.content[:500]
            assert answer.json()["status"] == answer.status_code
        if status is None:
            return answer
        assert answer.status_code == status, answer.content.decode()[:1000]
        return answer.json() if answer.content else None


def written(data):
    """Return a body as it is sent."""
    return b"" if data is None else dumps(data, default=str).encode()
