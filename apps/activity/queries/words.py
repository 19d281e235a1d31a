"""An event in words: its sentence in pieces, what it changed, and what was said with it. No queries."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from string import Formatter
from typing import Any, Final

from apps.activity.models import PERSON, Event, EventKind
from apps.activity.queries.kinds import kinds

UNKNOWN: Final = "{actor}: {verb}, {subject}"  # history outlives code
SAID: Final = ("reason", "note", "measure", "lifted_by_what", "purpose", "mission", "expected_users")
NOTHING: Final = "nothing"
YES_NO: Final = {True: "yes", False: "no"}
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


@dataclass(frozen=True)
class Piece:
    """A part of a sentence, so that pages can mark who it was and link what it is about."""

    text: str
    is_actor: bool = False
    is_object: bool = False


@dataclass(frozen=True)
class Change:
    """What something was, and what it became."""

    name: str  # of the field; empty where the sentence says it
    before: str
    after: str


@dataclass(frozen=True)
class Detail:
    """Something that was said with an event and is not in its sentence."""

    name: str
    text: str


def pieces(event: Event) -> list[Piece]:
    """Return the sentence of an event, cut where the actor and the object stand."""
    template = _template(event)
    words = event.data | {"actor": event.actor_name, "subject": event.subject_name, "verb": event.verb}
    found = []
    for literal, field, _spec, _conversion in Formatter().parse(template):
        if literal:
            found.append(Piece(literal))
        if field:
            text = _in_sentence(field, words) if field in words else f"({field})"
            found.append(Piece(text, is_actor=field == "actor", is_object=field == "subject"))
    return found


def sentence(event: Event) -> str:
    """Return an event in words. What is no longer known shows plainly."""
    return "".join(piece.text for piece in pieces(event))


def changes(event: Event) -> list[Change]:
    """Return what an event changed, as far as it tells what was before."""
    return [change for change in _changes(event) if change.before != change.after]


def details(event: Event) -> list[Detail]:
    """Return what was said with an event and is not in its sentence."""
    template = _template(event)
    texts = [
        Detail(name.replace("_", " ").capitalize(), str(event.data[name]))
        for name in SAID
        if event.data.get(name) and f"{{{name}}}" not in template
    ]
    fields = event.data.get("fields")
    if isinstance(fields, list) and fields and "changes" not in event.data:  # a profile once told which alone
        texts.append(Detail("Changed", ", ".join(str(field).replace("_", " ") for field in fields)))
    relations = event.data.get("relations")
    if isinstance(relations, dict):
        texts += [Detail(str(name).capitalize(), said(those)) for name, those in relations.items() if those]
    return texts


def said(value: object) -> str:
    """Return a value of an event as people write it: days and moments in words, nothing as "nothing"."""
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, list):
        return ", ".join(said(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {said(one)}" for key, one in value.items())
    return YES_NO.get(value, "") if isinstance(value, bool) else _dated(str(value))


def _template(event: Event) -> str:
    kind = kinds().get(event.verb)
    if kind is None:
        return UNKNOWN
    is_oneself = event.subject_type == PERSON and event.actor_id == event.subject_id is not None
    return kind.of_oneself or kind.sentence if is_oneself else kind.sentence


def _changes(event: Event) -> Iterator[Change]:
    both = event.data.get("changes")
    if isinstance(both, dict):
        for name, sides in both.items():
            if isinstance(sides, dict):
                yield Change(_name(name), said(sides.get("before")), said(sides.get("after")))
    before, after = event.data.get("before"), event.data.get(_kind(event).became)
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            yield Change(_name(name), said(before.get(name)), said(after.get(name)))
    elif before and after and not _tells_both(event):
        yield Change("", _plain(before), _plain(after))


def _kind(event: Event) -> type[EventKind]:
    return kinds().get(event.verb, EventKind)


def _tells_both(event: Event) -> bool:
    template = _template(event)
    return "{before}" in template and f"{{{_kind(event).became}}}" in template


def _in_sentence(field: str, words: dict[str, Any]) -> str:
    """Return what fills a gap; an empty text stays empty, and names of fields lose their underscores."""
    value = words[field]
    if field == "fields" and isinstance(value, str):
        return value.replace("_", " ")
    return said(value) if value else str(value)


def _plain(value: Any) -> str:
    """Return a value of a choice as a word: "in_place" is for programs."""
    return said(value).replace("_", " ")


def _name(field: object) -> str:
    return str(field).removesuffix("_id").replace("_", " ")


def _dated(value: str) -> str:
    """Return a day or a moment in words, and anything else as it is."""
    try:
        if _DAY.fullmatch(value):
            return f"{date.fromisoformat(value):%-d %B %Y}"
        if _MOMENT.fullmatch(value):
            return f"{datetime.fromisoformat(value).astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    except ValueError:  # it only looks like one
        pass
    return value
