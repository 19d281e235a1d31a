"""Values that transitions and queries hand to a view: how an edit ended, and what waits for somebody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db import models

ModelT = TypeVar("ModelT", bound=models.Model)


@dataclass(frozen=True)
class Saved(Generic[ModelT]):
    """The edit is in the row."""

    row: ModelT


@dataclass(frozen=True)
class Conflict(Generic[ModelT]):
    """Somebody else saved first: the row is theirs, and nothing was written."""

    row: ModelT


@dataclass(frozen=True, kw_only=True)
class Todo:
    """One thing that waits for a person, with the one click that begins it."""

    title: str
    detail: str = ""
    url: str
    action: str  # the word on the button: "Reply", "Sign"
    when: datetime | None = None  # by then, or since then
    is_urgent: bool = False
    service_name: str = ""
    icon: str = ""  # a name in the icon sprite


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Something that a team may want to take up when it plans: a gap, an exemption, a risk that it accepted.

    settings.CANDIDATES names the queries that return these; a key stays the same as long as it is there.
    """

    key: str  # "readiness:answer:7"
    kind: str  # "Gap"
    title: str
    url: str
    detail: str = ""
    service_name: str = ""
