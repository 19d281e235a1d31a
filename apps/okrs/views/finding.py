"""What the views share: what day it is for the reader, and what two versions of a form differ in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import QueryDict
from django.utils import timezone

from apps.accounts.http import PortalRequest, actor
from apps.okrs import rules

REFUSED = 422
STALE = 409


@dataclass(frozen=True)
class Both:
    """One field on which two people differ."""

    label: str
    mine: str
    theirs: str


def today(request: PortalRequest) -> date:
    """Return which day it is where the reader lives."""
    return rules.today_of(actor(request), timezone.now())


def typed_over(request: PortalRequest, revision: int) -> QueryDict:
    """Return what was typed, as if it had been typed over a newer revision."""
    data = request.POST.copy()
    data["revision"] = str(revision)
    return data


def both_of(mine: forms.Form, theirs: forms.Form, *, names: Iterable[str]) -> list[Both]:
    """Return the fields that differ between two forms, in words."""
    rows = [(str(mine[name].label), _words(mine[name]), _words(theirs[name])) for name in names]
    return [Both(*row) for row in rows if row[1] != row[2]]


def _words(field: forms.BoundField) -> str:
    value = field.field.prepare_value(field.initial)
    choices = dict(getattr(field.field, "choices", []) or [])
    if value is None:
        return ""
    return str(choices.get(getattr(value, "pk", value), value))
