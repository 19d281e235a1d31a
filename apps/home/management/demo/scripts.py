"""Scripts → steps in the order of time; a batch of answers becomes one step for each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from django.utils.text import slugify

from apps.home.management.demo import data
from apps.home.management.demo.calendar import Calendar
from apps.readiness.queries import latest_edition, sheet
from apps.readiness.rules import Item, Sheet

BETWEEN: Final = timedelta(minutes=13)  # two answers of one batch
LATER: Final = timedelta(minutes=4)  # an answer and its evidence
WIKI: Final = "https://wiki.parcels.example"
PLACES: Final = frozenset({"day", "at", "by", "do"})


@dataclass(frozen=True)
class Step:
    """One thing that somebody did."""

    at: datetime
    by: str
    do: str
    service: str
    details: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # names for the gaps in texts

    def __str__(self) -> str:
        return f"{self.service}: {self.by} does “{self.do}” at {self.at:%Y-%m-%d %H:%M} with {self.details}"


def steps(calendar: Calendar) -> list[Step]:
    """Return what happened to everybody, in the order of time."""
    found = [step for script in data.scripts() for step in _script(script, calendar)]
    return sorted(found, key=lambda step: step.at)


def _script(script: dict[str, Any], calendar: Calendar) -> Iterator[Step]:
    frame = {"service": script.get("service", ""), "words": script.get("words", {})}
    for entry in script["steps"]:
        if entry["do"] == "answers":
            yield from _answers(entry, frame, calendar)
            continue
        details = {name: value for name, value in entry.items() if name not in PLACES}
        at = calendar.moment(entry["day"], entry["at"])
        if entry["do"] == "verdicts":
            yield from _verdicts(entry, at, frame)
        else:
            yield Step(at, entry["by"], entry["do"], details=details, **frame)


def _verdicts(entry: dict[str, Any], at: datetime, frame: dict[str, Any]) -> Iterator[Step]:
    for number, (area, (value, note)) in enumerate(entry["verdicts"].items()):
        details = {"area": area, "value": value, "note": note}
        yield Step(at + number * BETWEEN, entry["by"], "verdict", details=details, **frame)


def _answers(batch: dict[str, Any], frame: dict[str, Any], calendar: Calendar) -> Iterator[Step]:
    """Spread a checklist over working days and authors, area by area."""
    questions = _sheet(batch["list"])
    said: dict[str, dict[str, Any]] = {}
    for name in batch["texts"]:
        said |= data.texts(name)
    items = [item for item in questions.items if item.key in said and _is_wanted(item, batch)]
    areas = list(questions.by_area)
    for number, (item, day, at) in enumerate(_spread(items, batch, frame["service"], calendar)):
        entry = {"item": item.key} | said[item.key]
        by = batch["by"][(areas.index(item.area) + number % 2) % len(batch["by"])]
        answer = {name: value for name, value in entry.items() if name not in {"evidence", "exemption"}}
        yield Step(at, by, "answer", details={"owner": by} | answer, **frame)
        if "evidence" in entry and _shows(item, batch):
            yield from _evidence(item, entry["evidence"], Step(at, by, "evidence", **frame))
        if "exemption" in entry:
            yield from _exemption(entry, Step(at, by, "", **frame), day, calendar)


def _sheet(kind: str) -> Sheet:
    edition = latest_edition(kind)
    if edition is None:
        raise LookupError(kind)
    return sheet(edition)


def _is_wanted(item: Item, batch: dict[str, Any]) -> bool:
    return item.key not in batch.get("skip", ()) and item.key in batch.get("only", (item.key,))


def _shows(item: Item, batch: dict[str, Any]) -> bool:
    """Tell whether a service took the trouble of a link: all of them, or where it weighs."""
    return batch.get("evidence") == "all" or (
        batch.get("evidence") == "some" and (item.evidence_required or item.weight == "high")
    )


def _spread(
    items: list[Item], batch: dict[str, Any], service: str, calendar: Calendar
) -> Iterator[tuple[Item, int, datetime]]:
    first, last = batch["days"]
    begin = timedelta(minutes=crc32(service.encode()) % 50)
    taken: dict[int, int] = {}
    for number, item in enumerate(items):
        day = first + number * (last - first + 1) // len(items)
        taken[day] = taken.get(day, 0) + 1
        yield item, day, calendar.moment(day, "09:00") + begin + taken[day] * BETWEEN


def _evidence(item: Item, titles: str, like: Step) -> Iterator[Step]:
    for number, title in enumerate(titles.split("; "), start=1):
        url = f"{WIKI}/{like.service}/{item.key.lower()}/{slugify(title)}"
        details = {"item": item.key, "title": title, "url": url}
        yield Step(like.at + number * LATER, like.by, like.do, like.service, details, like.words)


def _exemption(entry: dict[str, Any], like: Step, day: int, calendar: Calendar) -> Iterator[Step]:
    wish = entry["exemption"]
    asked = {"item": entry["item"]} | {name: wish[name] for name in ("reason", "measure", "ends")}
    at = calendar.moment(day + 1, "11:05")
    yield Step(at, like.by, "ask_exemption", like.service, asked, like.words)
    decided = {"item": entry["item"], "approve": True, "reason": wish["decided"]}
    at = calendar.moment(day + 3, "14:20")
    yield Step(at, wish["by"], "decide_exemption", like.service, decided, like.words)
