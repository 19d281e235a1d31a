"""What a signature is bound to, and what became of it since.

The content is plain JSON with a schema number. What time alone changes is not in it, nor are scores,
hints and notes. Two contents are compared item by item; only a turn for the worse makes a signature
wait for its signer.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from apps.walkthroughs.rules.panel import LEVELS

SCHEMA: Final = 2
NAMES_ONLY: Final = 1  # the schema that knew reviewers by their names alone
Content = dict[str, Any]

# The further down, the worse; "does not apply" needs no work, so leaving it for an open item is worse.
WORTH: Final = {
    "in_place": 3,
    "answered": 3,
    "not_applicable": 3,
    "planned": 2,
    "gap": 1,
    "unknown": 1,
    "open": 0,
}
OTHER_PLACES: Final = frozenset({"risk", "needs", "verdicts"})
PLAIN_FIELDS: Final = ("text", "owner", "due_on", "reason", "responsible")
WORDS: Final = {"due_on": "date", "reason": "reason", "text": "text", "owner": "owner"}


@dataclass(frozen=True)
class Difference:
    """One thing that changed after a signature."""

    place: str  # an item's code, or "risk", "needs", "verdicts"
    what: str
    is_worse: bool = False


def canonical(content: Content) -> str:
    """Write the content in the one form that is hashed and attached to the report."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(content: Content) -> str:
    """Return the sha256 by which equal contents are the same."""
    return sha256(canonical(content).encode()).hexdigest()


def differences(signed: Content, present: Content) -> list[Difference]:
    """Return what changed, worst first; a part that did not exist when it was signed is no difference."""
    found = [*_items(signed, present), *_risk(signed, present), *_rest(signed, present)]
    return sorted(found, key=lambda difference: not difference.is_worse)


def worse(found: list[Difference]) -> list[Difference]:
    """Return the turns for the worse among them."""
    return [difference for difference in found if difference.is_worse]


def counts(content: Content) -> dict[str, int]:
    """Return how many items are in which state: what somebody signs, at a glance."""
    states = Counter(item["state"] for item in content["items"].values())
    return {_word(state): states[state] for state in WORTH if states[state]}


def in_words(found: list[Difference], *, signer: str) -> str:
    """Say it in one line: "3 answers changed since Priya signed"."""
    items = {
        difference.place for difference in found if difference.place not in {"risk", "needs", "verdicts"}
    }
    if items:
        return f"{len(items)} answer{'' if len(items) == 1 else 's'} changed since {signer} signed"
    if any(difference.place == "risk" for difference in found):
        return f"The risk changed since {signer} signed"
    return f"Details changed since {signer} signed" if found else ""


def _items(signed: Content, present: Content) -> Iterator[Difference]:
    before, after = signed["items"], present["items"]
    for code in sorted(before.keys() | after.keys()):
        if code not in after:
            yield Difference(code, "no longer applies", is_worse=True)
        elif code not in before:
            yield Difference(code, "is new")
        else:
            yield from _item(code, before[code], after[code])


def _item(code: str, before: Content, after: Content) -> Iterator[Difference]:
    yield from _state(code, before["state"], after["state"])
    yield from _evidence(code, before.get("evidence", []), after.get("evidence", []))
    yield from _exemption(code, before.get("exemption"), after.get("exemption"))
    for name in PLAIN_FIELDS:
        if name in before and before[name] != after.get(name):
            yield Difference(code, f"{WORDS.get(name, name)} changed")


def _state(code: str, before: str, after: str) -> Iterator[Difference]:
    if before == after:
        return
    is_worse = WORTH[after] < WORTH[before] or after == "not_applicable"
    yield Difference(code, f"{_word(before)} became {_word(after)}", is_worse=is_worse)


def _evidence(code: str, before: list[Content], after: list[Content]) -> Iterator[Difference]:
    old, new = ({link["url"] for link in links} for links in (before, after))
    if old - new:
        yield Difference(code, "evidence was taken away", is_worse=True)
    if new - old:
        yield Difference(code, "evidence was added")


def _exemption(code: str, before: Content | None, after: Content | None) -> Iterator[Difference]:
    if before and not after:
        yield Difference(code, "its exemption is gone", is_worse=True)
    elif after and not before:
        yield Difference(code, "got an exemption")
    elif before != after:
        yield Difference(code, "its exemption changed")


def _risk(signed: Content, present: Content) -> Iterator[Difference]:
    before, after = signed["risk"], present["risk"]
    if before == after:
        return
    is_worse = LEVELS.index(after["level"]) > LEVELS.index(before["level"])
    what = (
        f"{before['level']} became {after['level']}"
        if before["level"] != after["level"]
        else "inputs changed"
    )
    yield Difference("risk", what, is_worse=is_worse)


def _rest(signed: Content, present: Content) -> Iterator[Difference]:
    if signed.get("schema", NAMES_ONLY) == NAMES_ONLY:
        present = present | _by_name(present)
    for part, what in (("needs", "what it needs changed"), ("verdicts", "verdicts changed")):
        if part in signed and part in present and signed[part] != present[part]:
            yield Difference(part, what)


def _by_name(present: Content) -> Content:
    """Return the verdicts as the first schema wrote them: another way to write is no difference."""
    areas = present.get("verdicts", {})
    return (
        {
            "verdicts": {
                area: {said["reviewer"]: said["value"] for said in words.values()}
                for area, words in areas.items()
            }
        }
        if "verdicts" in present
        else {}
    )


def _word(state: str) -> str:
    return state.replace("_", " ")
