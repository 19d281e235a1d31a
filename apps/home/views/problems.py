"""What the refusals of the API mean: where the `type` of a problem leads."""

from dataclasses import dataclass
from http import HTTPStatus
from inspect import getdoc

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts.http import PortalRequest
from apps.core.errors import kinds_of_refusal
from apps.core.http import page
from apps.home.views.pages import HELP


@dataclass(frozen=True)
class Problem:
    """One kind of refusal, in words."""

    code: str
    status: str
    title: str
    meaning: str
    advice: str


@require_safe
def problems_explained(request: PortalRequest) -> HttpResponse:
    """Show every kind of refusal as the code declares it. No query."""
    problems = [
        Problem(
            code=kind.code,
            status=f"{int(kind.status)} {HTTPStatus(kind.status).phrase}",
            title=kind.title,
            meaning=(getdoc(kind) or "").replace("`", ""),
            advice=kind.advice.replace("`", ""),
        )
        for kind in kinds_of_refusal()
    ]
    context = {"topics": HELP, "topic": "problems", "problems": problems}
    return page(request, "home/problems_explained.html", context)
