"""Which way a notice goes to a person, by their preferences or the default of its kind."""

from collections.abc import Collection, Mapping
from datetime import time
from typing import Any, Final

from apps.core.errors import InvalidInputError
from apps.notifications.models import Preferences, Way
from apps.notifications.rules.kinds import Kind

DAILY: Final = Way.DAILY.value  # also the scope of a link in a daily mail
FEWEST: Final = Way.INBOX.value  # what one click in a mail program means


def way_of(kind: Kind, preferences: Preferences) -> Way:
    """Return how this person hears of this kind: at once, with the daily mail, or in the inbox only."""
    way = kind.way if kind.is_fixed else Way(preferences.ways.get(kind.key, kind.way))
    return Way.INBOX if way == Way.DAILY and not preferences.has_daily_mail else way


def daily_way(preferences: Preferences) -> str:
    """Return whether this person gets a daily mail, in the words of the form behind its link."""
    return DAILY if preferences.has_daily_mail else FEWEST


def check_ways(ways: Mapping[str, str], kinds: Mapping[str, Kind]) -> dict[str, str]:
    """Return what differs from the defaults; refuse kinds and ways that do not exist."""
    for key, way in ways.items():
        if key not in kinds or kinds[key].is_fixed or way not in Way.values:
            message = f"Nobody can choose “{way[:40]}” for “{key[:60]}”."
            raise InvalidInputError(message, field="ways")
    return {key: way for key, way in sorted(ways.items()) if way != kinds[key].way}


def chosen_ways(preferences: Preferences, kinds: Mapping[str, Kind]) -> dict[str, str]:
    """Return the way of every kind that can be chosen: by choice or by itself."""
    free = (kind for kind in kinds.values() if not kind.is_fixed)
    return {kind.key: preferences.ways.get(kind.key, kind.way) for kind in free}


def clean_quiet(begins: time | None, ends: time | None) -> tuple[time | None, time | None]:
    """Return the quiet hours; refuse half of them, and a day that is quiet as a whole."""
    if (begins is None) != (ends is None):
        message = "Quiet hours need a beginning and an end; leave both empty for none."
        raise InvalidInputError(message, field="quiet_to")
    if begins is not None and begins == ends:
        message = "Quiet hours must end at another time than they begin."
        raise InvalidInputError(message, field="quiet_to")
    return begins, ends


def scope_of(kinds: Collection[str], *, is_daily: bool) -> str:
    """Return what a mail's link speaks of: its kind, or the daily mail where there are several."""
    return DAILY if is_daily or len(set(kinds)) != 1 else next(iter(kinds))


def changes(
    before: Preferences, after: Mapping[str, Any], kinds: Mapping[str, Kind]
) -> dict[str, dict[str, Any]]:
    """Return before and after of each field that would change, in order, as history keeps them."""
    found = {
        name: {"before": getattr(before, name), "after": value}
        for name, value in sorted(after.items())
        if getattr(before, name) != value
    }
    if "ways" in found:
        found["ways"] = _ways_apart(found["ways"], kinds)
    return {name: {side: _as_kept(value) for side, value in both.items()} for name, both in found.items()}


def _ways_apart(both: Mapping[str, Mapping[str, str]], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the ways of those kinds alone that go another way; whoever has not chosen has the kind's own."""
    old, new = both["before"], both["after"]
    keys = [key for key in sorted({**old, **new}) if old.get(key) != new.get(key)]
    own = {key: kinds[key].way.value if key in kinds else "" for key in keys}
    return {side: {key: ways.get(key, own[key]) for key in keys} for side, ways in both.items()}


def _as_kept(value: Any) -> Any:  # noqa: ANN401 -- any field's
    return f"{value:%H:%M}" if isinstance(value, time) else value
