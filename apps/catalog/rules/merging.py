"""What an import may take over, and what was changed by hand here and stays. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Merged:
    """The three-way comparison of one row."""

    changes: dict[str, Any]  # to write into the row
    base: dict[str, Any]  # the values of the source that were last taken over
    drift: dict[str, dict[str, Any]]  # edited here: {"here": …, "there": …}


def merged(base: Mapping[str, Any], *, here: Mapping[str, Any], there: Mapping[str, Any]) -> Merged:
    """Compare what was taken over last, what stands here and what the source says now.

    The source's word counts where nobody edited the field here since; else the two differ visibly.
    """
    changes: dict[str, Any] = {}
    drift: dict[str, dict[str, Any]] = {}
    taken = dict(base)
    for field, new in there.items():
        if here[field] == new:
            taken[field] = new
        elif field in base and base[field] == here[field]:
            changes[field] = taken[field] = new
        else:
            drift[field] = {"here": here[field], "there": new}
    return Merged(changes, taken, drift)


def outcome(flags: Iterable[str]) -> str:
    """Return what one entity is counted as."""
    known = set(flags)
    return next((word for word in ("created", "updated", "drifted") if word in known), "unchanged")
