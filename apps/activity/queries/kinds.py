"""The registry: everything that can happen, as the apps' events.py declare it."""

import json
import re
from dataclasses import dataclass, fields
from functools import cache
from inspect import getdoc
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.module_loading import autodiscover_modules

from apps.activity.models import EventKind

TYPES: Final = {"str": "text", "int": "number", "bool": "yes or no", "Any": "any value", "date": "day"}


class _Words(dict[str, Any]):
    """What fills a sentence; a field that the event does not have shows as its name."""

    def __missing__(self, field: str) -> str:
        return f"({field})"


@dataclass(frozen=True)
class ExplainedField:
    """One field of a kind of event."""

    name: str
    type: str  # in words: "number", "text, or none", "list of text"
    example: str  # as JSON


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One kind of event as the help shows it."""

    verb: str
    meaning: str
    icon: str
    sentence: str  # of the example
    fields: list[ExplainedField]

    @property
    def app(self) -> str:
        """Return which app declares it."""
        return self.verb.partition(".")[0]

    @property
    def name(self) -> str:
        """Return the step alone, as a person would say it."""
        return self.verb.partition(".")[2].replace("_", " ").capitalize()


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
            icon=kind.icon,
            sentence=kind.sentence.format_map(
                _Words(kind.example, actor="Ada Lind", subject=kind.about, verb=verb)
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
    """Return a declared type in words; the annotation may be text already."""
    declared = annotation.__name__ if type(annotation) is type else str(annotation)
    words = (
        re.sub(r"list\[(.+)\]", r"list of \1", declared)
        .replace(" | None", ", or none")
        .replace(" | ", " or ")
    )
    words = re.sub(r"dict\[[^\]]*\]", "values by name", words)
    return re.sub(r"\w+", lambda found: TYPES.get(found[0], found[0]), words.replace("typing.", ""))
