"""The registry: everything that can happen, as the apps' events.py declare it."""

import json
from dataclasses import dataclass, fields
from functools import cache
from inspect import getdoc
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.module_loading import autodiscover_modules

from apps.activity.models import EventKind


class _Words(dict[str, Any]):
    """What fills a sentence; a field that the event does not have shows as its name."""

    def __missing__(self, field: str) -> str:
        return f"({field})"


@dataclass(frozen=True)
class ExplainedField:
    """One field of a kind of event."""

    name: str
    type: str  # as it is declared: "int", "str | None", "list[str]"
    example: str  # as JSON


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One kind of event as the help shows it."""

    verb: str
    meaning: str
    sentence: str  # of the example
    fields: list[ExplainedField]

    @property
    def app(self) -> str:
        """Return which app declares it."""
        return self.verb.partition(".")[0]


@cache
def kinds() -> dict[str, type[EventKind]]:
    """Return every kind of event by its verb, as the apps' events.py declare them. No query."""
    autodiscover_modules("events")
    return {kind.verb: kind for kind in EventKind.__subclasses__()}


@cache
def explained() -> list[Explained]:
    """Return every kind with its meaning, schema and example, by verb. No query."""
    return [
        Explained(
            verb=verb,
            meaning=getdoc(kind) or "",
            sentence=kind.sentence.format_map(
                _Words(kind.example, actor="Ada Lind", subject="(subject)", verb=verb)
            ),
            fields=[
                ExplainedField(field.name, _type(field.type), _json(kind.example[field.name]))
                for field in fields(kind)
            ],
        )
        for verb, kind in sorted(kinds().items())
    ]


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def _type(annotation: object) -> str:
    return annotation.__name__ if type(annotation) is type else str(annotation)
