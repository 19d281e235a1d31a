"""The questions of an edition, as objects."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from apps.readiness.models import Kind


@dataclass(frozen=True)
class Item:
    """One question under an area."""

    key: str
    area: str
    position: int  # in the whole edition, from 0
    question: str
    guidance: str
    weight: str = ""
    evidence: str = ""
    evidence_required: bool = False
    applies: str = ""
    prefilled_from: str = ""
    reconfirm_days: int = 0


@dataclass(frozen=True)
class AreaSheet:
    """One heading and the questions under it."""

    key: str
    title: str
    summary: str
    items: list[Item]


@dataclass(frozen=True)
class Sheet:
    """All questions of one published edition."""

    key: str
    title: str
    number: int
    kind: str
    summary: str
    areas: list[AreaSheet]

    @classmethod
    def of(cls, *, key: str, title: str, number: int, kind: str, content: dict[str, Any]) -> Self:
        """Return the questions that an edition's content holds."""
        areas: list[AreaSheet] = []
        position = 0
        for area in content["areas"]:
            items = [
                Item(area=area["key"], position=position + number, **item)
                for number, item in enumerate(area["items"])
            ]
            position += len(items)
            areas.append(AreaSheet(area["key"], area["title"], area["summary"], items))
        return cls(key, title, number, kind, content["summary"], areas)

    @property
    def is_conversation(self) -> bool:
        """Tell whether this is a dialogue, without weights and scores."""
        return self.kind == Kind.CONVERSATION

    @cached_property
    def items(self) -> list[Item]:
        """Return the questions in their order."""
        return [item for area in self.areas for item in area.items]

    @cached_property
    def by_key(self) -> dict[str, Item]:
        """Return the questions by their codes."""
        return {item.key: item for item in self.items}

    @cached_property
    def by_area(self) -> dict[str, AreaSheet]:
        """Return the headings by their keys."""
        return {area.key: area for area in self.areas}
