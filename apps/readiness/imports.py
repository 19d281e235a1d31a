"""The YAML of an edition: text in, a checked edition or a list of problems out."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product
from typing import Any, Final

import yaml

from apps.core.expressions import problem as expression_problem
from apps.readiness.models import Kind, Weight

CODE: Final = re.compile(r"[A-Z]{1,9}-\d\d")
LARGEST: Final = 400_000  # characters
Shape = Mapping[str, type]
TOP: Final[Shape] = {"key": str, "title": str, "kind": str, "edition": int, "summary": str, "areas": list}
AREA: Final[Shape] = {"key": str, "title": str, "summary": str, "items": list}
ITEM: Final[Shape] = {"key": str, "question": str, "guidance": str}
ITEM_MAY: Final[Shape] = {
    "weight": str,
    "evidence": str,
    "evidence_required": bool,
    "applies": str,
    "prefilled_from": str,
    "reconfirm_days": int,
}
TAKEN: Final = frozenset({"all", "next", "print", "submit", "return"})  # addresses beside those of areas
# What conditions may ask; every expression must have an answer for each of these services.
EXAMPLES: Final = [
    {
        "service": {
            "tier": tier,
            "data_class": data_class,
            "exposure": exposure,
            "moves_money": flag,
            "has_store": flag,
            "kind": kind,
            "has_interfaces": flag,
            "has_dependencies": flag,
        }
    }
    for tier, data_class, exposure, kind, flag in product(
        (1, 4), ("public", "restricted"), ("internal", "internet"), ("service", "library"), (True, False)
    )
]


@dataclass(frozen=True)
class Problem:
    """One thing that keeps an edition from being published."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True)
class Parsed:
    """What a file says; only one without problems can be published."""

    key: str = ""
    title: str = ""
    kind: str = ""
    number: int = 0
    content: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""
    problems: list[Problem] = field(default_factory=list)


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases, which could multiply without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias where it stands."""
        if self.check_event(yaml.AliasEvent):
            message = "aliases are not allowed here"
            raise yaml.YAMLError(message)
        return super().compose_node(parent, index)


def read(text: str) -> Parsed:
    """Read an edition. Never raises: what is wrong stands in `problems`, all of it at once."""
    data, problems = _loaded(text)
    problems = problems or list(_problems(data))
    if problems:
        return Parsed(problems=problems)
    return Parsed(
        key=data["key"],
        title=_plain(data["title"]),
        kind=data["kind"],
        number=data["edition"],
        content={"summary": _plain(data["summary"]), "areas": [_area(area) for area in data["areas"]]},
        sha256=sha256(text.encode()).hexdigest(),
    )


def _loaded(text: str) -> tuple[Any, list[Problem]]:
    if len(text) > LARGEST:
        return None, [Problem("file", f"An edition has at most {LARGEST:,} characters.")]
    try:
        return yaml.load(text, _PlainLoader), []  # noqa: S506 -- it is a safe loader with less
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, [Problem("file", f"This is not YAML: {' '.join(str(error).split())}")]


def _area(area: dict[str, Any]) -> dict[str, Any]:
    words = {name: _plain(area[name]) for name in ("key", "title", "summary")}
    return words | {
        "items": [{name: _plain(value) for name, value in item.items()} for item in area["items"]]
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 -- text or a number
    return " ".join(value.split()) if isinstance(value, str) else value


def _problems(data: Any) -> Iterator[Problem]:  # noqa: ANN401 -- whatever YAML holds
    shape = list(_shape(data, TOP, {}, where="edition"))
    yield from shape
    if shape:
        return
    if data["kind"] not in Kind.values:
        yield Problem("edition", f"kind is {' or '.join(Kind.values)}.")
    if data["edition"] < 1:
        yield Problem("edition", "Editions count from 1.")
    seen: set[str] = set()
    counts: Counter[str] = Counter()
    for number, area in enumerate(data["areas"], start=1):
        yield from _area_problems(area, seen=seen, where=f"area {number}")
        for item in area.get("items") or [] if isinstance(area, dict) else []:
            yield from _item_problems(item, kind=data["kind"], area=area.get("key"), counts=counts)


def _area_problems(area: object, *, seen: set[str], where: str) -> Iterator[Problem]:
    shape = list(_shape(area, AREA, {}, where=where))
    yield from shape
    if shape or not isinstance(area, dict):
        return
    key = area["key"]
    if not (key.isascii() and key.isalnum() and key.isupper() and len(key) <= 10) or key.lower() in TAKEN:  # noqa: PLR2004
        yield Problem(where, f"{key!r} cannot be the key of an area: up to ten capital letters.")
    if key in seen:
        yield Problem(where, f"{key} is there twice.")
    seen.add(key)


def _item_problems(item: object, *, kind: str, area: object, counts: Counter[str]) -> Iterator[Problem]:
    """Yield what is wrong with one item; the codes of one prefix count from 01 through the whole edition."""
    must = {**ITEM, "weight": str} if kind == Kind.READINESS else ITEM
    where = str(item.get("key") if isinstance(item, dict) else item)[:40]
    shape = list(_shape(item, must, ITEM_MAY, where=where))
    yield from shape
    if shape or not isinstance(item, dict):
        return
    prefix = item["key"].partition("-")[0]
    counts[prefix] += 1
    expected = f"{prefix}-{counts[prefix]:02}"
    if item["key"] != expected or not CODE.fullmatch(expected):
        yield Problem(where, f"Codes count from 01; this one should be {expected}.")
    if kind == Kind.READINESS and prefix != area:
        yield Problem(where, f"The codes of this area begin with {area}.")
    if kind == Kind.READINESS and item["weight"] not in Weight.values:
        yield Problem(where, f"weight is {', '.join(Weight.values)}.")
    if "applies" in item and (reason := expression_problem(item["applies"], EXAMPLES)):
        yield Problem(where, reason)
    if item.get("reconfirm_days", 1) < 1:
        yield Problem(where, "reconfirm_days is at least 1.")


def _shape(data: object, must: Shape, may: Shape, *, where: str) -> Iterator[Problem]:
    """Yield what is missing, unknown, empty or of another type."""
    if not isinstance(data, dict):
        yield Problem(where, "This should be a mapping.")
        return
    for name in must:
        if data.get(name) in ("", [], None):
            yield Problem(where, f"{name} is missing.")
    for name, value in data.items():
        reason = _value_problem(value, kind={**must, **may}.get(name))
        if reason and not (name in must and value is None):
            yield Problem(where, f"{name} {reason}")


def _value_problem(value: object, *, kind: type | None) -> str:
    if kind is None:
        return "is unknown here."
    if type(value) is not kind:
        return f"should be {_WORDS[kind]}."
    if isinstance(value, str) and "\0" in value:
        return "holds a character that cannot be stored (U+0000)."
    return ""


_WORDS: Final = {str: "text", int: "a whole number", bool: "true or false", list: "a list"}
